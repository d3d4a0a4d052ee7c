"""`create_app`: the REST API around a `Service`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from docparse import __version__
from docparse.api.context import Context
from docparse.api.openapi import describe
from docparse.api.problems import install_handlers
from docparse.api.routes import (
    corrections,
    docling,
    docs,
    events,
    invoices,
    jobs,
    results,
    session,
    system,
    viewing,
    webhooks,
)
from docparse.api.shell import Bounds, Shell
from docparse.api.tracing import install_tracing
from docparse.api.webhooks import Sender
from docparse.workers.memory import trim

# no script and no style but our own files, no eval, nothing from elsewhere
_UI_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ROUTERS = tuple(
    subject.router
    for subject in (jobs, results, viewing, corrections, events, webhooks, invoices, docling, session, system)
)
_TRIM_EVERY_S = 30.0


def create_app(context: Context) -> FastAPI:
    """The application. It closes nothing that it did not open: the service belongs to the caller."""
    app = FastAPI(
        title="docparse", version=__version__, openapi_url=None, docs_url=None, redoc_url=None,
        lifespan=_lifespan, redirect_slashes=False,
    )  # fmt: skip
    app.state.context = context
    install_handlers(app)
    for router in (*_ROUTERS, docs.router):
        app.include_router(router)
    _mount_viewer(app)
    describe(app)
    origins = [origin.strip() for origin in context.settings.cors_origins.split(",") if origin.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST", "PUT", "DELETE"], allow_headers=["*"],
            expose_headers=["X-Request-Id", "X-Job-Id", "X-Job-State", "Location", "Retry-After", "ETag"],
        )  # fmt: skip
    install_tracing(app)
    settings = context.settings
    bounds = Bounds(settings.inline_mb, settings.request_mb, settings.upload_idle_s)
    app.add_middleware(Shell, bounds=bounds, seen=context.metrics.seen, admit=context.admit)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    sender = Sender(context.service.store, context.address_rules(webhook=True))
    sender.start()
    chores = [asyncio.create_task(context.gate.watch()), asyncio.create_task(_trim())]
    try:
        yield
    finally:
        for chore in chores:
            chore.cancel()
        context.watcher.stop()
        context.images.close()
        sender.close()


async def _trim() -> None:
    """Memory that was freed goes back now and then."""
    while True:
        await asyncio.sleep(_TRIM_EVERY_S)
        await to_thread.run_sync(trim)


class _Viewer(StaticFiles):
    """The files of the viewer, under a policy that lets nothing of a document run or call out."""

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def]
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = _UI_CSP
        hashed = path.startswith("assets/") and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


class _ViewerMount(Mount):
    """Leaves the addresses of the API alone, so that a wrong method there is told as such."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope.get("path", "").startswith("/v1/"):
            return Match.NONE, {}
        return super().matches(scope)


def _mount_viewer(app: FastAPI) -> None:
    folder = Path(str(resources.files("docparse.api"))) / "ui" / "dist"
    if (folder / "index.html").is_file():
        app.router.routes.append(_ViewerMount("/", _Viewer(directory=folder, html=True), name="viewer"))
