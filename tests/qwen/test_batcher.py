"""Token for token what transformers' `generate` writes, whatever happens around a request."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_model import EOS, Case, FaultyDrafter, drain

from docparse.errors import Cancelled
from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.fixed import FixedSteps
from docparse.model.qwen.request import Answer, Request
from docparse.model.qwen.runner import Runner
from docparse.schemas.page import FinishReason

PAGE = 8
PAGE_BYTES = 2 * 3 * PAGE * 2 * 16 * 4  # keys and values, layers, tokens, heads, head size, fp32
LONGEST = 96


def open_batcher(
    model: Any, *, slots: int = 4, pages: int = 200, prefill: int = 4096, drafts: bool = True, run_ahead: bool = False,
    look_ahead: int = 0, fixed: bool = False,
) -> Batcher:  # fmt: skip
    runner = Runner(model, slots=slots, longest=LONGEST, page_size=PAGE, cache_bytes=pages * PAGE_BYTES)
    if fixed:
        runner.fixed = FixedSteps(runner)
    return Batcher(
        runner, eos=[EOS], slots=slots, prefill_tokens=prefill, drafts=drafts, run_ahead=run_ahead,
        look_ahead=look_ahead,
    )  # fmt: skip


@st.composite
def plans(draw: Callable[..., Any]) -> list[tuple[int, int, int, bool, int | None]]:
    """Requests as (case, arrival step, token limit, drafts, step at which it is cancelled)."""
    request = st.tuples(
        st.integers(0, 13), st.integers(0, 25), st.integers(1, 40), st.booleans(),
        st.one_of(st.none(), st.none(), st.integers(0, 40)),
    )  # fmt: skip
    found: list[tuple[int, int, int, bool, int | None]] = draw(st.lists(request, min_size=1, max_size=10))
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    plan=plans(), slots=st.integers(1, 5), pages=st.sampled_from([12, 16, 24, 200]),
    prefill=st.sampled_from([7, 40, 4096]), seed=st.integers(0, 99), run_ahead=st.booleans(), fixed=st.booleans(),
    look_ahead=st.sampled_from([0, 2]),
)  # fmt: skip
@pytest.mark.no_cover
def test_equal_to_generate(
    model: Any, cases: list[Case], plan: list[Any], slots: int, pages: int, prefill: int, seed: int, **ways: Any
) -> None:
    batcher = open_batcher(model, slots=slots, pages=pages, prefill=prefill, **ways)
    rng, now = random.Random(seed), [0]
    requests: list[tuple[int, Request, Case, int, int | None]] = []
    for case, arrival, limit, drafts, cancelled in plan:
        known = cases[case]
        request = known.request(
            limit=limit,
            drafter=FaultyDrafter(known.tokens, rng) if drafts else None,
            cancelled=lambda at=cancelled: at is not None and now[0] >= at,
        )
        requests.append((arrival, request, known, limit, cancelled))
    answers: dict[int, Answer] = {}
    while len(answers) < len(requests):
        for arrival, request, *_ in requests:
            if arrival == now[0]:
                batcher.add(request)
        for answer in batcher.step():
            answers[id(answer.request)] = answer
        now[0] += 1
        assert now[0] < 4000
    assert not batcher.busy
    assert batcher.runner.cache.allocator.free == batcher.runner.cache.allocator.count
    for _, request, known, limit, cancelled in requests:
        check(answers[id(request)], known, limit, cancelled)


def check(answer: Answer, case: Case, limit: int, cancelled: int | None) -> None:
    wanted = case.expected(limit)
    if answer.error is not None:
        assert isinstance(answer.error, Cancelled)
        assert cancelled is not None
        assert list(answer.tokens) == wanted[: len(answer.tokens)]
        return
    assert list(answer.tokens) == wanted
    assert len(answer.logprobs) == len(wanted)
    assert all(value <= 1e-5 for value in answer.logprobs)
    assert answer.finish is (FinishReason.LENGTH if len(wanted) == limit else FinishReason.STOP)


def test_cases_are_worth_comparing(cases: list[Case]) -> None:
    assert sum(len(set(case.tokens)) > 12 for case in cases) >= 8
    assert any(case.ended for case in cases)


def test_preemption_is_exercised_and_changes_nothing(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=4, pages=13)
    for case in cases[:6]:
        batcher.add(case.request())
    answers = drain(batcher)
    assert batcher.counters.preempted > 0
    for case in cases[:6]:
        assert any(list(answer.tokens) == case.expected(40) for answer in answers)


def test_slots_are_refilled_at_once(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=3, drafts=False)
    lengths = [5, 20, 10, 10, 15, 5, 25, 10, 20]
    for number, length in enumerate(lengths):
        case = cases[number % 3]
        batcher.add(case.request(limit=min(length, len(case.tokens))))
    answers = drain(batcher)
    ideal = -(-sum(len(answer.tokens) for answer in answers) // 3)
    assert batcher.counters.decode_steps <= ideal + 12


def test_a_newcomer_joins_while_others_run(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=2)
    batcher.add(cases[0].request())
    for _ in range(3):
        batcher.step()
    batcher.add(cases[1].request(limit=2))
    finished = [answer for _ in range(2) for answer in batcher.step()]
    assert [list(answer.tokens) for answer in finished] == [cases[1].expected(2)]
    assert batcher.running == 1


def test_drafts_save_steps_and_change_nothing(model: Any, cases: list[Case]) -> None:
    steps = {}
    for drafts in (False, True):
        batcher = open_batcher(model, slots=1, drafts=drafts)
        case = max(cases, key=lambda case: len(case.tokens))
        batcher.add(case.request(drafter=FaultyDrafter(case.tokens, random.Random(0))))
        assert list(drain(batcher)[0].tokens) == case.expected(40)
        steps[drafts] = batcher.counters.decode_steps
    assert steps[True] < steps[False]


@pytest.mark.parametrize("prefill", [1, 5, 64])
def test_prompts_in_pieces(model: Any, cases: list[Case], prefill: int) -> None:
    batcher = open_batcher(model, slots=3, prefill=prefill)
    for case in cases[:3]:
        batcher.add(case.request(limit=10))
    found = sorted(list(answer.tokens) for answer in drain(batcher))
    assert found == sorted(case.expected(10) for case in cases[:3])
