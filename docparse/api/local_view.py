"""The viewer for results on disk: the same routes over a store in a temporary folder, corrections as files."""

from __future__ import annotations

import tempfile
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from importlib import resources
from pathlib import Path

from docparse.api.app import create_app
from docparse.api.auth import DEFAULT_TENANT
from docparse.api.context import Context, View
from docparse.api.server import bind, run_server
from docparse.corrections import corrections_beside, load_corrections, save_corrections
from docparse.errors import CorrectionsChanged, DocparseError, InputError
from docparse.schemas.corrections import Corrections
from docparse.schemas.document import Document
from docparse.settings import load_settings
from docparse.workers.bells import DeafBell
from docparse.workers.blobs import Blob
from docparse.workers.jobs import NewFile
from docparse.workers.kept import Adopted
from docparse.workers.service import Service

Opened = tuple[Path, Document, Path | None]
"""A result's file, the document in it, and the file that was parsed if it is there."""
_BLOCK = 1 << 20


class FileKeeper:
    """Corrections beside results, document n's beside the n-th of them. Thread-safe."""

    def __init__(self, results: Sequence[Path]) -> None:
        self._paths = [corrections_beside(path) for path in results]
        self._lock = threading.Lock()

    def corrections(self, tenant: str, job_id: str, document: int) -> Corrections:
        return load_corrections(self._paths[document - 1])

    def save_corrections(
        self, tenant: str, job_id: str, document: int, expected: int, wanted: Corrections
    ) -> Corrections:
        """Raises CorrectionsChanged, OutputError."""
        from docparse.corrections.files import now

        path = self._paths[document - 1]
        with self._lock:
            if load_corrections(path).version != expected:
                raise CorrectionsChanged(f"version {expected} is not the newest")
            saved = wanted.model_copy(update={"version": expected + 1, "updated_at": now()})
            save_corrections(path, saved)
        return saved


def show(
    results: Sequence[Opened], *, password: str | None, port: int, browser: bool, say: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C on 127.0.0.1. Raises OutputError when the port is taken."""
    keeper = FileKeeper([path for path, _, _ in results])
    for number in range(1, len(results) + 1):
        keeper.corrections(DEFAULT_TENANT, "", number)  # a file that can't be read is told now
    with ExitStack() as stack:
        sock = stack.enter_context(bind("127.0.0.1", port))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docparse-view-")))
        settings = load_settings().model_copy(
            update={"data_dir": folder, "database_url": None, "blobs": None, "broker_url": None}
        )  # fmt: skip
        service = Service(settings, DeafBell())
        stack.callback(service.close)
        service.store.migrate()
        job_id = _adopt(service, results)
        context = Context(settings, service, loopback=True, view=View(job_id, keeper, password), spool=folder)
        address = f"http://127.0.0.1:{sock.getsockname()[1]}/"
        say(f"docparse: viewing {_named(results)} at {address} (Ctrl-C ends it)")
        for path, document, source in results:
            if source is None:
                say(f"docparse: {path}: {document.source.name} was not found, pages are white (--source FILE)")
        if not (Path(str(resources.files("docparse.api"))) / "ui" / "dist" / "index.html").is_file():
            say("docparse: the viewer's files are not built here; only the API answers")
        elif browser:
            threading.Timer(0.5, webbrowser.open, (address,)).start()
        threading.Thread(target=_warm, args=(context, job_id), daemon=True).start()
        run_server(create_app(context), sock, log_level="warning", grace_s=3)


def _warm(context: Context, job_id: str) -> None:
    """The first look shall be quick: the document read and its file open before the browser asks."""
    with suppress(DocparseError):
        job = context.service.store.job(DEFAULT_TENANT, job_id)
        document, _ = context.reader.corrected(DEFAULT_TENANT, job, 1)
        for page in document.pages[:1]:
            context.images.picture(job, DEFAULT_TENANT, 1, page.number, "screen", page)


def _named(results: Sequence[Opened]) -> str:
    return str(results[0][0]) if len(results) == 1 else f"{len(results)} results"


def _adopt(service: Service, results: Sequence[Opened]) -> str:
    """Everything as one finished job."""
    service.store.ensure_tenant(DEFAULT_TENANT)
    job_id, scope = service.new_job(DEFAULT_TENANT)
    found = []
    for path, document, source in results:
        result = service.blobs.put(scope, document.to_json(indent=None).encode("utf-8", "surrogatepass"))
        kept = _copied(service, scope, source) if source is not None else None
        info = document.source
        file = NewFile(
            info.name or path.name, kept.key if kept else "", info.sha256, kept.bytes if kept else info.bytes,
            info.media_type,
        )  # fmt: skip
        failed = sum(page.status == "failed" for page in document.pages)
        found.append(
            Adopted(file, result.key, document.status, len(document.pages), failed, document.engine.model_dump())
        )
    service.store.adopt(DEFAULT_TENANT, job_id, found, {})
    return job_id


def _copied(service: Service, scope: str, source: Path) -> Blob:
    try:
        with service.blobs.writer(scope) as writer, source.open("rb") as file:
            while block := file.read(_BLOCK):
                writer.write(block)
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}") from None
    return writer.blob
