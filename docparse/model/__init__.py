"""Engines behind one seam, and the choice between them."""

from __future__ import annotations

from docparse.errors import MissingDependency
from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.settings import Settings


def open_engine(options: ParseOptions, settings: Settings) -> tuple[Engine, EngineInfo]:
    """The engine that the options ask for, and why it was taken.

    `auto` takes the embedded engine unless a better one is configured. Raises MissingDependency or EngineUnavailable.
    """
    from docparse.model.embedded.engine import EmbeddedEngine

    name = options.engine
    if name == "qwen":
        return _open_qwen(options, "asked for")
    if name == "remote":
        raise MissingDependency(
            f"engine {name!r} is not part of this version of docparse",
            user_action="Use --engine embedded or --engine embedded-fast.",
        )
    reason = "asked for"
    if name == "auto" and (model := _model_for_auto(options)) is not None:
        return _open_qwen(options.model_copy(update={"model": model}), "a GPU and the weights are here")
    if name == "auto":
        name, reason = "embedded", "no remote engine is configured and no GPU with weights was found"
    jobs = options.jobs or settings.jobs
    return EmbeddedEngine(fast=name == "embedded-fast", jobs=jobs, languages=options.languages, ocr=options.ocr), (
        EngineInfo(name=name, reason=reason)
    )


def _open_qwen(options: ParseOptions, reason: str) -> tuple[Engine, EngineInfo]:
    from docparse.model.qwen.load import require_libraries

    require_libraries()
    from docparse.model.qwen.opening import open_qwen

    return open_qwen(options, reason=reason)


def _model_for_auto(options: ParseOptions) -> str | None:
    from docparse.model.qwen.opening import model_for_auto

    return model_for_auto(options)
