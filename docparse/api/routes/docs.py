"""/openapi.json and a page that lists the routes: no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

router = APIRouter(include_in_schema=False)

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f2;padding:.8rem;white-space:pre-wrap}"
    "h2{margin-top:2.2rem}h3{margin:1.4rem 0 .2rem}"
    "td,th{text-align:left;vertical-align:top;padding:.15rem 1rem .15rem 0}"
    "@media(prefers-color-scheme:dark){body{background:#151515;color:#e6e6e6}pre{background:#242424}a{color:#8ab4f8}}"
)
_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The description for programs."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The same for people."""
    return HTMLResponse(_page(request.app.openapi()), headers={"Content-Security-Policy": _CSP})


def _page(schema: dict[str, Any]) -> str:
    parts = [
        f"<h1>docparse {escape(schema['info']['version'])}</h1>",
        f"<pre>{escape(schema['info']['description'])}</pre>",
    ]
    parts.append('<p>For programs: <a href="openapi.json">openapi.json</a></p>')
    for tag in schema["tags"]:
        parts.append(f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>")
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                if tag["name"] in operation.get("tags", ()):
                    parts.append(_operation(method, path, operation))
    title = "<meta charset=utf-8><title>docparse API</title>"
    return (
        f"<!doctype html><html lang=en><head>{title}<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code><td>{escape(item['in'])}<td>{escape(item.get('description', ''))}"
        for item in operation.get("parameters", ())
    )
    table = f"<table>{rows}</table>" if rows else ""
    text = escape(operation.get("description", operation.get("summary", "")))
    return f"<h3><code>{method.upper()} {escape(path)}</code></h3><p>{text}</p>{table}"
