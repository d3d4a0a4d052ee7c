"""The tasks: plain functions of ids. Each is harmless to run twice, because only one commit of a claim counts.

open        render queue      the file is opened and counted; its first page is rendered at once
render      render queue      a page becomes a `PageImage` in the blobs
recognize   recognize queue   the engine reads it, again in other ways if need be; a `PageDraft` in the blobs
assemble    assemble queue    the drafts become the document in the blobs
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack
from typing import Any

from docparse import errors
from docparse.assemble import PageDraft
from docparse.errors import Cancelled, DocparseError, EngineError, EngineUnavailable, PageTimeout, SourceFault
from docparse.ladder import settle
from docparse.model.base import Deadline, Engine
from docparse.pipeline import finish_document
from docparse.reading import failed_page
from docparse.schemas.document import EngineInfo, SourceInfo
from docparse.schemas.page import PageImage, PageOutput
from docparse.second_witness import Seeking, seek_witness
from docparse.workers.claims import LostClaim
from docparse.workers.codec import (
    draft_from_json,
    draft_to_json,
    page_from_json,
    page_to_json,
    pixels_to_png,
    png_to_pixels,
)
from docparse.workers.commits import PageRead
from docparse.workers.engines import cache_key
from docparse.workers.held import AwayEngine, held_engine
from docparse.workers.keeper import Held
from docparse.workers.stages import Claim, Stage, Work
from docparse.workers.worker import Task, Worker

_GIVE_UP_AFTER = 8  # pages that overload the PDF library before the rest is not tried
_PATIENT = 6  # attempts at a page whose engine is away, 2 s apart and more, before the embedded one reads it
_GRACE_S = 10.0  # an engine reports its own timeout; this is for one that does not


class _NotTried(SourceFault):
    """Too many pages before this one failed; another attempt would not be made either."""


def open_document(worker: Worker, claim: Claim, held: Held) -> Sequence[Work]:
    """Count the pages, or find the result of the same file."""
    if _known(worker, claim):
        return []
    with worker.sources.lend(claim) as source:
        facts: dict[str, Any] = {
            "source": source.info.model_dump(), "outline": source.outline, "flags": list(source.flags),
        }  # fmt: skip
        numbers = source.numbers
    media_type = str(facts["source"]["media_type"])
    due = worker.store.opened(claim, facts, numbers, media_type, rung=worker.settings.queue_window)
    worker.service.ring(due[1:])
    worker.perform(due[0])  # the file is open here already
    if len(numbers) == 1:
        worker.sources.forget(claim.work.document_id)
    return []


def _known(worker: Worker, claim: Claim) -> bool:
    if not (worker.settings.cache_results and claim.service.cache):
        return False
    info = worker.engine_info(claim.options)
    if info is None:
        return False
    key = cache_key(claim.sha256, claim.options, info)
    found = worker.store.find_result(claim.tenant_id, key)
    if found is None:
        return False
    try:
        result_key = worker.blobs.copy(found.result_key, claim.scope)
    except errors.NotFound:  # deleted a moment ago
        return False
    worker.store.known(claim, result_key, found.engine, key, found.pages_total)
    return True


def render_page(worker: Worker, claim: Claim, held: Held) -> Sequence[Work]:
    number = claim.work.page
    _in_time(claim)
    if claim.pages_failed >= _GIVE_UP_AFTER and claim.pages_failed == claim.pages_ended:
        raise _NotTried(f"page {number} was not tried: the {claim.pages_failed} pages before it failed", page=number)
    budget = worker.budget(claim)
    with worker.sources.lend(claim) as source:
        page = source.page(number, budget)
    image = None if page.pixels is None else worker.blobs.put(claim.scope, pixels_to_png(page.pixels)).key
    return worker.store.rendered(claim, worker.blobs.put(claim.scope, page_to_json(page)).key, image)


def recognize_page(worker: Worker, claim: Claim, held: Held) -> Sequence[Work]:
    """Read the page, again in other ways if it is not to be believed, all within its time."""
    _in_time(claim)
    image = _page_image(worker, claim.page_key, claim.image_key)
    with ExitStack() as stack:
        engine, info = _engine(worker, claim, stack)
        deadline = Deadline.after(_page_time_s(claim))
        seeking: Seeking = "the engine is away"
        if not isinstance(engine, AwayEngine):
            seeking = seek_witness(
                engine, image, options=claim.options, deadline=deadline,
                embedded=lambda: _embedded(worker, claim, held, stack),
            )  # fmt: skip
        engine = held_engine(engine, held)
        answer = _answer(engine.submit(image, deadline=deadline), claim, held, deadline)
        if isinstance(answer, EngineUnavailable) and claim.attempt < _PATIENT:
            raise answer
        draft = _settle(worker, claim, held, stack, engine, image, answer, deadline, seeking)
    blob = worker.blobs.put(claim.scope, draft_to_json(draft))
    page = draft.page
    tokens = answer.tokens if isinstance(answer, PageOutput) else 0
    due = worker.store.page_done(claim, PageRead(blob.key, round(page.seconds, 3), tokens, list(page.flags)), info)
    worker.count("tokens", tokens)
    worker.count("engine_seconds", sum(one.seconds for one in page.attempts) or page.seconds)
    if page.attempts:
        worker.count("reread", len(page.attempts) - 1)
    for flag in page.flags:
        worker.count(f"flag:{flag.partition(':')[0]}")
    return due


def _engine(worker: Worker, claim: Claim, stack: ExitStack) -> tuple[Engine, EngineInfo]:
    """The engine that was asked for; after some patience, one that says why there is none."""
    try:
        return stack.enter_context(worker.engines.lend(claim.options))
    except EngineUnavailable as error:
        if claim.attempt < _PATIENT:
            raise
        return AwayEngine(claim.options.engine, error), EngineInfo(name=claim.options.engine, reason=error.message)


def _settle(
    worker: Worker, claim: Claim, held: Held, stack: ExitStack, engine: Engine, image: PageImage,
    answer: PageOutput | DocparseError, deadline: Deadline, seeking: Seeking,
) -> PageDraft:  # fmt: skip
    if deadline.at_s is not None and isinstance(answer, PageOutput):
        deadline = Deadline(deadline.at_s + answer.seconds)  # the ladder takes them off again
    try:
        return settle(
            engine, image, answer, options=claim.options, deadline=deadline,
            fallback=lambda: _embedded(worker, claim, held, stack), seeking=seeking,
        )  # fmt: skip
    except Cancelled:
        raise LostClaim from None
    except EngineUnavailable as error:  # the embedded engine failed too: no reason to wait for the other one any longer
        if not claim.options.retry:
            raise
        raise EngineError(error.message, page=error.page) from error


def _embedded(worker: Worker, claim: Claim, held: Held, stack: ExitStack) -> Engine:
    """The embedded engine beside the one that was asked for."""
    embedded = claim.options.model_copy(update={"engine": "embedded", "model": None})
    return held_engine(stack.enter_context(worker.engines.lend(embedded))[0], held)


def _answer(
    future: Future[PageOutput], claim: Claim, held: Held, deadline: Deadline
) -> PageOutput | DocparseError:  # fmt: skip
    """What the engine says. Raises LostClaim when the work was cancelled meanwhile."""
    number = claim.work.page
    try:
        return future.result((deadline.remaining_s or 0.0) + _GRACE_S)
    except CancelledError:
        if held.lost.is_set():
            raise LostClaim from None
        return PageTimeout(f"page {number} was cancelled", page=number)
    except FutureTimeout:
        future.cancel()
        return PageTimeout(f"page {number} was not recognised in {claim.options.page_timeout_s:g} s", page=number)
    except DocparseError as error:
        return error
    except MemoryError:
        raise
    except Exception as error:  # an engine's own bug must not cost the document
        return EngineError(f"page {number}: {type(error).__name__}: {error}", page=number)


def assemble_document(worker: Worker, claim: Claim, held: Held) -> Sequence[Work]:
    """Raises the first page's error when every page failed: then the document has no result."""
    drafts = [_draft(worker, claim, row) for row in worker.store.finished_pages(claim.work.document_id)]
    info = EngineInfo(**claim.engine) if claim.engine else EngineInfo(name="")
    facts = claim.facts
    document = finish_document(
        drafts, source=SourceInfo(**facts["source"]), flags=facts["flags"], engine=info, options=claim.options,
        outline=[(int(level), str(title), int(page)) for level, title, page in facts["outline"]],
    )  # fmt: skip
    blob = worker.blobs.put(claim.scope, document.to_json(indent=None).encode("utf-8", "surrogatepass"))
    worker.store.assembled(claim, document.status, blob.key, cache_key(claim.sha256, claim.options, info))
    return []


