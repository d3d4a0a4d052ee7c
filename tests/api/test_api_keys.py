"""Keys and tenants: who is let in, and what a stranger sees of another's things."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from conftest import FAST, Server, check_problem, make_pdf, wait_until


@pytest.fixture(scope="module")
def keys(tight: Server) -> dict[str, str]:
    return {tenant: tight.key(tenant) for tenant in ("alpha", "beta")}


def test_open_on_loopback_and_says_so(server: Server) -> None:
    assert "open to every program on this machine" in server.log


def test_elsewhere_a_key_is_needed(tight: Server, keys: dict[str, str]) -> None:
    assert "nobody is let in" in tight.log
    with tight.client() as stranger:
        answer = stranger.get("/v1/jobs")
        check_problem(answer, 401, "key_missing")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert stranger.get("/livez").status_code == 200
    with tight.client("dp_00000000000000000000000000000000") as stranger:
        check_problem(stranger.get("/v1/jobs"), 401, "key_invalid")
    header = {"X-Api-Key": keys["alpha"]}
    assert httpx.get(f"{tight.address}/v1/jobs", headers=header).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "https://evil.example"}, 403, "forbidden"),
        ({"Host": "evil.example"}, 403, "forbidden"),
        ({"X-Forwarded-For": "203.0.113.9"}, 401, "key_missing"),
    ],
)
def test_open_door_is_for_neighbours_only(
    client: httpx.Client, headers: dict[str, str], status: int, code: str
) -> None:
    check_problem(client.get("/v1/jobs", headers=headers), status, code)


def test_foreign_ids_are_not_found(tight: Server, keys: dict[str, str]) -> None:
    with tight.client(keys["alpha"]) as mine, tight.client(keys["beta"]) as other:
        job = mine.post("/v1/parse", params=FAST, content=make_pdf()).headers["x-job-id"]
        hook = mine.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/x"}).json()["id"]
        jobs, hooks = f"/v1/jobs/{job}", f"/v1/webhooks/{hook}"
        reads = [
            jobs, f"{jobs}?wait=1", f"{jobs}/result", f"{jobs}/events", f"{jobs}/pages/1", f"{jobs}/pages/1/image",
            f"{jobs}/pages/1/crops/p1-b1", hooks, f"{hooks}/deliveries", f"/v1/status/poll/{job}", f"/v1/result/{job}",
        ]  # fmt: skip
        for path in reads:
            check_problem(other.get(path), 404, "not_found")
        for path in (jobs, f"{jobs}?purge=true", hooks):
            check_problem(other.delete(path), 404, "not_found")
        check_problem(other.post("/v1/jobs", files={"files": make_pdf()}, data={"webhook": hook}), 404, "not_found")
        assert other.get("/v1/jobs").json()["jobs"] == []
        assert mine.get(jobs).status_code == 200
        assert mine.get(hooks).status_code == 200


def test_every_route_keeps_foreign_ids_to_itself(tight: Server, keys: dict[str, str]) -> None:
    """By the service's own description, so that a new route can't be forgotten."""
    with tight.client(keys["alpha"]) as mine, tight.client(keys["beta"]) as other:
        made = mine.post("/v1/parse", params=FAST, content=make_pdf())
        hook = mine.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/x"}).json()["id"]
        job, asked = made.headers["x-job-id"], 0
        values = {
            "job_id": job,
            "task_id": job,
            "webhook_id": hook,
            "delivery_id": "msg_1",
            "number": "1",
            "block": "p1-b1",
        }
        for path, operations in mine.get("/openapi.json").json()["paths"].items():
            if "{" not in path:
                continue
            for method, operation in operations.items():
                place = path.format_map(_Known(values))
                body = {"json": {"edits": []}} if method == "put" else {}
                headers = {"If-Match": '"0"'} if method == "put" else {}
                answer = other.request(method.upper(), place, params=required_of(operation), headers=headers, **body)
                assert answer.status_code == 404, f"{method} {place}: {answer.status_code} {answer.text[:200]}"
                assert job not in answer.text.replace(place, "").replace(f"job '{job}'", "")
                asked += 1
        assert asked >= 15
        assert mine.get(f"/v1/jobs/{job}").status_code == 200
        assert mine.get(f"/v1/webhooks/{hook}").status_code == 200


class _Known(dict[str, str]):
    """Values of path parameters; a new one must be named above."""

    def __missing__(self, name: str) -> str:
        raise AssertionError(f"no value for the path parameter {name}")


def required_of(operation: dict[str, Any]) -> dict[str, str]:
    """Query parameters without which a request is refused before anything else."""
    return {
        parameter["name"]: "x" for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter.get("required")
    }  # fmt: skip


def test_a_tenant_has_its_own_rate(tight: Server, keys: dict[str, str]) -> None:
    secret = tight.key("slowed")
    set_ = tight.cli("keys", "limit", "--tenant", "slowed", "--requests-per-minute", "8", "--json")
    assert json.loads(set_.stdout) == {
        "ok": True, "tenant": "slowed", "requests_per_minute": 8, "active_jobs": None, "queued_pages": None,
    }  # fmt: skip
    with tight.client(secret) as slowed, tight.client(keys["alpha"]) as other:
        answers = [slowed.get("/v1/jobs") for _ in range(6)]
        assert [answer.status_code for answer in answers[:2]] == [200, 200]
        problem = check_problem(answers[-1], 429, "rate_limited")
        assert problem["retryable"] is True
        assert other.get("/v1/jobs").status_code == 200
        assert "default" in tight.cli("keys", "limit", "--tenant", "slowed", "--requests-per-minute", "0").stdout
        wait_until(lambda: [slowed.get("/v1/jobs").status_code for _ in range(6)] == [200] * 6, 15)
    assert tight.cli("keys", "create", "--active-jobs", "3").returncode == 1


def test_results_are_not_shared_between_tenants(tight: Server, keys: dict[str, str]) -> None:
    data = make_pdf(1, "Known to one tenant alone.")
    with tight.client(keys["alpha"]) as mine, tight.client(keys["beta"]) as other:
        first = mine.post("/v1/parse", params=FAST, content=data).headers["x-job-id"]
        second = other.post("/v1/parse", params=FAST, content=data).headers["x-job-id"]
        assert mine.get(f"/v1/jobs/{first}").json()["documents"][0]["cached"] is False
        assert other.get(f"/v1/jobs/{second}").json()["documents"][0]["cached"] is False


def test_keys_are_listed_and_revoked(tight: Server) -> None:
    secret = tight.key("gamma")
    listed = tight.cli("keys", "list").stdout
    line = next(line for line in listed.splitlines() if " gamma " in line)
    assert secret not in listed
    with tight.client(secret) as client:
        assert client.get("/v1/jobs").status_code == 200
        assert tight.cli("keys", "revoke", line.split()[0]).returncode == 0
        wait_until(lambda: client.get("/v1/jobs").status_code == 401, 10)
    assert tight.cli("keys", "revoke", "key_nothing").returncode == 1


def test_secrets_leave_no_trace(tight: Server, keys: dict[str, str]) -> None:
    """Keys, wrong keys and passwords: not in the log, the database, the blobs, nor in any answer."""
    wrong, password = "dp_c0ffee" + "0" * 26, "canary-7f3a9c"
    with tight.client(keys["alpha"]) as client:
        answers = [
            client.post("/v1/parse", files={"file": make_pdf(password=password)}, data={"password": password, **FAST}),
            client.post("/v1/parse", files={"file": make_pdf()}, data={"password": password, "nonsense": "1"}),
            client.get("/v1/jobs", headers={"Authorization": f"Bearer {wrong}"}),
            client.get("/v1/jobs"),
            client.get("/metrics"),
        ]
        assert answers[0].status_code == 200
        purged = client.delete(f"/v1/jobs/{answers[0].headers['x-job-id']}", params={"purge": True})
        assert purged.status_code == 204
    wait_until(lambda: not _holding(tight, password))
    for canary in (keys["alpha"], keys["beta"], wrong, password):
        assert all(canary not in answer.text for answer in answers)
        assert canary not in tight.log
        assert _holding(tight, canary) == []


def _holding(server: Server, canary: str) -> list[str]:
    return [
        str(path) for path in server.data.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()
    ]  # fmt: skip


def test_limits_of_a_tenant(tight: Server, keys: dict[str, str]) -> None:
    with tight.client(keys["beta"]) as client:
        answers = [client.post("/v1/jobs", params=FAST, content=make_pdf(40)) for _ in range(8)]
        refused = [answer for answer in answers if answer.status_code != 202]
        assert refused, "four jobs at a time are allowed"
        for answer in refused:
            check_problem(answer, 429, "too_many_requests")
            assert int(answer.headers["retry-after"]) >= 1
        for answer in answers:
            if answer.status_code == 202:
                client.delete(answer.headers["location"])


def test_clients_may_be_held_to_presets(tight: Server, keys: dict[str, str]) -> None:
    with tight.client(keys["alpha"]) as client:
        check_problem(client.post("/v1/parse", params={"engine": "embedded"}, content=make_pdf()), 403, "forbidden")
        check_problem(client.post("/v1/parse", params={"preset": "nope"}, content=make_pdf()), 422, "invalid_value")
        assert "fast" in client.get("/v1/engines").json()["presets"]
