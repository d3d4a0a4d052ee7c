"""The retry ladder: a page that the verifier does not believe is read again in other ways; the best reading wins.

first reading                     the engine as it is
turned 90 / 180 / 270             where the page looks turned
temperature 0.2                   other decoding, where the engine samples (`Sampling`)
half the pixels                   another pixel budget
temperature 0.8
embedded                          the CPU engine, flagged `degraded`

Five tries in all, inside the page's deadline; `page.attempts` says what was tried and what came of it.
An engine that is away (a server that does not answer, or stayed too busy for its own tries) is not asked again: the
embedded one reads the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docparse.assemble import PageDraft
from docparse.checks.witness import Heard
from docparse.errors import Cancelled, DocparseError, EngineError, EngineUnavailable, PageTimeout
from docparse.geometry import smart_resize
from docparse.model.base import Deadline, Engine, Sampling
from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.document import Attempt
from docparse.schemas.page import PageImage, PageOutput, TextQuality
from docparse.second_witness import Seeking, hear_witness

if TYPE_CHECKING:
    from docparse.model.embedded.orientation import Turn

_TRIES = 5
_TEMPERATURES = (0.2, 0.8)
_FEWER_PIXELS = 0.5
_LEAST_S = 0.05  # time left below which no further try is begun

Fallback = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class _Rung:
    """One way of reading a page: what stands in the attempt, and how it is asked."""

    settings: str
    engine: str
    submit: Callable[[Deadline], Future[PageOutput]]
    seen: PageImage
    turn: Turn = 0
    degraded: bool = False


def settle(
    engine: Engine, image: PageImage, answer: PageOutput | DocparseError, *, options: ParseOptions, deadline: Deadline,
    fallback: Fallback, seeking: Seeking = "",
) -> PageDraft:  # fmt: skip
    """The page of the engine's first answer, or of a better one if the verifier has doubts about it.

    `seeking` is the OCR of the page that runs beside the engine (`seek_witness`). `deadline` is what the page had when
    its first reading began; `fallback` opens the embedded engine. Raises the first error if no try gave a page. The
    embedded engine's own answers are taken as they are: nothing here would make them better.
    """
    if engine.name.startswith("embedded") or not options.retry or _hopeless(answer):
        if isinstance(answer, DocparseError):
            raise answer
        return read_output(image, answer, options, heard=hear_witness(seeking, deadline))
    if deadline.at_s is not None and isinstance(answer, PageOutput):
        deadline = Deadline(deadline.at_s - answer.seconds)
    first = _Rung("", engine.name, lambda _: _done(answer), image)
    others = iter(()) if isinstance(answer, EngineUnavailable) else _other_ways(engine, image)
    heard = Heard() if isinstance(answer, EngineUnavailable) else hear_witness(seeking, deadline)
    return _climb(first, _rungs(others, image, fallback), image, options, deadline, heard)


def _hopeless(answer: PageOutput | DocparseError) -> bool:
    """Errors that another try can't mend: the time is up, the user stopped."""
    return isinstance(answer, (Cancelled, PageTimeout))


def _climb(
    first: _Rung, rungs: Iterator[_Rung], image: PageImage, options: ParseOptions, deadline: Deadline, heard: Heard
) -> PageDraft:
    attempts: list[Attempt] = []
    best: PageDraft | None = None
    error: DocparseError | None = None
    rung: _Rung | None = first
    while rung is not None:
        draft, failure = _try(rung, image, options, deadline, attempts, heard)
        error = error or failure
        if draft is not None and (best is None or draft.score > best.score):
            best = draft
        left = deadline.remaining_s
        if (best is not None and not best.doubt) or (left is not None and left < _LEAST_S):
            break
        rung = next(rungs, None)
    if best is None:
        assert error is not None
        raise error
    if len(attempts) > 1:
        best.page.attempts = attempts
    return best


