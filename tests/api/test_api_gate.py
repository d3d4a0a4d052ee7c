"""The gate: what is refused under load, at once and with a time to come again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from conftest import FAST, Server, check_problem, make_pdf, wait_until

from docparse.api.errors import Busy
from docparse.api.gate import Gate
from docparse.api.server import bind
from docparse.errors import TooManyRequests


def refused(gate: Gate, method: str = "POST", path: str = "/v1/jobs", tenant: str | None = "a") -> str:
    try:
        gate.check(method, path, tenant)
    except (Busy, TooManyRequests) as error:
        return error.code
    return ""


def submit(gate: Gate, tenant: str, work: Callable[[], None]) -> None:
    with gate.submitting(tenant):
        work()


def at_limit() -> None:
    raise TooManyRequests("4 jobs are queued already")


def test_a_tenant_at_its_limit_is_refused_for_a_moment() -> None:
    gate = Gate(4)
    with pytest.raises(TooManyRequests):
        submit(gate, "a", at_limit)
    assert refused(gate) == "too_many_requests"
    assert refused(gate, tenant="b") == ""
    assert refused(gate, tenant=None) == ""
    assert refused(gate, "GET") == ""
    assert refused(gate, path="/v1/webhooks") == ""
    time.sleep(0.25)
    assert refused(gate) == ""


def test_a_lagging_loop_takes_no_documents() -> None:
    gate = Gate(4)

    async def lag() -> str:
        watching = asyncio.create_task(gate.watch())
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # what no handler may do
        await asyncio.sleep(0.01)
        assert refused(gate) == "", "nobody else is there: the machine is busy, not the service"
        with ExitStack() as stack:
            for _ in range(4):
                stack.enter_context(gate.uploading())
            found = refused(gate)
        watching.cancel()
        return found

    with ThreadPoolExecutor(1) as own:  # in this thread a browser's loop may be running
        assert own.submit(asyncio.run, lag()).result() == "busy"


def test_more_submissions_than_are_soon_done_are_refused() -> None:
    gate = Gate(4)
    for _ in range(40):
        submit(gate, "a", lambda: time.sleep(0.01))

    def nested(depth: int) -> int:
        try:
            with gate.submitting("a"):
                return nested(depth + 1)
        except Busy:
            return depth

    assert 4 <= nested(0) <= 60
    assert refused(gate) == "", "all have ended"


def test_answers_are_sent_without_delay() -> None:
    """Nagle's algorithm and a delayed acknowledgement cost 40 ms each time; asyncio looks at the protocol's number."""
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_beyond_the_limit_most_requests_cost_little(tight: Server) -> None:
    with tight.client(tight.key("crowd")) as client:
        made = [client.post("/v1/jobs", params=FAST, content=make_pdf(60)) for _ in range(12)]
        refusals = [answer for answer in made if answer.status_code != 202]
        assert refusals
        for answer in refusals:
            assert answer.status_code in (429, 503)
            check_problem(answer, answer.status_code, answer.json()["code"])
            assert int(answer.headers["retry-after"]) >= 1
        for answer in made:
            if answer.status_code == 202:
                client.delete(answer.headers["location"])
        wait_until(lambda: client.post("/v1/jobs", params=FAST, content=make_pdf()).status_code == 202)
