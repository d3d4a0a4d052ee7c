"""Other data than invoices: a JSON Schema or pydantic model whose values a model engine reads, with the same proofs."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docparse.errors import UsageError
from docparse.invoices.asking import Asker
from docparse.invoices.locate import Finder
from docparse.invoices.model_read import ask_pages, prove
from docparse.invoices.reading import Draft
from docparse.schemas.page import PageImage


def load_fields(name: str) -> dict[str, Any]:
    """The JSON Schema of "file.json" or "module:Model". Raises UsageError for what is neither."""
    module, sign, attribute = name.partition(":")
    if sign and not Path(name).exists():
        return _schema_of_model(name, module, attribute)
    try:
        schema = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--fields {name}: {error.strerror or error}") from None
    except ValueError as error:
        raise UsageError(f"--fields {name}: no JSON ({error})") from None
    if not isinstance(schema, dict) or "properties" not in schema:
        raise UsageError(f"--fields {name}: a JSON Schema of an object with properties is needed")
    return schema


def _schema_of_model(name: str, module: str, attribute: str) -> dict[str, Any]:
    try:
        model = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"--fields {name}: {error}") from None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise UsageError(f"--fields {name}: {attribute} is no pydantic model")
    return model.model_json_schema()


def read_fields(
    asker: Asker, pages: Sequence[PageImage], schema: dict[str, Any], finder: Finder
) -> tuple[dict[str, Any], Draft]:
    """Data after the schema, and a draft with a reading for every value; what the page does not show is flagged."""
    answer = ask_pages(asker, pages, schema, lambda data: check(data, schema))
    draft = Draft()
    for path, value in _leaves(answer.data):
        draft.fields[path] = prove(path, value, answer.quotes.get(path), finder, draft)
    return answer.data, draft


def check(data: dict[str, Any], schema: dict[str, Any]) -> None:
    """Required properties and the types of the top level. Raises ValueError."""
    missing = [name for name in schema.get("required", []) if name not in data]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    unknown = set(data) - set(schema["properties"])
    if unknown and schema.get("additionalProperties") is False:
        raise ValueError(f"not in the schema: {', '.join(sorted(unknown))}")
    for name, value in data.items():
        wanted = schema["properties"].get(name, {}).get("type")
        if isinstance(wanted, str) and value is not None and not isinstance(value, _TYPES.get(wanted, object)):
            raise ValueError(f"{name} is no {wanted}")


_TYPES: dict[str, Any] = {
    "string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _leaves(value, f"{path}[{place}]")
    elif data not in (None, ""):
        yield path, data
