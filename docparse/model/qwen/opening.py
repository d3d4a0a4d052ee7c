"""From options to an open engine."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from docparse.errors import EngineUnavailable
from docparse.model.qwen.engine import QwenEngine, Recipe
from docparse.model.qwen.load import DOWNLOAD_GB, find_cached, load
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo

DEFAULT_MODEL = "Qwen/Qwen2.5-VL-7B-Instruct"


def open_qwen(options: ParseOptions, *, reason: str = "asked for") -> tuple[QwenEngine, EngineInfo]:
    """The engine with the model of `options`. Raises MissingDependency or EngineUnavailable."""
    name = options.model or DEFAULT_MODEL
    checkpoint = load(name)
    engine = QwenEngine(checkpoint, Recipe())
    return engine, EngineInfo(name="qwen", reason=reason, model=name)


def model_for_auto(options: ParseOptions) -> str | None:
    """The model that `auto` can take: libraries, a GPU and weights are all here. Imports nothing heavy."""
    if not Path("/dev/nvidiactl").exists() or not all(
        importlib.util.find_spec(module) for module in ("torch", "transformers")
    ):
        return None
    for name in [options.model] if options.model else [DEFAULT_MODEL, *DOWNLOAD_GB]:
        try:
            find_cached(name)
        except EngineUnavailable:
            continue
        return name
    return None
