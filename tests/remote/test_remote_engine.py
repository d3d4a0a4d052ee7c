"""The remote engine against a real server process: what is sent, and what comes of each way to misbehave."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from misbehaving_server import PAGE
from remote_helpers import Server, page

from docparse.errors import EngineError, EngineUnavailable, PageTimeout
from docparse.model.base import Deadline, Sampling
from docparse.model.remote import RemoteEngine
from docparse.model.remote_client import Refusal
from docparse.model.remote_retry import Pace
from docparse.pipeline import parse
from docparse.qwenvl.reader import read_page
from docparse.schemas.page import FinishReason, PageOutput

Open = Callable[..., RemoteEngine]


def recognise(engine: RemoteEngine, seconds: float = 20.0, **values: Any) -> PageOutput:
    return engine.submit(page(**values), deadline=Deadline.after(seconds)).result(seconds + 5)


def failure(engine: RemoteEngine, seconds: float = 20.0) -> EngineError:
    with pytest.raises(EngineError) as caught:
        recognise(engine, seconds)
    assert "\n" not in str(caught.value)
    assert caught.value.page == 1
    return caught.value


def test_a_page(engine: Open, server: Server) -> None:
    output = recognise(engine())
    assert output.html == PAGE
    assert output.finish_reason is FinishReason.STOP
    assert (output.engine, output.model) == ("remote", "qwen2.5-vl-7b")
    assert len(output.token_logprobs) == len(output.token_offsets) == output.tokens == -(-len(PAGE) // 4)
    assert output.token_offsets[:3] == (0, 4, 8)
    assert output.token_logprobs[0] == pytest.approx(-0.1)
    kinds = [block.kind for block in read_page(output.html, page(), source="remote").blocks]
    assert kinds == ["heading", "paragraph"]
    (asked,) = server.requests
    assert asked["roles"] == ["system", "user"]
    assert asked["parts"] == ["image_url", "text"]
    assert asked["prompt"] == "QwenVL HTML "
    assert asked["head"] == "data:image/png;base64"
    assert asked["size"] == [280, 112]
    assert (asked["temperature"], asked["stream"], asked["max_tokens"]) == (0.0, True, 8192)
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 1)
    assert asked["key"] is None


def test_text_comes_first_where_the_profile_says_so(engine: Open, server: Server) -> None:
    recognise(engine("Logics-MLLM/Logics-Parsing"))
    (asked,) = server.requests
    assert (asked["parts"], asked["prompt"]) == (["text", "image_url"], "QwenVL HTML")


def test_another_try_with_some_chance(engine: Open, server: Server) -> None:
    opened = engine()
    assert isinstance(opened, Sampling)
    assert opened.submit_at(page(), temperature=0.8, deadline=Deadline.after(20)).result(25).html == PAGE
    assert recognise(opened).html == PAGE
    assert [asked["temperature"] for asked in server.requests] == [0.8, 0.0]


def test_many_pages_within_the_window(engine: Open, server: Server) -> None:
    server.control(then={"kind": "ok", "delay": 0.003})
    opened = engine(remote_concurrency=3)
    assert opened.window >= 3
    futures = [opened.submit(page(number), deadline=Deadline()) for number in range(1, 13)]
    assert all(future.result(30).html == PAGE for future in futures)
    assert server.log["most"] == 3


def test_busy_and_failing_servers_are_asked_again(engine: Open, server: Server) -> None:
    server.control(
        {"kind": "status", "status": 500}, {"kind": "status", "status": 503, "body": "<html>busy</html>"},
        {"kind": "drop"}, {"kind": "ok", "cut": 5},
    )  # fmt: skip
    assert recognise(engine()).html == PAGE
    assert len(server.requests) == 5


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured_by_all_pages(engine: Open, server: Server, as_date: bool) -> None:
    wait = formatdate(time.time() + 2, usegmt=True) if as_date else "1"
    server.control({"kind": "status", "status": 429, "retry_after": wait})
    opened = engine()
    started = time.time()
    first = opened.submit(page(1), deadline=Deadline.after(20))
    while not server.requests:
        time.sleep(0.01)
    time.sleep(0.1)
    second = opened.submit(page(2), deadline=Deadline.after(20))
    assert first.result(20).html == second.result(20).html == PAGE
    later = [asked["at"] - started for asked in server.requests[1:]]
    assert len(later) == 2
    assert min(later) > 0.9


def test_a_wait_that_the_deadline_does_not_hold_fails_at_once(engine: Open, server: Server) -> None:
    server.control(then={"kind": "status", "status": 429, "retry_after": "600"})
    started = time.monotonic()
    error = failure(engine(), seconds=10)
    assert time.monotonic() - started < 5
    assert "429" in str(error)
    assert "600 s" in str(error)


def test_waits_grow_and_vary() -> None:
    pace, refusal = Pace(5, first_s=1.0), Refusal(EngineError("busy"), again=True)
    waits = [[pace.back_off(attempt, refusal) for _ in range(20)] for attempt in (1, 2, 3, 20)]
    for longest_s, found in zip((1.0, 2.0, 4.0, 30.0), waits, strict=True):
        assert all(longest_s / 2 <= wait_s <= longest_s for wait_s in found)
        assert len(set(found)) > 10


def test_tries_end(engine: Open, server: Server) -> None:
    server.control(then={"kind": "status", "status": 500})
    error = failure(engine(remote_attempts=3))
    assert isinstance(error, EngineUnavailable)
    assert "after 3 tries" in str(error)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("behaviour", "said", "error_type"),
    [
        ({"kind": "status", "status": 401, "body": {"error": {"message": "bad key"}}}, "key", EngineUnavailable),
        ({"kind": "status", "status": 404}, "no such address or model", EngineUnavailable),
        ({"kind": "status", "status": 413}, "too large", EngineError),
        ({"kind": "status", "status": 500, "body": {"error": {"message": "image input is not supported - hint: x"}}},
         "can't take images (500)", EngineUnavailable),
        ({"kind": "status", "status": 500, "body": {"error": "this model is missing data required for image input"}},
         "can't take images (500)", EngineUnavailable),
        ({"kind": "raw", "type": "text/event-stream", "text":
          'data: {"error": {"message": "request (9021 tokens) exceeds the available context size", "code": 500}}\n\n'},
         "too long for the server's context", EngineError),
        ({"kind": "raw", "type": "text/event-stream", "text":
          'data: {"error": {"message": "Output data may contain inappropriate content.", "code": "filtered"}}\n\n'},
         "content filter", EngineError),
        ({"kind": "status", "status": 302}, "elsewhere", EngineUnavailable),
        ({"kind": "raw", "type": "text/html", "text": "<html>Welcome</html>"}, "a web page", EngineUnavailable),
        ({"kind": "raw", "type": "application/json", "text": '{"hello": 1}'}, "no choices", EngineUnavailable),
        ({"kind": "raw", "type": "application/json", "text": "[1]"}, "no object", EngineUnavailable),
        ({"kind": "raw", "type": "text/plain", "text": "<!doctype html>"}, "a web page", EngineUnavailable),
        ({"kind": "raw", "type": "text/event-stream", "text": "data: {{{\n\n"}, "OpenAI API", EngineUnavailable),
        ({"kind": "raw", "type": "text/event-stream", "text": "\x00\x01 what\n"}, "OpenAI API", EngineUnavailable),
        ({"kind": "raw", "type": "text/event-stream", "text": 'data: {"error": {"message": "x", "code": 413}}\n\n'},
         "refuses the request", EngineError),
        ({"kind": "ok", "finish": "content_filter"}, "content filter", EngineError),
    ],
)  # fmt: skip
def test_answers_that_no_second_try_makes_better(
    engine: Open, server: Server, behaviour: dict[str, Any], said: str, error_type: type[EngineError]
) -> None:
    server.control(then=behaviour)
    error = failure(engine())
    assert said in str(error)
    assert type(error) is error_type
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("message", "said", "to_do"),
    [
        ("llama-3-8b is not a multimodal model", "can't take images", "sees images"),
        ("At most 0 image(s) may be provided in one prompt.", "can't take images", "sees images"),
        ("request (9021 tokens) exceeds the available context size (4096 tokens)", "context (400)", "larger context"),
        ("This model's maximum context length is 4096 tokens.", "context (400)", "larger context"),
        ("Exceeded limit on max bytes per data-uri item : 10485760", "too large for", "remote_max_pixels"),
        ("Input data may contain inappropriate content.", "content filter", "another --engine"),
        ("temperature must be a number", "refuses the request (400)", "server's log"),
    ],
)
def test_what_servers_say_decides_what_to_do(engine: Open, server: Server, message: str, said: str, to_do: str) -> None:
    """One more try without the fields that not every server knows, and no other."""
    server.control(then={"kind": "status", "status": 400, "body": {"error": {"message": message}}})
    error = failure(engine())
    assert said in str(error)
    assert message in str(error)
    assert to_do in error.user_action
    assert [asked["logprobs"] for asked in server.requests] == [True, None]


def test_errors_inside_a_stream_are_tried_again(engine: Open, server: Server) -> None:
    text = 'data: {"choices": [{"delta": {"content": "<html>"}}]}\n\ndata: {"error": {"message": "out of memory"}}\n\n'
    server.control({"kind": "raw", "type": "text/event-stream", "text": text})
    assert recognise(engine()).html == PAGE
    server.control(then={"kind": "raw", "type": "text/event-stream", "text": text})
    assert "out of memory" in str(failure(engine(remote_attempts=2)))


def test_a_server_that_does_not_stream(engine: Open, server: Server) -> None:
    server.control(then={"kind": "whole"})
    output = recognise(engine())
    assert (output.html, output.token_logprobs) == (PAGE, ())


def test_fields_that_a_server_does_not_know_are_left_out(engine: Open, server: Server) -> None:
    server.control(then={"kind": "strict"})
    opened = engine()
    for number in (1, 2):
        output = recognise(opened, number=number)
        assert (output.html, output.token_logprobs) == (PAGE, ())
    assert [asked["logprobs"] for asked in server.requests] == [True, None, None]


def test_line_ends_that_are_none(engine: Open, server: Server) -> None:
    answer = PAGE.replace("noon", "12\u2028\u2029\x85\u00e9\U0001d11e o'clock")
    server.control(answer=answer)
    assert recognise(engine()).html == answer


def test_loops_are_cut_and_the_stream_is_closed(engine: Open, server: Server) -> None:
    start = '<html><body>\n<h1 data-bbox="1 1 9 9">Tides</h1>\n'
    server.control(then={"kind": "endless", "start": start, "unit": '<p data-bbox="1 2 3 4">All is well here.</p>\n'})
    output = recognise(engine())
    assert output.finish_reason is FinishReason.REPETITION
    assert "repetition" in output.flags
    assert output.html.startswith(start)
    assert 1 <= output.html.count("All is well") < 20
    assert output.html.endswith("</body></html>")
    deadline = time.monotonic() + 10
    while not server.requests[0]["gone"]:
        assert time.monotonic() < deadline, "the stream was not closed"
        time.sleep(0.05)
    assert server.requests[0]["sent"] < 1000


def test_real_repeats_are_not_cut(engine: Open, server: Server) -> None:
    row = "<tr><td>none</td><td>0</td></tr>"
    table = f'<html><body><table data-bbox="1 1 90 90">{row * 80}</table></body></html>'
    server.control(answer=table)
    assert recognise(engine(), words=("none", "0") * 80).html == table
    assert recognise(engine()).finish_reason is FinishReason.REPETITION


def test_exclamation_marks_are_an_error(engine: Open, server: Server) -> None:
    server.control(then={"kind": "endless", "unit": "!!!!"})
    error = failure(engine())
    assert "nothing but '!'" in str(error)
    assert "bfloat16" in error.user_action


def test_a_token_limit_is_flagged(engine: Open, server: Server) -> None:
    server.control(then={"kind": "ok", "finish": "length"})
    output = recognise(engine())
    assert (output.finish_reason, output.flags) == (FinishReason.LENGTH, ("token_limit",))


def test_a_server_that_knows_no_limit_is_cut_off(engine: Open, server: Server) -> None:
    words = " ".join(f"word{number} is not word{number * 7}" for number in range(2000))
    server.control(answer=f'<html><body><p data-bbox="1 1 9 9">{words}</p></body></html>')
    opened = engine()
    opened.profile = replace(opened.profile, max_tokens=20)
    output = recognise(opened)
    assert (output.finish_reason, output.flags) == (FinishReason.LENGTH, ("token_limit",))
    assert len(output.html) < 1000


def test_a_server_that_shrinks_the_image_is_found_out(engine: Open, server: Server) -> None:
    server.control(then={"kind": "ok", "prompt": 30})
    assert "image_resized_by_server" in recognise(engine()).flags


def test_deadline(engine: Open, server: Server) -> None:
    for behaviour in ({"kind": "ok", "delay": 0.2}, {"kind": "silent"}):
        server.control(then=behaviour)
        started = time.monotonic()
        assert isinstance(failure(engine(), seconds=0.6), PageTimeout)
        assert time.monotonic() - started < 3


def test_silence_ends_the_try(engine: Open, server: Server) -> None:
    server.control({"kind": "silent"})
    assert recognise(engine(remote_idle_timeout_s=0.3)).html == PAGE


def test_cancelling_closes_the_request(engine: Open, server: Server) -> None:
    server.control({"kind": "ok", "delay": 0.05, "answer": PAGE * 20}, {"kind": "silent"})
    opened = engine()
    for number in (1, 2):
        future = opened.submit(page(number), deadline=Deadline())
        while len(server.requests) < number:
            time.sleep(0.01)
        assert not future.running()
        assert future.cancel()
        with pytest.raises(CancelledError):
            future.result()
        limit = time.monotonic() + 10
        while not server.requests[number - 1]["gone"]:
            assert time.monotonic() < limit, "the request was not closed"
            time.sleep(0.02)
    assert recognise(opened).html == PAGE


def test_close_ends_what_is_under_way(engine: Open, server: Server) -> None:
    server.control(then={"kind": "silent"})
    opened = engine()
    futures = [opened.submit(page(number), deadline=Deadline()) for number in range(1, 4)]
    time.sleep(0.2)
    opened.close()
    assert all("closed" in str(future.exception(5)) for future in futures)
    assert "closed" in str(opened.submit(page(), deadline=Deadline()).exception(5))
    assert not [thread for thread in threading.enumerate() if thread.name == "docparse-remote"]


def test_no_server(engine: Open) -> None:
    opened = engine(remote_attempts=2, remote_connect_timeout_s=1.0)
    opened.url = "http://127.0.0.1:9/v1"
    error = failure(opened)
    assert "no server answers at http://127.0.0.1:9/v1" in str(error)


def test_pages_that_can_not_be_sent(engine: Open, server: Server) -> None:
    opened = engine(remote_max_pixels=784 * 40)
    assert opened.budget.max_pixels == 784 * 40
    without = opened.submit(page().replace(pixels=None), deadline=Deadline())
    assert "no pixels" in str(without.exception(10))
    large = opened.submit(page(width=1120, height=1120), deadline=Deadline())
    assert "above the budget" in str(large.exception(10))
    assert server.requests == []


def test_the_key_is_sent_and_told_to_nobody(
    engine: Open, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DOCPARSE_REMOTE_API_KEY", "sk-very-secret")
    caplog.set_level(logging.DEBUG)
    server.control({"kind": "status", "status": 401, "body": {"error": {"message": "wrong key sk-very-secret given"}}})
    opened = engine()
    error = failure(opened)
    output = recognise(opened)
    assert server.requests[0]["key"] == "Bearer sk-very-secret"
    for text in (str(error), error.user_action, repr(output), caplog.text, repr(opened._settings)):
        assert "secret" not in text


def test_a_page_of_a_server_that_stays_busy_is_read_by_the_embedded_engine(
    engine: Open, server: Server, tmp_path: Path
) -> None:
    """Nothing is lost: the first page is the server's, the second, after all tries, the embedded engine's."""
    source = tmp_path / "two.pdf"
    with pymupdf.open() as pdf:
        for text in ("High water at noon.", "Low water at dusk."):
            pdf.new_page(width=280, height=200).insert_text((20, 40), text)
        pdf.save(source)
    html = '<p data-bbox="0 0 280 100">High water at noon.</p>'
    server.control({"kind": "ok"}, then={"kind": "status", "status": 503}, answer=html)
    opened = engine(remote_concurrency=1, remote_attempts=2)
    document = parse(source, engine=opened, retry=True, jobs=1)
    assert document.status == "ok"
    assert [page.flags for page in document.pages if "degraded" in page.flags] == [document.pages[1].flags]
    assert document.pages[0].blocks[0].source == "remote"
    assert "Low water at dusk." in str(document.pages[1].blocks)
    attempts = document.pages[1].attempts
    assert [attempt.engine for attempt in attempts] == ["remote", "embedded"]
    assert "busy or failing (503)" in attempts[0].outcome
    assert "after 2 tries" in attempts[0].outcome
