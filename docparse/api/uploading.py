"""How uploads are described in OpenAPI; they are read by hand, as they come."""

from __future__ import annotations

from typing import Any

from docparse.api.asking import JobFields

_BINARY = {"schema": {"type": "string", "format": "binary"}}


def _form_schema() -> dict[str, Any]:
    fields = JobFields.model_json_schema()["properties"]
    return {
        "type": "object",
        "properties": {
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 100},
            **{name: _plain(schema) for name, schema in fields.items()},
        },
        "required": ["files"],
        "additionalProperties": False,
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A field is sent or left out, never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kinds[0], **rest}


UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _form_schema()},
            "application/pdf": _BINARY,
            "application/octet-stream": _BINARY,
            "image/png": _BINARY,
            "image/jpeg": _BINARY,
            "image/tiff": _BINARY,
            "image/webp": _BINARY,
        },
    },
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Any text of your choice; the same request with it again makes no second job.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ],
}
