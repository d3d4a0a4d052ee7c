"""Faster ways are held to the plain one, and refused where they differ. What needs a GPU is marked so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from random_model import Case, drain, small_model
from test_batcher import open_batcher

from docparse.model.qwen import fast
from docparse.model.qwen.attention import Piece
from docparse.model.qwen.batcher import Batcher
from docparse.model.qwen.device import SideStream
from docparse.model.qwen.fixed import FixedStep, FixedSteps, blocks_of, size_of
from docparse.model.qwen.request import Decoding
from docparse.model.qwen.runner import FixedStepFailed, Part, Runner
from docparse.model.qwen.varlen import VarlenKernel, VarlenPlan
from docparse.schemas.page import FinishReason


def test_sizes_hold_what_is_padded_to_them() -> None:
    assert [size_of(count) for count in (1, 2, 3, 5, 8, 9, 16, 17, 64)] == [1, 2, 4, 8, 8, 16, 16, 24, 64]
    assert [blocks_of(pages, 12) for pages in (1, 2, 3, 8, 9, 12)] == [1, 2, 4, 8, 12, 12]


@pytest.fixture
def runner(model: Any) -> Runner:
    return open_batcher(model, slots=5).runner


def free_again(runner: Runner) -> bool:
    allocator = runner.cache.allocator
    return allocator.free == allocator.count and not any(pool[1 : allocator.count].any() for pool in runner.cache.keys)


def test_fixed_steps_equal_the_plain_way(runner: Runner) -> None:
    steps = FixedSteps(runner)
    assert fast.steps_differ(runner, steps, 5) == ""
    assert {size for size, _ in steps._steps} == {1, 4, 8}
    assert free_again(runner)


def test_steps_that_differ_are_refused(runner: Runner) -> None:
    fixed = FixedSteps(runner)
    assert "3 requests: differs by" in fast.steps_differ(
        runner, lambda parts: fixed(parts) * (1.01 if len(parts) == 3 else 1.0), 5
    )
    assert "nan" in fast.steps_differ(runner, lambda parts: fixed(parts) * torch.nan, 5)
    assert "shape" in fast.steps_differ(runner, lambda parts: fixed(parts)[:, :7], 5)
    assert free_again(runner)


def test_a_check_that_raises_is_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    def check() -> str:
        raise RuntimeError("no such kernel")

    assert not fast._passes("graphs", check)
    assert "graphs: not used on this machine: RuntimeError: no such kernel" in caplog.text
    assert fast._passes("graphs", lambda: "")


def test_on_a_cpu_everything_stays_off(runner: Runner) -> None:
    assert fast.enable(runner, slots=5) == ()
    assert (runner.fixed, runner.side, runner.run_ahead) == (None, None, False)


def test_a_step_that_can_t_be_recorded_goes_the_plain_way(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: FixedSteps, step: FixedStep) -> Any:
        raise RuntimeError("operation not permitted when stream is capturing")

    batcher = open_batcher(model, fixed=True)
    monkeypatch.setattr(FixedSteps, "_record", refuse)
    assert batcher.runner.fixed is not None
    batcher.runner.fixed._on_gpu = True
    batcher.add(cases[0].request())
    assert list(drain(batcher)[0].tokens) == cases[0].expected(40)
    assert batcher.runner.fixed is None
    assert "not permitted" in caplog.text


def test_any_other_failure_of_a_fixed_step_is_not_hidden(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FixedStep) -> None:
        raise RuntimeError("illegal memory access")

    monkeypatch.setattr(FixedStep, "compute", fail)
    with pytest.raises(RuntimeError, match="illegal"):
        fast.steps_differ(runner, FixedSteps(runner), 5)
    assert not issubclass(RuntimeError, FixedStepFailed)


def test_padded_rows_write_to_the_scratch_page_alone(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=3, fixed=True)
    for case in cases[:3]:
        batcher.add(case.request(limit=10))
    cache = batcher.runner.cache
    cache.keys[0][cache.scratch] = 1.0
    drain(batcher)
    assert not (cache.keys[0][cache.scratch, 0] == 1.0).any()
    assert (cache.keys[0][cache.scratch, 1:] == 1.0).all()
    assert not any(pool[0].any() for pool in (*cache.keys, *cache.values))


def test_varlen_plan_that_stays_where_it_is() -> None:
    cache = Runner(small_model(), slots=2, longest=24, page_size=4, cache_bytes=1 << 20).cache
    kernel = VarlenKernel(cache, device=torch.device("cpu"))
    plan = kernel.fixed_plan(4, 3)
    assert isinstance(plan, VarlenPlan)
    tensors = [plan.places, plan.starts, plan.table, plan.lengths]
    assert (plan.most_new, plan.most_seen) == (1, 12)
    idle = Piece(0, 1, [cache.scratch])
    kernel.refill(plan, [Piece(5, 1, [3, 1]), Piece(8, 1, [2, 5, 4]), idle, idle])
    assert [plan.places, plan.starts, plan.table, plan.lengths] == tensors
    assert plan.starts.tolist() == [0, 1, 2, 3, 4]
    assert plan.table.tolist() == [[3, 1, 0], [2, 5, 4], [cache.scratch, 0, 0], [cache.scratch, 0, 0]]
    assert plan.lengths.tolist() == [6, 9, 1, 1]
    assert plan.places.tolist() == [5, 16, 4 * cache.scratch, 4 * cache.scratch]


class Slow:
    """A stand-in for a stream: runs at once, and can spoil what it computed."""

    def __init__(self, spoil: float = 0.0) -> None:
        self.spoil = spoil

    def run(self, work: Any) -> tuple[Any, Any]:
        return [part + self.spoil for part in work()], None


def test_vision_that_differs_is_refused(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "await_event", lambda event, tensor: None)
    assert fast.vision_differs(runner, Slow()) == ""  # type: ignore[arg-type]
    assert "differs by" in fast.vision_differs(runner, Slow(0.5))  # type: ignore[arg-type]
    assert "nan" in fast.vision_differs(runner, Slow(np.nan))  # type: ignore[arg-type]


def test_running_ahead_is_compared(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "differ" not in fast.running_ahead_differs(runner, 4)
    texts = fast._texts

    def spoilt(runner: Runner, work: Any, slots: int, run_ahead: bool) -> list[list[int]]:
        found = texts(runner, work, slots, run_ahead)
        return [[*text[:-1], 9] for text in found] if run_ahead else found

    monkeypatch.setattr(fast, "_texts", spoilt)
    assert fast.running_ahead_differs(runner, 4) == "the tokens differ"


class Launches:
    """Counts launches that came before the last step was read."""

    def __init__(self, batcher: Batcher, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0
        forward = batcher.runner.forward

        def count(parts: Sequence[Part], known: Any = None) -> torch.Tensor:
            self.ahead += any(part.source >= 0 for part in parts)
            return forward(parts, known)

        monkeypatch.setattr(batcher.runner, "forward", count)


def test_running_ahead_launches_before_it_reads(model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    batcher = open_batcher(model, run_ahead=True)
    launches = Launches(batcher, monkeypatch)
    for number, case in enumerate(cases[:4]):
        batcher.add(case.request(page=number, limit=30))
    answers = drain(batcher)
    assert launches.ahead >= 25
    assert all(list(answer.tokens) == cases[answer.request.page or 0].expected(30) for answer in answers)
    allocator = batcher.runner.cache.allocator
    assert allocator.free == allocator.count


class Stopper:
    """Calls the text a loop after `most` tokens."""

    def __init__(self, most: int) -> None:
        self.left = most

    def extend(self, tokens: Sequence[int]) -> bool:
        self.left -= len(tokens)
        return self.left <= 0


def test_loops_penalties_and_chance_are_the_same_when_running_ahead(model: Any, cases: list[Case]) -> None:
    found: dict[bool, list[tuple[int | None, tuple[int, ...], FinishReason]]] = {}
    for run_ahead in (False, True):
        batcher = open_batcher(model, run_ahead=run_ahead, slots=4)
        ways: list[dict[str, Any]] = [
            {"watcher": Stopper(7)}, {}, {"decoding": Decoding(20, temperature=0.9, seed=3)},
            {"decoding": Decoding(20, repetition_penalty=1.3)}, {"watcher": Stopper(2)},
            {"decoding": Decoding(6, script=(9, 8, 7, 6, 5, 4))}, {},
        ]  # fmt: skip
        for number, (case, way) in enumerate(zip(cases, ways, strict=False)):
            batcher.add(case.request(page=number, **way))
        answers = sorted(drain(batcher), key=lambda answer: answer.request.page or 0)
        found[run_ahead] = [(answer.request.page, answer.tokens, answer.finish) for answer in answers]
    assert found[True] == found[False]
    assert [found[True][number][2] for number in (0, 4)] == [FinishReason.REPETITION] * 2
    assert (len(found[True][0][1]), found[True][5][1]) == (7, (9, 8, 7, 6, 5, 4))


def test_a_length_known_before_wastes_no_row(model: Any, cases: list[Case]) -> None:
    steps = {}
    for run_ahead in (False, True):
        batcher = open_batcher(model, slots=2, run_ahead=run_ahead, drafts=False)
        for case in cases[:6]:
            batcher.add(case.request(limit=min(len(case.tokens), 9)))
        drain(batcher)
        steps[run_ahead] = batcher.counters.used
    assert steps[True] == steps[False]


def test_a_step_that_fails_when_it_is_read_is_computed_again(
    model: Any, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    from docparse.model.qwen import batcher as module

    batcher, calls, land = open_batcher(model, run_ahead=True), [0], module.land

    def broken(flight: Any) -> Any:
        calls[0] += 1
        if calls[0] == 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return land(flight)

    monkeypatch.setattr(module, "land", broken)
    for number, case in enumerate(cases[:4]):
        batcher.add(case.request(page=number))
    answers = drain(batcher)
    assert len(answers) == 4
    assert all(list(answer.tokens) == cases[answer.request.page or 0].expected(40) for answer in answers)


def test_pages_are_seen_before_their_turn(model: Any, cases: list[Case]) -> None:
    batcher = open_batcher(model, slots=1, look_ahead=2)
    for number, case in enumerate(cases[:4]):
        batcher.add(case.request(page=number, limit=5))
    batcher.step()
    assert [running.visual is not None for running in batcher._waiting] == [True, True, False]
    answers = drain(batcher)
    assert all(list(answer.tokens) == cases[answer.request.page or 0].expected(5) for answer in answers)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_all_ways_are_equal(cases: list[Case]) -> None:
    model = small_model().cuda()
    runner = Runner(model, slots=4, longest=256, page_size=256)
    assert fast.steps_differ(runner, FixedSteps(runner), 4) == ""
    assert fast.vision_differs(runner, SideStream(runner.device)) == ""
    on = fast.enable(runner, slots=4)
    assert {"graphs", "vision"} <= set(on)
    batcher = Batcher(runner, eos=[2], slots=4, run_ahead=True)
    for number, case in enumerate(cases):
        batcher.add(case.request(page=number))
    answers = drain(batcher)
    assert all(list(answer.tokens) == cases[answer.request.page or 0].expected(40) for answer in answers)
