"""`docparse parse --server URL`: the same run, with a service that does the work."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from pydantic import ValidationError

from docparse.cli.inputs import Input
from docparse.cli.run import Run, asked
from docparse.cli.service import ServiceClient
from docparse.errors import EngineUnavailable
from docparse.pipeline import PageDone
from docparse.schemas.document import Document, Status

_SENT = ("pages", "password", "ocr", "page_timeout_s", "document_timeout_s")
_SWITCHES = (
    "crops", "join", "dehyphenate", "running", "levels", "captions", "footnotes", "reorder", "correct", "retry",
    "witness",
)  # fmt: skip


class RemoteRun(Run):
    """A run whose documents are uploaded; results are written here, so the files are those of a local run."""

    def __init__(self, *args: Any, address: SplitResult) -> None:
        super().__init__(*args)
        self._client = ServiceClient(address, self.settings.server_key)
        self._jobs: set[str] = set()
        self._jobs_lock = threading.Lock()
        self._where = address.netloc.rpartition("@")[2]

    def _let_go(self) -> None:
        with self._jobs_lock:
            jobs, self._jobs = self._jobs, set()
        for job_id in jobs:
            self._client.cancel(job_id)

    def _parse(self, item: Input, source: Path | bytes) -> Document:
        name = item.path.name if item.path is not None else "stdin"
        job = self._client.submit(source, name, self._fields())
        with self._jobs_lock:
            self._jobs.add(job["id"])
        self._check_stop()  # a job that waits tells nothing
        self._follow(item, job["id"])
        data = self._client.result(job["id"])
        with self._jobs_lock:
            self._jobs.discard(job["id"])
        try:
            document = Document.model_validate_json(data)
        except ValidationError:
            raise EngineUnavailable(
                f"the result of {self._where} can't be read",
                user_action="Its version may differ from this one: docparse --version, and GET /version there.",
            ) from None
        document.options = asked(self.options)
        self._note_engine(document)
        return document

    def _fields(self) -> dict[str, str]:
        """The options as form fields; what is at its default is left to the service."""
        given = self.options.model_dump(exclude_defaults=True)
        fields = {name: str(given[name]) for name in _SENT if given.get(name) is not None}
        fields |= {name: str(given[name]).lower() for name in _SWITCHES if name in given}
        if self.options.engine != "auto":
            fields["engine"] = self.options.engine
        if self.options.languages:
            fields["languages"] = ",".join(self.options.languages)
        return fields

    def _follow(self, item: Input, job_id: str) -> None:
        """Progress by the service's events, until the job is terminal."""
        total = done = 0
        for event in self._client.events(job_id):
            self._check_stop()
            if event["kind"] == "document.opened":
                total = int(event["pages"])
            elif event["kind"] in ("page.done", "page.failed"):
                done += 1
                status: Status = "ok" if event["kind"] == "page.done" else "failed"
                self.progress.page(
                    item.shown, PageDone(event["page"], done, total, status, float(event.get("seconds") or 0.0))
                )

    def _note_engine(self, document: Document) -> None:
        with self._opening:
            if self.info is None:
                self.info = document.engine
                reason = f" ({self.info.reason})" if self.info.reason else ""
                self.progress.note(f"docparse: engine {self.info.name} of {self._where}{reason}")
                self.progress.event("engine", name=self.info.name, reason=self.info.reason, server=self._where)
