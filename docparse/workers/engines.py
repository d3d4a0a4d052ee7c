"""The engines of a worker: opened once per choice, and announced so that others know their budget and revision."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import docparse
from docparse.errors import SettingsError
from docparse.model import open_engine
from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.schemas.page import PixelBudget
from docparse.settings import Settings

_KEPT = 4
_NOT_IN_THE_RESULT = {"password", "page_timeout_s", "document_timeout_s", "jobs"}
_Open = Callable[[ParseOptions, Settings], tuple[Engine, EngineInfo]]


@dataclass(slots=True)
class _Opened:
    engine: Engine
    info: EngineInfo
    lent: int = 0
    dropped: bool = False


class Engines:
    """Engines of this process by what was asked for. Thread-safe; when there are many, the one that was not asked for
    the longest is closed as soon as nobody has it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = _factory(settings.engine_factory)
        self._opened: OrderedDict[tuple[object, ...], _Opened] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, options: ParseOptions) -> tuple[Engine, EngineInfo]:
        """Opened now or before, to be asked about. Raises MissingDependency, EngineUnavailable."""
        with self._lock:
            found = self._find(options)
        return found.engine, found.info

    @contextlib.contextmanager
    def lend(self, options: ParseOptions) -> Iterator[tuple[Engine, EngineInfo]]:
        """The same, and it stays open for the block."""
        with self._lock:
            found = self._find(options)
            found.lent += 1
        try:
            yield found.engine, found.info
        finally:
            with self._lock:
                found.lent -= 1
                self._close_if_free(found)

    def _find(self, options: ParseOptions) -> _Opened:
        key = (options.engine, options.model, options.languages, options.ocr)
        if key not in self._opened:
            self._opened[key] = _Opened(*self._open(options.model_copy(update={"jobs": None}), self._settings))
        self._opened.move_to_end(key)
        if len(self._opened) > _KEPT:
            _, over = self._opened.popitem(last=False)
            over.dropped = True
            self._close_if_free(over)
        return self._opened[key]

    def _close_if_free(self, one: _Opened) -> None:
        if one.dropped and not one.lent:
            threading.Thread(target=one.engine.close, name="docparse-engine-close", daemon=True).start()

    def announced(self) -> dict[str, Any]:
        """For the store: engine choice -> {"info": …, "budget": …}."""
        with self._lock:
            return {
                str(key[0]): {"info": one.info.model_dump(), "budget": dataclasses.asdict(one.engine.budget)}
                for key, one in self._opened.items()
            }

    def close(self) -> None:
        with self._lock:
            opened, self._opened = list(self._opened.values()), OrderedDict()
        for one in opened:
            one.engine.close()


def budget_of(announced: dict[str, Any]) -> PixelBudget:
    return PixelBudget(**announced["budget"])


def cache_key(sha256: str, options: ParseOptions, info: EngineInfo) -> str:
    """What the result of a file depends on: its bytes, the options, this program and the model's revision."""
    asked = options.model_dump(mode="json", exclude=_NOT_IN_THE_RESULT)
    parts = [sha256, asked, docparse.__version__, info.name, info.model, info.revision]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _factory(target: str | None) -> _Open:
    if target is None:
        return open_engine
    module, _, function = target.partition(":")
    try:
        found: _Open = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"setting 'engine_factory': {error}") from None
    return found
