"""OpenTelemetry traces of requests, when an endpoint is configured (OTEL_EXPORTER_OTLP_ENDPOINT)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docparse import __version__
from docparse.errors import MissingDependency

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def install_tracing(app: FastAPI, tracer: Tracer | None = None) -> None:
    """Add a span to each request if traces go anywhere. Raises MissingDependency without the packages for it."""
    if tracer is None and not any(os.environ.get(name) for name in _ENDPOINTS):
        return
    app.add_middleware(Tracing, tracer=tracer or _exporting_tracer())


class Tracing:
    """ASGI middleware: one span a request, child of the caller's `traceparent`."""

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self.app, self.tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ("/livez", "/readyz", "/metrics"):
            await self.app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        parent = extract(dict(Headers(scope=scope)))
        with self.tracer.start_as_current_span(scope["method"], context=parent, kind=SpanKind.SERVER) as span:
            span.set_attributes(
                {"http.request.method": scope["method"], "docparse.request_id": scope.get("docparse.request_id", "")}
            )

            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = getattr(scope.get("route"), "path", "")
                    span.update_name(f"{scope['method']} {route}".strip())
                    span.set_attributes({"http.route": route, "http.response.status_code": message["status"]})
                await send(message)

            await self.app(scope, receive, answered)


def _exporting_tracer() -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise MissingDependency(
            "traces are configured, but OpenTelemetry is not installed",
            user_action="pip install 'docparse[tracing]', or unset OTEL_EXPORTER_OTLP_ENDPOINT.",
        ) from None
    resource = Resource.create({"service.name": "docparse", "service.version": __version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("docparse.api", __version__)