def _draft(worker: Worker, claim: Claim, row: Any) -> PageDraft:
    if row.draft_key is not None:
        return dataclasses.replace(draft_from_json(worker.blobs.get(row.draft_key)), words=())
    image = page_from_json(worker.blobs.get(row.page_key)) if row.page_key else None
    engine = claim.engine["name"] if claim.engine else ""
    return failed_page(row.number, image, rebuilt(row.error), engine)


def rebuilt(problem: dict[str, Any]) -> DocparseError:
    """The typed error that was kept as a `Problem`."""
    cls = _by_code().get(problem["code"], EngineError)
    return cls(problem["message"], user_action=problem["user_action"], page=problem["page"])


def _by_code(cls: type[DocparseError] = DocparseError) -> dict[str, type[DocparseError]]:
    found = {cls.code: cls}
    for below in cls.__subclasses__():
        found |= {code: one for code, one in _by_code(below).items() if one.__module__ == errors.__name__}
    return found


def _page_image(worker: Worker, page_key: str | None, image_key: str | None) -> PageImage:
    assert page_key is not None
    pixels = png_to_pixels(worker.blobs.get(image_key)) if image_key else None
    return page_from_json(worker.blobs.get(page_key), pixels)


def _page_time_s(claim: Claim) -> float:
    """The page's own time, or what is left of the document's."""
    limit_s = claim.options.document_timeout_s
    left_s = claim.options.page_timeout_s if limit_s is None else max(0.0, limit_s - claim.age_s)
    return min(claim.options.page_timeout_s, left_s)


def _in_time(claim: Claim) -> None:
    limit_s, number = claim.options.document_timeout_s, claim.work.page
    if limit_s is not None and claim.age_s > limit_s:
        raise PageTimeout(f"page {number}: the document's time was up", page=number)


TASKS: dict[Stage, Task] = {
    Stage.OPEN: open_document,
    Stage.RENDER: render_page,
    Stage.RECOGNIZE: recognize_page,
    Stage.ASSEMBLE: assemble_document,
}
