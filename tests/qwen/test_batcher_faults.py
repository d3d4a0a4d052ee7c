"""What goes wrong with one request stays with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from random_model import Case, drain
from test_batcher import open_batcher

from docparse.errors import Cancelled, EngineError, PageTimeout
from docparse.model.base import Deadline
from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.request import Answer, Request
from docparse.model.qwen.runner import Part
from docparse.schemas.page import FinishReason

Forward = Callable[[Sequence[Part]], torch.Tensor]


def by_page(answers: list[Answer]) -> dict[int | None, Answer]:
    return {answer.request.page: answer for answer in answers}


def requests(cases: list[Case], count: int = 4, **options: Any) -> list[Request]:
    return [case.request(page=number, **options) for number, case in enumerate(cases[:count])]


def wrap(batcher: Batcher, monkeypatch: pytest.MonkeyPatch, around: Callable[[Forward, Sequence[Part]], Any]) -> None:
    forward = batcher.runner.forward
    monkeypatch.setattr(batcher.runner, "forward", lambda parts, known=None: around(forward, parts))


def whole(answers: dict[int | None, Answer], cases: list[Case], pages: Sequence[int]) -> bool:
    return all(list(answers[page].tokens) == cases[page].expected(40) and not answers[page].error for page in pages)


def test_nan_fails_one_request_and_leaves_its_neighbours(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    batcher = open_batcher(model)
    poisoned = cases[1].request(page=1)

    def around(forward: Forward, parts: Sequence[Part]) -> torch.Tensor:
        for part in parts:
            if part.running.request is poisoned and part.start > part.running.prompt_length:
                keys = batcher.runner.cache.keys[0]
                keys[part.running.pages[0]] = torch.nan  # as a broken kernel or overflow would leave them
        return forward(parts)

    wrap(batcher, monkeypatch, around)
    for request in [cases[0].request(page=0), poisoned, cases[2].request(page=2), *requests(cases, 1)]:
        batcher.add(request)
    answers = by_page(drain(batcher))
    error = answers[1].error
    assert isinstance(error, EngineError)
    assert "not finite" in error.message
    assert "bf16" in error.user_action
    assert whole(answers, cases, [0, 2])
    assert not any(pool.isnan().any() for pool in batcher.runner.cache.keys)


def test_broken_image_fails_alone(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model)
    good = requests(cases, 3)
    bad = cases[0].request(page=9)
    bad.patches = np.zeros((4, 7), np.uint8)
    for request in (good[0], bad, *good[1:]):
        batcher.add(request)
    answers = by_page(drain(batcher))
    assert isinstance(answers[9].error, EngineError)
    assert whole(answers, cases, [0, 1, 2])


def test_prompt_that_does_not_match_its_image(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model)
    bad = cases[0].request(page=9)
    bad.grid = (bad.grid[0], bad.grid[1] + 2)
    batcher.add(bad)
    batcher.add(cases[1].request(page=1))
    answers = by_page(drain(batcher))
    assert "placeholders" in str(answers[9].error)
    assert whole(answers, cases, [1])


def test_page_longer_than_the_context(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model)
    batcher.add(Request([20] * 97, page=3))
    answers = drain(batcher)
    assert isinstance(answers[0].error, EngineError)
    assert "97 tokens" in answers[0].error.message


def test_text_that_fills_the_context_ends_there(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, pages=12)
    case = cases[0]
    request = case.request(limit=10_000)
    request.decoding = type(request.decoding)(max_tokens=10_000, ignore_eos=True)
    batcher.add(request)
    answer = drain(batcher)[0]
    assert answer.finish is FinishReason.LENGTH
    assert len(answer.tokens) == 96 - len(case.prompt)


@pytest.mark.parametrize("message", ["[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory", "CUDA"])
def test_out_of_memory_shrinks_the_batch(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    batcher = open_batcher(model)
    error = torch.OutOfMemoryError(message) if message == "CUDA" else RuntimeError(message)
    sizes: list[int] = []

    def around(forward: Forward, parts: Sequence[Part]) -> torch.Tensor:
        sizes.append(len(parts))
        if len(parts) > 2:
            raise error
        return forward(parts)

    wrap(batcher, monkeypatch, around)
    for request in requests(cases):
        batcher.add(request)
    answers = by_page(drain(batcher))
    assert whole(answers, cases, range(4))
    assert sizes.count(4) == 1
    assert max(sizes[1:]) <= 2


def test_out_of_memory_twice_is_an_error_of_that_page(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    batcher = open_batcher(model)
    tries: list[int] = []

    def around(forward: Forward, parts: Sequence[Part]) -> torch.Tensor:
        if any(part.running.request.page == 2 for part in parts):
            if len(parts) == 1:
                tries.append(1)
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(parts)

    wrap(batcher, monkeypatch, around)
    for request in requests(cases):
        batcher.add(request)
    answers = by_page(drain(batcher))
    assert "out of memory" in str(answers[2].error)
    assert whole(answers, cases, [0, 1, 3])
    assert len(tries) == 2


@pytest.mark.parametrize("alone", [True, False])
def test_out_of_memory_in_the_vision_tower(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """Pages are seen one by one where they don't fit together; one that does not fit alone fails alone."""
    batcher = open_batcher(model)
    good = requests(cases, 3)
    see, sizes = batcher.runner.see, []

    def around(unseen: Sequence[Any]) -> None:
        sizes.append(len(unseen))
        if len(unseen) > 1 or (not alone and unseen[0].request is good[1]):
            raise torch.OutOfMemoryError("CUDA out of memory")
        see(unseen)

    monkeypatch.setattr(batcher.runner, "see", around)
    for request in good:
        batcher.add(request)
    answers = by_page(drain(batcher))
    assert sizes[:4] == [3, 1, 1, 1]
    assert whole(answers, cases, [0, 1, 2] if alone else [0, 2])
    if not alone:
        assert "out of memory" in str(answers[1].error)
        assert "smaller --model" in answers[1].error.user_action  # type: ignore[union-attr]


