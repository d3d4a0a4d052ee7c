"""The retry ladder with engines that answer from a script."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
import pytest

from docparse import ladder
from docparse.assemble import PageDraft
from docparse.errors import Cancelled, DocparseError, EngineError, EngineUnavailable, PageTimeout
from docparse.ladder import settle
from docparse.model.base import Deadline
from docparse.options import ParseOptions
from docparse.schemas.page import FinishReason, PageImage, PageOutput, PixelBudget, TextLayer, TextQuality, Word

LINES = ["Alpha beta gamma 2024", "delta epsilon zeta 1999", "eta theta iota 3141"]
GOOD = "".join(f'<p data-bbox="40 {40 + 40 * i} 400 {60 + 40 * i}">{line}</p>' for i, line in enumerate(LINES))
BAD = '<p data-bbox="40 40 400 60">Something else altogether 5555</p>'
HALF = "".join(GOOD.partition("</p>")[:2])


def page(quality: TextQuality = TextQuality.SOUND, *, turned: bool = False) -> PageImage:
    words = tuple(
        Word(text, (40.0 + 90 * x, 40.0 + 40 * y, 120.0 + 90 * x, 60.0 + 40 * y))
        for y, line in enumerate(LINES)
        for x, text in enumerate(line.split())
    )
    layer = TextLayer(words=words if quality is TextQuality.SOUND else (), quality=quality)
    pixels = np.full((840, 560, 3), 255, np.uint8)
    pixels[300:320, 100:300] = 0
    return PageImage(1, 560, 840, 560.0, 840.0, pixels=pixels, text=layer)


class Scripted:
    """Answers in turn with what it was given; notes how it was asked."""

    budget = PixelBudget()

    def __init__(self, *answers: str | DocparseError | None, name: str = "qwen") -> None:
        self.name = name
        self.answers = list(answers)
        self.asked: list[tuple[int, int, float | None]] = []

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        return self._answer(page, None)

    def _answer(self, page: PageImage, temperature: float | None) -> Future[PageOutput]:
        self.asked.append((page.width_px, page.height_px, temperature))
        future: Future[PageOutput] = Future()
        answer = self.answers.pop(0)
        if isinstance(answer, DocparseError):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(PageOutput(html=answer, engine=self.name, seconds=0.01))
        return future

    def close(self) -> None:
        pass


class SampledScript(Scripted):
    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]:
        return self._answer(page, temperature)


def run(
    engine: Scripted, first: str | DocparseError, *, embedded: Scripted | None = None, image: PageImage | None = None,
    timeout_s: float = 10.0, finish: FinishReason = FinishReason.STOP, retry: bool = True,
) -> PageDraft:  # fmt: skip
    def no_fallback() -> Scripted:
        pytest.fail("the embedded engine was opened")

    fallback: Callable[[], Scripted] = no_fallback if embedded is None else lambda: embedded
    answer = first if isinstance(first, DocparseError) else PageOutput(first, engine.name, finish_reason=finish)
    options, deadline = ParseOptions(retry=retry), Deadline.after(timeout_s)
    return settle(engine, image or page(), answer, options=options, deadline=deadline, fallback=fallback)


def test_a_page_that_is_believed_is_read_once() -> None:
    engine = SampledScript()
    draft = run(engine, GOOD)
    assert engine.asked == []
    assert draft.page.attempts == []
    assert (draft.doubt, draft.score) == ("", 1.0)


def test_the_first_try_that_is_believed_ends_the_ladder() -> None:
    engine = SampledScript(BAD, GOOD)
    draft = run(engine, BAD)
    assert [attempt.settings for attempt in draft.page.attempts] == ["", "temperature 0.2", "392 x 588 pixels"]
    assert [attempt.outcome == "passed" for attempt in draft.page.attempts] == [False, False, True]
    assert engine.asked == [(560, 840, 0.2), (392, 588, None)]
    assert draft.page.image_width == 560
    assert draft.page.status == "ok"


def test_boxes_of_a_smaller_image_come_back_in_page_units() -> None:
    small = "".join(f'<p data-bbox="28 {28 + 28 * i} 280 {42 + 28 * i}">{line}</p>' for i, line in enumerate(LINES))
    draft = run(Scripted(small), BAD)
    box = draft.page.blocks[0].bbox
    assert box is not None
    assert box == pytest.approx((40, 40, 400, 60), abs=0.5)


def test_at_most_five_tries_the_last_by_the_embedded_engine() -> None:
    engine, embedded = SampledScript(BAD, BAD, BAD), Scripted(GOOD, name="embedded")
    draft = run(engine, BAD, embedded=embedded)
    tries = [(attempt.engine, attempt.settings) for attempt in draft.page.attempts]
    assert tries == [
        ("qwen", ""), ("qwen", "temperature 0.2"), ("qwen", "392 x 588 pixels"), ("qwen", "temperature 0.8"),
        ("embedded", ""),
    ]  # fmt: skip
    assert draft.page.engine == "embedded"
    assert "degraded" in draft.page.flags


def test_the_best_score_wins_when_none_is_believed() -> None:
    engine = SampledScript(HALF, BAD, BAD)
    draft = run(engine, BAD, embedded=Scripted(BAD, name="embedded"))
    scores = [attempt.score or 0.0 for attempt in draft.page.attempts]
    assert len(scores) == 5
    assert scores[1] == max(scores)
    assert draft.page.blocks[0].text == LINES[0]  # type: ignore[union-attr]
    assert "degraded" not in draft.page.flags


def test_an_engine_that_can_not_sample_still_gets_other_pixels() -> None:
    draft = run(Scripted(BAD), BAD, embedded=Scripted(GOOD, name="embedded"))
    assert [a.settings for a in draft.page.attempts] == ["", "392 x 588 pixels", ""]


def test_an_error_is_a_try_like_any_other() -> None:
    draft = run(SampledScript(GOOD), EngineError("out of luck"))
    assert draft.page.status == "ok"
    assert draft.page.attempts[0].outcome == "error: out of luck"
    failing = SampledScript(EngineError("again"), EngineError("again"), EngineError("again"))
    with pytest.raises(EngineError, match="out of luck"):
        run(failing, EngineError("out of luck"), embedded=Scripted(EngineError("no"), name="embedded"))


@pytest.mark.parametrize("error", [PageTimeout("late"), Cancelled("stopped")])
def test_errors_that_no_try_can_mend_are_raised_at_once(error: DocparseError) -> None:
    with pytest.raises(type(error)):
        run(SampledScript(), error)


def test_where_the_engine_is_away_the_embedded_one_reads_the_page() -> None:
    engine, embedded = SampledScript(), Scripted(GOOD, name="embedded")
    draft = run(engine, EngineUnavailable("server is gone"), embedded=embedded)
    assert engine.asked == []
    assert (draft.page.engine, "degraded" in draft.page.flags) == ("embedded", True)
    assert [attempt.outcome for attempt in draft.page.attempts] == ["error: server is gone", "passed"]
    with pytest.raises(EngineUnavailable):
        run(SampledScript(), EngineUnavailable("server is gone"), retry=False)


def test_no_try_begins_after_the_deadline_and_a_hanging_one_ends_with_it() -> None:
    engine = SampledScript(None)
    started = time.monotonic()
    draft = run(engine, BAD, timeout_s=0.3)
    assert time.monotonic() - started < 2
    assert [a.outcome[:6] for a in draft.page.attempts][1:] == ["error:"]
    assert "time was up" in draft.page.attempts[1].outcome
    assert len(run(SampledScript(), BAD, timeout_s=0.01).page.blocks) == 1


def test_a_cut_off_page_is_doubted() -> None:
    draft = run(SampledScript(GOOD), GOOD, finish=FinishReason.LENGTH)
    assert draft.page.attempts[0].outcome == "finish:length, score 0.80"
    assert draft.page.attempts[0].score == 0.8
    assert len(draft.page.attempts) == 2


def test_a_turned_page_is_read_upright_and_its_boxes_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "_looks_turned", lambda image: 90)
    loop = '<p data-bbox="1 1 9 9">' + "again and again " * 60 + "</p>"
    engine = SampledScript('<p data-bbox="740 100 800 300">read upright</p>')
    draft = run(engine, loop, image=page(TextQuality.ABSENT))
    assert engine.asked == [(840, 560, None)]
    assert "turned:90" in draft.page.flags
    assert (draft.page.image_width, draft.page.image_height) == (560, 840)
    assert draft.page.blocks[0].bbox == (100, 40, 300, 100)


def test_the_embedded_engine_and_switched_off_retries_are_taken_as_they_are() -> None:
    assert run(Scripted(name="embedded"), BAD).page.attempts == []
    assert run(SampledScript(), BAD, retry=False).page.attempts == []
    with pytest.raises(EngineError):
        run(Scripted(name="embedded"), EngineError("a bug"))
