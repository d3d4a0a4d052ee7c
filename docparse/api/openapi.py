"""The OpenAPI 3.1 description: what FastAPI finds, and the schemas of what is not returned by a route itself."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from docparse.schemas.document import Block, Document
from docparse.schemas.problem import ApiProblem

_TEXT = """\
PDFs and images in; every element of every page out: typed, boxed, in reading order.

    curl -F file=@report.pdf 'localhost:8000/v1/parse?format=md'

**Jobs.** `POST /v1/parse` answers with the result, or after `wait` seconds with 202 and a job that goes on. `POST
/v1/jobs` takes many files. States: queued, running, completed, partial (some pages failed), failed, canceled. Follow
one by `?wait=`, by server-sent events, or by a webhook. Results can be read until `expires_at`.

**Keys.** `Authorization: Bearer KEY` or `X-Api-Key: KEY`. Without keys the service answers to its own machine alone.

**Corrections.** What people correct is kept beside the result, which never changes: results, pages and exports hold the
corrections, `original=true` leaves them out.

**Errors** are `application/problem+json` with a stable `code`, whether a retry helps (`retryable`), what to do
(`user_action`) and the `request_id`, which is also in the header X-Request-Id of every answer.
"""
_TAGS = [
    {"name": "jobs", "description": "Submit, follow and cancel."},
    {"name": "results", "description": "Documents, pages and pictures."},
    {"name": "webhooks", "description": "Signed messages about jobs (standardwebhooks.com)."},
    {"name": "invoices", "description": "Fields of invoices with their proofs."},
    {"name": "docling", "description": "For clients of docling-serve."},
    {"name": "system", "description": "Health, metrics, what can be asked for."},
]
_OPEN = {"/livez", "/readyz", "/version", "/metrics", "/health"}


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` give the whole description; made once, when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _build(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title="docparse", version=app.version, openapi_version="3.1.0", description=_TEXT, tags=_TAGS,
        routes=app.routes, license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    )  # fmt: skip
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for own, model in (("Document", Document), ("ApiProblem", ApiProblem), ("Block", Block)):
        adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, model))
        found = adapter.json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        for name, definition in found.pop("$defs", {}).items():
            components.setdefault(name, definition)
        components[own] = found
    schema["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    }
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            if path not in _OPEN:
                operation["security"] = [{"bearer": []}, {"header": []}, {}]
            _drop_unused_422(operation)
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    return schema


def _drop_unused_422(operation: dict[str, Any]) -> None:
    """FastAPI declares its own body for 422; ours is a problem like the others."""
    answer = operation["responses"].get("422", {})
    answer.get("content", {}).pop("application/json", None)
