"""Is it alive, is it ready, what can it do."""

from __future__ import annotations

import hmac
from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from docparse import __version__
from docparse.api.asking import presets_of
from docparse.api.auth import Tenant, key_of
from docparse.api.context import Context, context_of
from docparse.api.errors import KeyMissing
from docparse.api.metrics import MEDIA_TYPE
from docparse.api.problems import declared
from docparse.errors import DocparseError
from docparse.schemas.document import SCHEMA_VERSION

router = APIRouter(tags=["system"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """What was tried: `ok`, or the reason why not."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str]


class Version(BaseModel):
    docparse: str
    schema_version: str
    api: str = "v1"


class EngineView(BaseModel):
    """An engine that a worker holds ready."""

    name: str
    model: str = ""
    revision: str = ""
    reason: str = ""


class Limits(BaseModel):
    max_file_mb: float
    max_pages: int
    request_mb: float
    request_files: int
    inline_mb: float
    wait_s: float
    result_ttl_s: float


class Engines(BaseModel):
    """What can be asked for."""

    engines: list[EngineView]
    presets: dict[str, dict[str, Any]] = Field(description="Names for the option `preset`, and what they stand for.")
    formats: list[str]
    clients_choose: bool = Field(description="Whether engine and timeouts may be chosen beside presets.")
    url_input: bool
    limits: Limits


@router.get("/livez", summary="Alive", responses=declared())
async def livez() -> Health:
    """The process answers. Asks nothing else, so that a busy database restarts nobody."""
    return Health()


@router.get("/health", summary="Alive", responses=declared(), include_in_schema=False)
async def health() -> Health:
    """The same for clients of docling-serve."""
    return Health()


@router.get(
    "/readyz", summary="Ready for work", response_model=Readiness,
    responses={**declared(), 503: {"description": "Not now.", "model": Readiness}},
)  # fmt: skip
async def readyz(request: Request, response: Response) -> Readiness:
    """Database, blobs, broker and a worker that recognises pages."""
    context = context_of(request)
    checks = await to_thread.run_sync(_checks, context)
    ready = all(value == "ok" for value in checks.values()) and not context.watcher.stopping
    if not ready:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return Readiness(status="ok" if ready else "unavailable", checks=checks)


@router.get("/version", summary="Version", responses=declared())
async def version() -> Version:
    return Version(docparse=__version__, schema_version=SCHEMA_VERSION)


@router.get(
    "/metrics", summary="Prometheus metrics", response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **declared()},
)  # fmt: skip
async def metrics(request: Request) -> Response:
    """With the setting metrics_key only for those who send it as a key."""
    context = context_of(request)
    wanted = context.settings.metrics_key
    if wanted is not None and not hmac.compare_digest((key_of(request) or "").encode(), wanted.encode()):
        raise KeyMissing("the metrics need their key")
    return Response(await to_thread.run_sync(context.metrics.text), media_type=MEDIA_TYPE)


@router.get("/v1/engines", summary="Engines, presets and limits", responses=declared())
async def engines(request: Request, tenant: Tenant) -> Engines:
    """What this service can be asked for, and its limits."""
    context = context_of(request)
    settings = context.settings
    return Engines(
        engines=await to_thread.run_sync(_engines, context), presets=presets_of(settings),
        formats=["json", "html", "md", "txt", "zip"], clients_choose=settings.clients_choose,
        url_input=settings.url_input, limits=Limits(**{name: getattr(settings, name) for name in Limits.model_fields}),
    )  # fmt: skip


def _engines(context: Context) -> list[EngineView]:
    found: dict[str, EngineView] = {}
    for worker in context.service.store.workers():
        for announced in worker.engines.values():
            info = announced.get("info", {}) if isinstance(announced, dict) else {}
            if info.get("name"):
                view = EngineView(**{name: info.get(name, "") for name in EngineView.model_fields})
                found.setdefault(f"{view.name} {view.model}", view)
    return list(found.values())


def _checks(context: Context) -> dict[str, str]:
    service = context.service
    tried = {"store": service.store.alive, "blobs": service.blobs.check, "broker": context.check_broker}
    found = {name: _outcome(check) for name, check in tried.items()}
    if found["store"] == "ok":
        found["engine"] = _outcome(context.check_engine)
    return found


def _outcome(check: Any) -> str:
    try:
        check()
    except DocparseError as error:
        return error.message
    return "ok"
