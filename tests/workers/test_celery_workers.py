"""Real Redis and worker processes under faults: the short form of scripts/test-faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docparse.bench.service_faults import FAULTS, run_fault
from docparse.errors import SettingsError
from docparse.settings import Settings
from docparse.workers.celery_app import make_app

_SHORT = {"flush-redis", "kill-workers"}  # the others take longer and are run by scripts/test-slow

needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")


@needs_redis
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in _SHORT else pytest.mark.slow) for name in FAULTS]
)
def test_nothing_is_lost_or_doubled(name: str, tmp_path: Path) -> None:
    outcome = run_fault(name, tmp_path)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    missed = [note for note in outcome.note.split("; ") if "p99 above" not in note]
    assert outcome.ok or not missed, outcome  # how fast it is, `scripts/test-faults` says, on a machine of its own


def test_a_worker_needs_a_broker() -> None:
    with pytest.raises(SettingsError, match="broker_url"):
        make_app(Settings())


def test_messages_carry_ids_only() -> None:
    conf = make_app(Settings(broker_url="redis://localhost")).conf
    assert conf.accept_content == ["json"]
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_transport_options["visibility_timeout"] == 600