def test_any_other_failure_is_pinned_on_its_request(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    batcher = open_batcher(model)

    def around(forward: Forward, parts: Sequence[Part]) -> torch.Tensor:
        if any(part.running.request.page == 1 and part.running.written > 3 for part in parts):
            raise RuntimeError("a kernel failed")
        return forward(parts)

    wrap(batcher, monkeypatch, around)
    for request in requests(cases):
        batcher.add(request)
    answers = by_page(drain(batcher))
    assert "a kernel failed" in str(answers[1].error)
    assert whole(answers, cases, [0, 2, 3])


def test_a_drafter_that_fails_costs_its_request_only_the_drafts(model: Any, cases: list[Case]) -> None:
    class Broken:
        def extend(self, tokens: Sequence[int]) -> None:
            raise IndexError("drafter")

        def propose(self, limit: int) -> list[int]:
            raise IndexError("drafter")

    batcher = open_batcher(model)
    for number, case in enumerate(cases[:3]):
        batcher.add(case.request(page=number, drafter=Broken() if number == 1 else None))
    assert whole(by_page(drain(batcher)), cases, [0, 1, 2])


def test_deadline_and_cancellation_within_one_step(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model)
    stop = [False]
    batcher.add(cases[0].request(page=0))
    batcher.add(cases[1].request(page=1, deadline=Deadline(time.monotonic() - 1)))
    batcher.add(cases[2].request(page=2, cancelled=lambda: stop[0]))
    first = by_page(batcher.step())
    assert isinstance(first[1].error, PageTimeout)
    batcher.step()
    stop[0] = True
    then = by_page(batcher.step())
    assert isinstance(then[2].error, Cancelled)
    assert 0 < len(then[2].tokens) <= 3
    assert whole(by_page(drain(batcher)), cases, [0])
    assert batcher.runner.cache.allocator.free == batcher.runner.cache.allocator.count


def test_fail_all(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=2)
    for request in requests(cases):
        batcher.add(request)
    batcher.step()
    answers = batcher.fail_all(EngineError("closed"))
    assert sorted(answer.request.page or 0 for answer in answers) == [0, 1, 2, 3]
    assert all(str(answer.error) == "closed" for answer in answers)
    assert not batcher.busy
