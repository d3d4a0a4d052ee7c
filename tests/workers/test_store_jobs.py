"""The client's side of the store: jobs, tenants, idempotency, cancel, delete, keys, webhooks."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_services import new_file

from docparse.errors import Conflict, NotFound, SettingsError, TooManyRequests, UsageError
from docparse.options import ParseOptions
from docparse.schemas.job import Job, JobOptions, JobState
from docparse.workers.accounts import TenantLimits
from docparse.workers.commits import PageRead
from docparse.workers.database import new_id
from docparse.workers.migrate import current_revision
from docparse.workers.stages import Stage, Work
from docparse.workers.store import Store


def _job(store: Store, *, key: str | None = None, count: int = 1, tenant: str = "default", **options: object) -> Job:
    job_id = new_id("job")
    files = [new_file(tenant, job_id, f"{number}.pdf") for number in range(count)]
    return store.create_job(tenant, files, ParseOptions(**options), job_id=job_id, idempotency_key=key)


def test_job_as_it_was_asked(store: Store) -> None:
    job = _job(store, count=2, pages="1-3", password="geheim")
    assert job.state is JobState.QUEUED
    assert job.queued_ahead == 0
    assert job.options == {"pages": "1-3"}
    assert [document.name for document in job.documents] == ["0.pdf", "1.pdf"]
    assert _job(store).queued_ahead == 2
    assert [event.kind for event in store.events("default", job.id)] == ["job.queued"]


def test_hundred_requests_with_one_key_make_one_job(store: Store) -> None:
    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(lambda _: _job(store, key="k").id, range(100)))
    assert len(ids) == 1
    assert len(store.jobs("default")[0]) == 1


def test_key_of_another_request_is_a_conflict(store: Store) -> None:
    _job(store, key="k")
    with pytest.raises(Conflict):
        _job(store, key="k", pages="2")
    assert _job(store, key="k", tenant="other").state is JobState.QUEUED


def test_foreign_jobs_are_not_found(store: Store) -> None:
    job = _job(store)
    for call in (store.job, store.cancel, store.delete, store.events, store.pages):
        with pytest.raises(NotFound):
            call("other", job.id)
    with pytest.raises(NotFound):
        store.page("other", job.id, 1)
    assert store.jobs("other") == ([], None)
    assert store.job("default", job.id).state is JobState.QUEUED


def test_listing_goes_on_with_the_cursor(store: Store) -> None:
    made = []
    for _ in range(5):
        made.append(_job(store).id)
        time.sleep(0.002)
    first, cursor = store.jobs("default", limit=3)
    rest, end = store.jobs("default", limit=3, cursor=cursor)
    assert [job.id for job in first + rest] == made[::-1]
    assert end is None
    store.cancel("default", made[0])
    assert [job.id for job in store.jobs("default", state=JobState.CANCELED)[0]] == [made[0]]


def test_limit_of_active_jobs(store: Store) -> None:
    store.ensure_tenant("default", TenantLimits(active_jobs=2))
    first = _job(store)
    _job(store)
    with pytest.raises(TooManyRequests):
        _job(store)
    store.cancel("default", first.id)
    assert _job(store).state is JobState.QUEUED


def test_limit_of_waiting_pages(store: Store) -> None:
    store.ensure_tenant("default", TenantLimits(queued_pages=3))
    first = _job(store)
    claim = store.claim(Work(Stage.OPEN, f"{first.id}-00001"), "w", 30)
    assert claim is not None
    store.opened(claim, {}, [1, 2], "application/pdf", rung=2)
    second = _job(store)
    claim = store.claim(Work(Stage.OPEN, f"{second.id}-00001"), "w", 30)
    assert claim is not None
    store.opened(claim, {}, [1, 2], "application/pdf", rung=2)
    with pytest.raises(TooManyRequests, match="3 pages"):
        _job(store)
    assert _job(store, tenant="other").state is JobState.QUEUED
    store.cancel("default", first.id)
    assert _job(store).state is JobState.QUEUED


def test_cancel_once(store: Store) -> None:
    job = _job(store)
    assert store.cancel("default", job.id).state is JobState.CANCELED
    with pytest.raises(Conflict):
        store.cancel("default", job.id)
    work = Work(Stage.OPEN, f"{job.id}-00001")
    assert store.claim(work, "w", 30) is None
    assert store.events("default", job.id)[-1].kind == "job.canceled"


def test_cancelled_work_is_lost_to_its_worker(store: Store) -> None:
    job = _job(store)
    claim = store.claim(Work(Stage.OPEN, f"{job.id}-00001"), "w", 30)
    assert claim is not None
    assert store.renew([claim], 30) == []
    store.cancel("default", job.id)
    assert store.renew([claim], 30) == [claim]


def test_nothing_of_a_deleted_job_is_left(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    store.ensure_tenant()
    job = store.create_job(
        "default", [new_file("default", "job_1", "canary-name.pdf")], ParseOptions(password="c4n4ry")
    )
    assert b"c4n4ry" in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.unbury(store.delete("default", job.id))
    store.scrub()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"c4n4ry" not in left
    assert b"canary-name" not in left
    store.close()


def test_password_goes_when_the_job_ends(store: Store) -> None:
    job = _job(store, password="c4n4ry")
    claim = store.claim(Work(Stage.OPEN, f"{job.id}-00001"), "w", 30)
    assert claim is not None
    assert claim.options.password == "c4n4ry"
    store.cancel("default", job.id)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT password FROM documents").scalar_one() is None


def test_expired_jobs_are_named(store: Store) -> None:
    job = store.create_job("default", [new_file("default", "job_1")], ParseOptions(), service=JobOptions(ttl_s=0.01))
    assert store.expired(time.time() + 10) == []
    store.cancel("default", job.id)
    assert store.expired(time.time() + 10) == [("default", job.id)]


def test_keys(store: Store) -> None:
    key, secret = store.create_key("default", "laptop")
    found = store.find_key(secret)
    assert found is not None
    assert (found.tenant_id, found.name) == ("default", "laptop")
    assert store.find_key(secret + "0") is None
    assert len(bytes.fromhex(secret.removeprefix("dp_"))) * 8 == 128
    store.revoke_key(key.id)
    assert store.find_key(secret) is None
    assert store.keys()[0].revoked_at is not None
    assert not store.has_keys()
    with pytest.raises(NotFound):
        store.revoke_key("key_0")


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 49])
def test_bad_tenant_names(store: Store, name: str) -> None:
    with pytest.raises(UsageError):
        store.ensure_tenant(name)


def test_deliveries_are_made_with_the_end_of_the_job(store: Store) -> None:
    hook = store.create_webhook("default", "https://example.org/hook", ["job.completed"])
    store.create_webhook("other", "https://example.org/other")
    _finish(store, _job(store))
    ((delivery, to),) = store.take_deliveries()
    assert to == hook
    assert json.loads(delivery.body)["type"] == "job.completed"
    assert store.take_deliveries() == []
    store.settle_delivery(delivery.id, delivered=False, retry_in_s=0.0, status_code=500)
    ((again, _),) = store.take_deliveries()
    assert (again.id, again.attempts, again.status_code) == (delivery.id, 1, 500)
    store.settle_delivery(delivery.id, delivered=True, status_code=200)
    assert store.deliveries("default", hook.id)[0].state == "delivered"
    assert store.replay_delivery("default", delivery.id).state == "pending"
    with pytest.raises(NotFound):
        store.replay_delivery("other", delivery.id)


def _finish(store: Store, job: Job) -> None:
    from docparse.schemas.document import EngineInfo

    claim = store.claim(Work(Stage.OPEN, f"{job.id}-00001"), "w", 30)
    assert claim is not None
    (work,) = store.opened(claim, {}, [1], "application/pdf", rung=1)
    claim = store.claim(work, "w", 30)
    assert claim is not None
    (work,) = store.rendered(claim, "page", None)
    claim = store.claim(work, "w", 30)
    assert claim is not None
    (work,) = store.page_done(claim, PageRead("draft"), EngineInfo(name="x"))
    claim = store.claim(work, "w", 30)
    assert claim is not None
    store.assembled(claim, "ok", "result", "cache")
    assert store.job("default", job.id).state is JobState.COMPLETED


def test_migration_is_done_once_and_matches_the_tables(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from docparse.workers.tables import metadata

    store.migrate()
    with store.engine.connect() as connection:
        assert current_revision(connection) == "0002"
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:"])
def test_bad_database_urls_are_named(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        Store(url)