def _try(
    rung: _Rung, image: PageImage, options: ParseOptions, deadline: Deadline, attempts: list[Attempt], heard: Heard
) -> tuple[PageDraft | None, DocparseError | None]:
    """Read the page one way; what came of it is added to `attempts`."""
    started = time.monotonic()
    attempt = Attempt(engine=rung.engine, settings=rung.settings)
    attempts.append(attempt)
    try:
        output = _result(rung, deadline)
        draft = _read(rung, output, image, options, heard)
    except Cancelled:
        raise
    except DocparseError as error:
        attempt.outcome, attempt.seconds = f"error: {error}"[:300], round(time.monotonic() - started, 4)
        return None, error
    attempt.outcome, attempt.score = draft.doubt or "passed", round(draft.score, 4)
    attempt.seconds = output.seconds or round(time.monotonic() - started, 4)
    return draft, None


def _result(rung: _Rung, deadline: Deadline) -> PageOutput:
    number = rung.seen.number
    future = rung.submit(deadline)
    try:
        return future.result(deadline.remaining_s)
    except (CancelledError, FutureTimeout):
        future.cancel()
        raise PageTimeout(f"page {number}: the page's time was up", page=number) from None
    except DocparseError:
        raise
    except Exception as error:  # an engine's own bug must not cost the page its other tries
        raise EngineError(f"page {number}: {type(error).__name__}: {error}", page=number) from error


def _done(answer: PageOutput | DocparseError) -> Future[PageOutput]:
    future: Future[PageOutput] = Future()
    if isinstance(answer, DocparseError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
    return future


def _read(rung: _Rung, output: PageOutput, image: PageImage, options: ParseOptions, heard: Heard) -> PageDraft:
    flags = [f"turned:{rung.turn}"] if rung.turn else []
    flags += ["degraded"] if rung.degraded else []
    output = replace(output, flags=(*output.flags, *flags))
    return read_output(image, output, options, seen=rung.seen, turn=rung.turn, heard=heard)


def _rungs(others: Iterator[_Rung], image: PageImage, fallback: Fallback) -> Iterator[_Rung]:
    """The further tries, at most four; the embedded engine is always the last."""
    for _ in range(_TRIES - 2):
        rung = next(others, None)
        if rung is None:
            break
        yield rung
    embedded = fallback()
    yield _Rung("", embedded.name, lambda deadline: embedded.submit(image, deadline=deadline), image, degraded=True)


def _other_ways(engine: Engine, image: PageImage) -> Iterator[_Rung]:
    def plain(page: PageImage, settings: str, turn: Turn = 0) -> _Rung:
        return _Rung(settings, engine.name, lambda deadline: engine.submit(page, deadline=deadline), page, turn)

    def sampled(temperature: float) -> Iterator[_Rung]:
        if isinstance(engine, Sampling):
            sampling = engine
            yield _Rung(
                f"temperature {temperature:g}", engine.name,
                lambda deadline: sampling.submit_at(image, temperature=temperature, deadline=deadline), image,
            )  # fmt: skip

    turn = _looks_turned(image)
    if turn:
        from docparse.model.embedded.orientation import turn_page

        yield plain(turn_page(image, turn), f"turned {turn}", turn)
    yield from sampled(_TEMPERATURES[0])
    smaller = _smaller(image)
    if smaller is not None:
        yield plain(smaller, f"{smaller.width_px} x {smaller.height_px} pixels")
    yield from sampled(_TEMPERATURES[1])


def _looks_turned(image: PageImage) -> Turn:
    """By how much a page without a sound text layer must be turned clockwise to be read."""
    if image.pixels is None or image.text.quality is TextQuality.SOUND:
        return 0
    from docparse.model.embedded.orientation import detect_turn

    return detect_turn(image.pixels)


def _smaller(image: PageImage) -> PageImage | None:
    """The page with half the pixels; None where it would become too small to read."""
    if image.pixels is None:
        return None
    import numpy as np
    from PIL import Image as PilImage

    most = int(image.width_px * image.height_px * _FEWER_PIXELS)
    height, width = smart_resize(image.height_px, image.width_px, max_pixels=most)
    if (width, height) == (image.width_px, image.height_px):
        return None
    picture = PilImage.fromarray(image.pixels).resize((width, height), PilImage.Resampling.BICUBIC)
    return image.replace(pixels=np.asarray(picture), width_px=width, height_px=height)
