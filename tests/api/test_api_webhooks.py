"""Webhooks: signed, tried again, sent again on request."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from conftest import FAST, Server, make_pdf, wait_until

from docparse.api import signing
from docparse.api.addresses import AddressRules, parse_networks
from docparse.api.errors import UrlFailed
from docparse.api.webhooks import Sender, send


class Sink:
    """A receiver that answers what it is told to, and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.got.append((dict(self.headers.items()), body))
                self.send_response(sink.answers.pop(0) if sink.answers else 204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def key(tight: Server) -> str:
    return tight.key("hooks")


def test_signed_message_about_a_job(tight: Server, key: str, sink: Sink) -> None:
    with tight.client(key) as client:
        hook = client.post("/v1/webhooks", json={"url": sink.url, "events": ["job.completed"]}).json()
        job = client.post("/v1/parse", params=FAST, content=make_pdf()).headers["x-job-id"]
        wait_until(lambda: sink.got)
        headers, body = sink.got[0]
        message = json.loads(body)
        assert message["type"] == "job.completed"
        assert message["data"]["job_id"] == job
        assert signing.verify(hook["secret"], headers, body)
        assert not signing.verify(hook["secret"], headers, body + b" ")
        assert not signing.verify(signing.new_secret(), headers, body)
        assert not signing.verify(hook["secret"], headers, body, now=int(headers["webhook-timestamp"]) + 301)
        assert (
            "secret" not in client.get(f"/v1/webhooks/{hook['id']}").json()
            or not client.get(f"/v1/webhooks/{hook['id']}").json()["secret"]
        )

        path = f"/v1/webhooks/{hook['id']}/deliveries"
        wait_until(lambda: client.get(path).json()["deliveries"][0]["state"] == "delivered")
        first = client.get(path).json()["deliveries"][0]
        assert client.post(f"/v1/webhooks/deliveries/{first['id']}/replay").status_code == 202
        wait_until(lambda: len(sink.got) == 2)
        assert sink.got[1][0]["webhook-id"] == headers["webhook-id"] == first["id"]
        assert client.delete(f"/v1/webhooks/{hook['id']}").status_code == 204


def test_webhook_of_one_job(tight: Server, key: str, sink: Sink) -> None:
    with tight.client(key) as client:
        answer = client.post("/v1/jobs", files={"files": make_pdf()}, data={"webhook_url": sink.url, **FAST})
        wait_until(lambda: sink.got)
        headers, body = sink.got[0]
        assert signing.verify(answer.json()["webhook"]["secret"], headers, body)
        client.post("/v1/parse", params=FAST, content=make_pdf())
        assert len(sink.got) == 1, "the other job was not to be told"


class Outbox:
    """A store's outbox with one delivery."""

    def __init__(self, url: str) -> None:
        from docparse.workers.hooks import Delivery, Webhook

        self.hook = Webhook("wh_1", "t", url, signing.new_secret(), ["*"], 0.0)
        self.delivery = Delivery(
            "msg_1", "wh_1", "t", None, "job.failed", "{}", "pending", 0, 0.0, None, None, 0.0, None
        )
        self.settled: list[dict[str, Any]] = []
        self.disabled: list[str] = []
        self.due = True

    def take_deliveries(self, limit: int, lease_s: float) -> list[Any]:
        due, self.due = self.due, False
        return [(self.delivery, self.hook)] if due else []

    def settle_delivery(self, delivery_id: str, **values: Any) -> None:
        self.settled.append(values)
        if values["retry_in_s"] is not None:
            object.__setattr__(self.delivery, "attempts", self.delivery.attempts + 1)
            self.due = True

    def disable_webhook(self, tenant: str, webhook_id: str) -> None:
        self.disabled.append(webhook_id)


def sent(outbox: Outbox, tries: int) -> None:
    rules = AddressRules(("http",), parse_networks("127.0.0.1"))
    sender = Sender(outbox, rules, retry_s=(0.1, 0.2, 0.3), poll_s=0.01)  # type: ignore[arg-type]
    sender.start()
    try:
        wait_until(lambda: len(outbox.settled) == tries)
    finally:
        sender.close()


def test_tried_again_until_it_is_taken(sink: Sink) -> None:
    sink.answers = [500, 302, 200]
    outbox = Outbox(sink.url)
    sent(outbox, 3)
    assert [item["retry_in_s"] for item in outbox.settled] == [0.1, 0.2, None]
    assert [item["delivered"] for item in outbox.settled] == [False, False, True]
    assert len({headers["webhook-id"] for headers, _ in sink.got}) == 1


def test_given_up_after_the_last_try(sink: Sink) -> None:
    sink.answers = [500] * 9
    outbox = Outbox(sink.url)
    sent(outbox, 4)
    assert outbox.settled[-1] == {
        "delivered": False, "status_code": 500, "retry_in_s": None, "error": "the receiver answered 500",
    }  # fmt: skip


def test_gone_means_no_more(sink: Sink) -> None:
    sink.answers = [410]
    outbox = Outbox(sink.url)
    sent(outbox, 1)
    assert outbox.disabled == ["wh_1"]


def test_name_that_leads_inside_is_never_called() -> None:
    outbox = Outbox("https://localhost/x")
    rules = AddressRules(("https",))
    sender = Sender(outbox, rules, poll_s=0.01)  # type: ignore[arg-type]
    sender.start()
    wait_until(lambda: outbox.settled)
    sender.close()
    assert outbox.settled[0]["retry_in_s"] is None
    assert "public Internet" in outbox.settled[0]["error"]


def test_a_receiver_that_never_answers_costs_its_time_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outbox = Outbox(f"http://127.0.0.1:{silent.getsockname()[1]}/x")
        started_s = time.monotonic()
        with pytest.raises(UrlFailed):
            send(outbox.hook, outbox.delivery, AddressRules(("http",), parse_networks("127.0.0.1")), timeout_s=0.5)
        assert time.monotonic() - started_s < 3


def test_unknown_webhook(client: httpx.Client) -> None:
    assert client.post("/v1/webhooks/deliveries/msg_none/replay").json()["code"] == "not_found"
    assert client.get("/v1/webhooks/wh_none").json()["code"] == "not_found"
