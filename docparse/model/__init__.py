"""Engines behind one seam, and the choice between them."""

from __future__ import annotations

from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.settings import Settings


def open_engine(options: ParseOptions, settings: Settings) -> tuple[Engine, EngineInfo]:
    """The engine that the options ask for, and why it was taken.

    `auto` takes a configured server, else Qwen2.5-VL where a GPU and weights are, else the embedded engine. Raises
    MissingDependency, SettingsError or EngineUnavailable.
    """
    name: str = options.engine
    reason = "asked for"
    if name == "auto":
        name, reason, options = _choose(options, settings)
    if name == "qwen":
        return _open_qwen(options, reason)
    if name == "remote":
        from docparse.model.remote_opening import open_remote

        return open_remote(options, settings, reason=reason)
    from docparse.model.embedded.engine import EmbeddedEngine

    jobs = options.jobs or settings.jobs
    engine = EmbeddedEngine(fast=name == "embedded-fast", jobs=jobs, languages=options.languages, ocr=options.ocr)
    engine.warm_up()
    return engine, EngineInfo(name=name, reason=reason)


def _choose(options: ParseOptions, settings: Settings) -> tuple[str, str, ParseOptions]:
    """What `auto` takes: (engine, why, options). No page leaves the machine unless a server was configured."""
    if settings.remote_url:
        return "remote", "remote_url is set", options
    from docparse.model.qwen.load import model_for_auto

    model = model_for_auto(options.model)
    if model is not None:
        return "qwen", "a GPU and the weights are here", options.model_copy(update={"model": model})
    return "embedded", "no remote engine is configured and no GPU with weights was found", options


def _open_qwen(options: ParseOptions, reason: str) -> tuple[Engine, EngineInfo]:
    from docparse.model.qwen.load import require_libraries

    require_libraries()
    from docparse.model.qwen.opening import open_qwen

    return open_qwen(options, reason=reason)
