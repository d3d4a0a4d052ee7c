"""The workers' side of the store: claims, fencing, strikes, fan-in, doorbells."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_services import new_file

from docparse.errors import EngineError
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.schemas.job import JobState
from docparse.workers.claims import LostClaim
from docparse.workers.commits import PageRead
from docparse.workers.database import new_id
from docparse.workers.stages import Claim, Stage, Work
from docparse.workers.store import Store

_ENGINE = EngineInfo(name="x")


def _opened(store: Store, count: int) -> tuple[str, list[Work]]:
    """A job whose document has so many pages, all rendered: (job id, what is due)."""
    job_id = new_id("job")
    job = store.create_job("default", [new_file("default", job_id)], ParseOptions(), job_id=job_id)
    due = store.opened(_claim(store, Work(Stage.OPEN, f"{job.id}-00001")), {}, range(1, count + 1), "", rung=count)
    return job.id, [store.rendered(_claim(store, work), "page", None)[0] for work in due]


def _claim(store: Store, work: Work, owner: str = "w", lease_s: float = 30) -> Claim:
    claim = store.claim(work, owner, lease_s)
    assert claim is not None
    return claim


def _at(store: Store, stage: Stage, claimed: bool) -> tuple[str, Claim | Work]:
    """A job whose only page or document waits for the stage, or is at it: (job id, what it is)."""
    job_id = new_id("job")
    store.create_job("default", [new_file("default", job_id)], ParseOptions(), job_id=job_id)
    work = Work(Stage.OPEN, f"{job_id}-00001")
    commits = {
        Stage.OPEN: lambda claim: store.opened(claim, {}, [1], "", rung=1),
        Stage.RENDER: lambda claim: store.rendered(claim, "page", None),
        Stage.RECOGNIZE: lambda claim: store.page_done(claim, PageRead("draft"), _ENGINE),
    }
    while work.stage is not stage:
        (work,) = commits[work.stage](_claim(store, work))
    return job_id, _claim(store, work) if claimed else work


@pytest.mark.parametrize("claimed", [False, True])
@pytest.mark.parametrize("stage", list(Stage))
def test_cancel_at_each_state(store: Store, stage: Stage, claimed: bool) -> None:
    """What waits is never begun; what is at work is told to stop, and its commit comes to nothing."""
    job_id, at = _at(store, stage, claimed)
    assert store.cancel("default", job_id).state is JobState.CANCELED
    if isinstance(at, Work):
        assert store.claim(at, "w", 30) is None
    else:
        assert store.renew([at], 30) == [at]
        late = {
            Stage.OPEN: lambda: store.opened(at, {}, [1], "", rung=1),
            Stage.RENDER: lambda: store.rendered(at, "page", None),
            Stage.RECOGNIZE: lambda: store.page_done(at, PageRead("draft"), _ENGINE),
            Stage.ASSEMBLE: lambda: store.assembled(at, "ok", "result", "cache"),
        }
        with pytest.raises(LostClaim):
            late[stage]()
    assert all(store.ring_due(one, 10, time.time() + 1) == [] for one in Stage)
    assert store.job("default", job_id).state is JobState.CANCELED
    assert store.events("default", job_id)[-1].kind == "job.canceled"


def test_one_of_many_workers_gets_the_work(store: Store) -> None:
    _, (work,) = _opened(store, 1)
    with ThreadPoolExecutor(16) as pool:
        claims = list(pool.map(lambda turn: store.claim(work, f"w{turn}", 30), range(32)))
    assert sum(claim is not None for claim in claims) == 1


def test_a_page_is_committed_once(store: Store) -> None:
    job_id, works = _opened(store, 2)
    claim = _claim(store, works[0])
    assert store.page_done(claim, PageRead("draft"), _ENGINE) == []
    for late in (
        lambda: store.page_done(claim, PageRead("draft"), _ENGINE),
        lambda: store.page_failed(claim, _error()),
    ):
        with pytest.raises(LostClaim):
            late()
    assert store.job("default", job_id).progress.pages_done == 1


def test_a_late_worker_commits_nothing(store: Store) -> None:
    job_id, works = _opened(store, 1)
    slow = _claim(store, works[0], "slow", lease_s=-1)
    assert store.end_leases() == (1, [])
    fresh = _claim(store, works[0], "fresh")
    assert fresh.attempt == slow.attempt + 1
    assert store.renew([slow], 30) == [slow]
    with pytest.raises(LostClaim):
        store.page_done(slow, PageRead("slow"), _ENGINE)
    assert store.page_done(fresh, PageRead("fresh"), _ENGINE) == [Work(Stage.ASSEMBLE, f"{job_id}-00001")]


def test_fan_in_rings_once_for_the_last_page(store: Store) -> None:
    job_id, works = _opened(store, 12)
    claims = [_claim(store, work) for work in works]
    with ThreadPoolExecutor(6) as pool:
        due = list(pool.map(lambda claim: store.page_done(claim, PageRead("draft"), _ENGINE), claims))
    assert [work for rung in due for work in rung] == [Work(Stage.ASSEMBLE, f"{job_id}-00001")]
    ids = [event.id for event in store.events("default", job_id)]
    assert ids == list(range(1, len(ids) + 1))


def test_three_strikes_are_a_dead_letter(store: Store) -> None:
    job_id, works = _opened(store, 1)
    for _ in range(2):
        _claim(store, works[0], "w", lease_s=-1)
        assert store.end_leases() == (1, [])
    _claim(store, works[0], "w", lease_s=-1)
    assert store.end_leases() == (1, [Work(Stage.ASSEMBLE, f"{job_id}-00001")])
    page = store.page("default", job_id, 1)
    assert page.state == "failed"
    assert page.error is not None
    assert page.error.code == "engine_failed"
    assert store.dead_letters()[0]["page"] == 1
    assert store.claim(works[0], "w", 30) is None


def test_suspects_are_read_alone(store: Store) -> None:
    _, works = _opened(store, 3)
    for _ in range(2):
        for work in works[:2]:
            _claim(store, work, "w", lease_s=-1)
        store.end_leases()
    suspect = _claim(store, works[0], "w")
    assert store.claim(works[1], "w", 30) is None
    assert store.claim(works[2], "w", 30) is not None
    assert store.claim(works[1], "another", 30) is not None
    store.page_failed(suspect, _error())


def test_a_worker_that_is_known_to_be_dead_loses_its_leases(store: Store) -> None:
    _, works = _opened(store, 2)
    _claim(store, works[0], "dead")
    _claim(store, works[1], "alive")
    assert store.owners() == {"dead", "alive"}
    assert store.end_leases(["dead"])[0] == 1
    assert store.owners() == {"alive"}


def test_released_work_is_no_strike_and_waits(store: Store) -> None:
    _, works = _opened(store, 1)
    store.release(_claim(store, works[0]), delay_s=0.3)
    assert store.claim(works[0], "w", 30) is None
    time.sleep(0.35)
    assert _claim(store, works[0]).strikes == 1


def test_doorbells_ring_again_only_for_what_nobody_took(store: Store) -> None:
    _, works = _opened(store, 3)
    assert store.ring_due(Stage.RECOGNIZE, 10, time.time() - 5) == []
    _claim(store, works[0])
    assert store.ring_due(Stage.RECOGNIZE, 10, time.time() + 1) == works[1:]
    assert store.ring_due(Stage.RECOGNIZE, 10, time.time() - 5) == []


def test_failed_pages_make_a_partial_document(store: Store) -> None:
    job_id, works = _opened(store, 2)
    store.page_failed(_claim(store, works[0]), _error())
    (work,) = store.page_done(_claim(store, works[1]), PageRead("draft"), _ENGINE)
    store.assembled(_claim(store, work), "partial", "result", "cache")
    job = store.job("default", job_id)
    assert job.state is JobState.PARTIAL
    assert (job.progress.pages_done, job.progress.pages_failed) == (1, 1)
    assert store.find_result("default", "cache") is None


def test_one_leader(store: Store) -> None:
    assert store.lead("reconcile", "a", 0.2)
    assert not store.lead("reconcile", "b", 0.2)
    assert store.lead("reconcile", "a", 0.2)
    time.sleep(0.25)
    assert store.lead("reconcile", "b", 0.2)


def test_workers_are_seen(store: Store) -> None:
    store.seen("w", ["render"], {}, slots=2, busy=1, counts={"done:render": 3.0})
    store.seen("w", ["render"], {}, slots=2, busy=0, counts={"done:render": 4.0})
    (worker,) = store.workers()
    assert (worker.busy, worker.counts) == (0, {"done:render": 4.0})
    store.gone("w")
    assert store.workers() == []


def test_depths_of_stages(store: Store) -> None:
    _, works = _opened(store, 3)
    _claim(store, works[0])
    assert store.depths()["recognize"]["due"] == 2
    assert store.depths()["recognize"]["leased"] == 1


def _error() -> EngineError:
    return EngineError("no")
