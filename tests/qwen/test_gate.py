from __future__ import annotations

import random

import pytest

from docparse.model.qwen.gate import DraftGate, StepCost


def run(gate: DraftGate, *, running: int, fixed: float, each: float, holds: float, steps: int = 600) -> list[int]:
    """Limits that a gate chooses on a machine whose step costs `fixed` + `each` x tokens."""
    rng = random.Random(1)
    limits, limit = [], 0
    for _ in range(steps):
        tokens = running * (1 + limit)
        gate.cost.observe(tokens, (fixed + each * tokens) * rng.uniform(0.95, 1.05))
        for _ in range(running if limit else 0):
            held = 0
            while held < limit and rng.random() < holds:
                held += 1
            gate.judge(limit, held)
        gate.drafted(running * limit)
        limit = gate.limit(running, running)
        limits.append(limit)
    return limits


def test_long_drafts_where_tokens_are_free() -> None:
    limits = run(DraftGate(), running=4, fixed=1.0, each=0.0005, holds=0.9)
    assert sorted(limits[200:])[len(limits[200:]) // 2] >= 8


def test_no_drafts_where_every_token_costs() -> None:
    limits = run(DraftGate(), running=64, fixed=0.01, each=1.0, holds=0.6)
    assert sum(limit > 0 for limit in limits[200:]) <= len(limits[200:]) * 0.05


def test_no_drafts_that_never_hold() -> None:
    limits = run(DraftGate(), running=8, fixed=1.0, each=0.02, holds=0.02)
    assert sum(limit > 0 for limit in limits[300:]) <= 10


def test_the_other_choice_is_tried_now_and_then() -> None:
    limits = run(DraftGate(), running=64, fixed=0.01, each=1.0, holds=0.6)
    assert sum(limit > 0 for limit in limits[200:]) >= 1


def test_nobody_drafts() -> None:
    assert DraftGate().limit(8, 0) == 0


def test_cost_never_falls_and_forgives_outliers() -> None:
    cost = StepCost()
    for tokens, seconds in [(1, 2.0), (8, 1.0), (64, 5.0)]:
        for _ in range(50):
            cost.observe(tokens, seconds)
    assert cost(1) == pytest.approx(1.0)  # what took longer than eight tokens was disturbed
    assert cost(8) == pytest.approx(1.0)
    assert cost(36) == pytest.approx(3.0)
    assert cost(128) > cost(64)
    cost.observe(8, 100.0)
    assert cost(8) < 1.1


def test_a_first_step_that_was_disturbed_is_soon_forgotten() -> None:
    cost = StepCost()
    for tokens, seconds in [(1, 1.0), (3, 10.0), (3, 1.2), (3, 1.2), (3, 1.2)]:
        cost.observe(tokens, seconds)
    assert cost(3) < 2.5
