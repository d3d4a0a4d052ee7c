"""Open files of a render worker: a file is opened once for many of its pages, not once for each."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from docparse.options import ParseOptions
from docparse.settings import Settings
from docparse.source import PageSource, open_source
from docparse.workers.blobs import Blobs
from docparse.workers.stages import Claim

_KEPT = 2  # each holds a child process
_IDLE_S = 15.0


@dataclass(slots=True)
class _Open:
    document_id: str
    source: PageSource
    stack: ExitStack
    used_s: float


class Sources:
    """Each open file is lent to one task at a time. Thread-safe."""

    def __init__(self, blobs: Blobs, settings: Settings) -> None:
        self._blobs, self._settings = blobs, settings
        self._idle: list[_Open] = []
        self._lock = threading.Lock()

    def lend(self, claim: Claim) -> contextlib.AbstractContextManager[PageSource]:
        """The claim's document, open. Raises what `open_source` raises, NotFound when its blob is gone."""
        return self.lend_file(claim.work.document_id, claim.source_key, claim.options, claim.name)

    @contextlib.contextmanager
    def lend_file(self, document_id: str, key: str, options: ParseOptions, name: str) -> Iterator[PageSource]:
        """The same for any blob; `document_id` tells files apart."""
        opened = self._take(document_id) or self._open(document_id, key, options, name)
        try:
            yield opened.source
        finally:
            opened.used_s = time.monotonic()
            self._give_back(opened)

    def forget(self, document_id: str) -> None:
        """Nothing more will be asked of this document; its child process is free for the next one."""
        opened = self._take(document_id)
        if opened is not None:
            opened.stack.close()

    def close_idle(self, idle_s: float = _IDLE_S) -> None:
        """Close what nobody has asked for lately: a deleted file must not stay open."""
        before = time.monotonic() - idle_s
        with self._lock:
            old = [opened for opened in self._idle if opened.used_s <= before]
            self._idle = [opened for opened in self._idle if opened.used_s > before]
        for opened in old:
            opened.stack.close()

    def close(self) -> None:
        self.close_idle(-1.0)

    def _take(self, document_id: str) -> _Open | None:
        with self._lock:
            for opened in self._idle:
                if opened.document_id == document_id:
                    self._idle.remove(opened)
                    return opened
        return None

    def _open(self, document_id: str, key: str, options: ParseOptions, name: str) -> _Open:
        with ExitStack() as stack:
            path = stack.enter_context(self._blobs.local(key))
            source = stack.enter_context(open_source(path, options=options, settings=self._settings, name=name))
            return _Open(document_id, source, stack.pop_all(), time.monotonic())

    def _give_back(self, opened: _Open) -> None:
        with self._lock:
            self._idle.append(opened)
            over = self._idle.pop(0) if len(self._idle) > _KEPT else None
        if over is not None:
            over.stack.close()
