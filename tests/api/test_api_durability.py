"""What was accepted is done once, whatever is killed and however often it is asked for."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from conftest import FAST, Server, check_problem, make_pdf


def test_hundred_posts_with_one_key_make_one_job(server: Server) -> None:
    data, headers = make_pdf(), {"Idempotency-Key": "the-same-100-times"}
    with server.client(timeout=60) as client, ThreadPoolExecutor(100) as pool:

        def post(_: int) -> httpx.Response:
            while (answer := client.post("/v1/jobs", params=FAST, content=data, headers=headers)).status_code == 503:
                time.sleep(int(answer.headers["retry-after"]))
            return answer

        answers = list(pool.map(post, range(100)))
        assert {answer.status_code for answer in answers} == {202}
        accepted = [answer.json()["id"] for answer in answers]
        assert len(set(accepted)) == 1
        other = client.post("/v1/jobs", params=FAST, content=make_pdf(), headers=headers)
        check_problem(other, 409, "conflict")
        client.get(f"/v1/jobs/{accepted[0]}", params={"wait": 30})
        scopes = {path.parent.name for path in (server.data / "blobs").rglob("*") if path.is_file()}
        assert accepted[0] in scopes
    for bad in ("", "with blank", "x" * 256):
        check_problem(httpx.post(f"{server.address}/v1/jobs", headers={"Idempotency-Key": bad}), 400, "invalid_request")


def test_killed_and_started_again_it_finishes(tmp_path: Path) -> None:
    server = Server(tmp_path, lease_s="2").start()
    with server.client() as client:
        made = [client.post("/v1/jobs", params=FAST, content=make_pdf(30)).json()["id"] for _ in range(4)]
    server.kill()
    server.start()
    try:
        with server.client(timeout=90) as client:
            for job in made:
                found = client.get(f"/v1/jobs/{job}", params={"wait": 60}).json()
                assert found["state"] == "completed", found
                assert found["progress"]["pages_done"] == 30
                assert len(client.get(f"/v1/jobs/{job}/result").json()["pages"]) == 30
                kinds = [event["kind"] for event in events(client, job)]
                assert kinds.count("page.done") == 30
                assert kinds[-1] == "job.completed"
    finally:
        assert server.stop() == 0


def events(client: httpx.Client, job: str, last: int = 0) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    with client.stream("GET", f"/v1/jobs/{job}/events", headers={"Last-Event-ID": str(last)}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        number = 0
        for line in stream.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            if line.startswith("data: "):
                found.append({"id": number, **json.loads(line[6:])})
    return found


def test_events_as_they_happen_and_from_where_one_left(client: httpx.Client) -> None:
    job = client.post("/v1/jobs", params=FAST, content=make_pdf(5)).json()["id"]
    told = events(client, job)
    assert [event["id"] for event in told] == list(range(1, len(told) + 1))
    kinds = [event["kind"] for event in told]
    assert kinds[0] == "job.queued"
    assert kinds.count("page.done") == 5
    assert kinds[-2:] == ["document.finished", "job.completed"]
    assert events(client, job, last=3) == told[3:]
    assert events(client, job, last=len(told)) == []
    check_problem(client.get("/v1/jobs/job_0/events"), 404, "not_found")


def test_long_poll_answers_as_soon_as_there_is_news(client: httpx.Client) -> None:
    job = client.post("/v1/jobs", params=FAST, content=make_pdf(3)).json()["id"]
    after, seen = 0, []
    while not seen or seen[-1] not in ("completed", "failed", "partial"):
        found = client.get(f"/v1/jobs/{job}", params={"wait": 20, "after": after}).json()
        assert found["last_event"] > after
        after = found["last_event"]
        seen.append(found["state"])
    assert seen[-1] == "completed"


def test_cancel_is_told_to_those_who_wait(client: httpx.Client, server: Server) -> None:
    job = client.post("/v1/jobs", params=FAST, content=make_pdf(400)).json()["id"]
    found: list[str] = []

    def wait() -> None:
        with server.client() as other:
            found.append(other.get(f"/v1/jobs/{job}", params={"wait": 30}).json()["state"])

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert client.delete(f"/v1/jobs/{job}").status_code == 200
    waiting.join(10)
    assert found == ["canceled"]
