"""Health, metrics, rates, traces; and the commands of docker-compose.yml as processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import FAST, Server, check_problem, make_pdf, wait_until

from docparse.api.errors import RateLimited, error_of
from docparse.api.limits import RateLimit
from docparse.api.problems import problem_response
from docparse.schemas.document import Problem


def test_health(client: httpx.Client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/version").json()["api"] == "v1"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["checks"]) == {"store", "blobs", "broker", "engine"}


def test_metrics(client: httpx.Client) -> None:
    client.post("/v1/parse", params=FAST, content=make_pdf())
    text = client.get("/metrics").text
    for name in (
        'docparse_queue_depth{queue="recognize"}', "docparse_engine_slots", "docparse_store_up 1.0",
        'docparse_http_requests_total{method="POST",route="/v1/parse",status="200"}',
        "docparse_http_request_seconds_bucket",
        "docparse_work_done_total", "docparse_stage_seconds_total", "docparse_tokens_total",
    ):  # fmt: skip
        assert name in text, name


def test_request_ids(client: httpx.Client, server: Server) -> None:
    answer = client.get("/v1/nothing", headers={"X-Request-Id": "mine-123"})
    assert check_problem(answer, 404, "not_found")["request_id"] == "mine-123"
    assert "id=mine-123" in server.log
    odd = client.get("/livez", headers={"X-Request-Id": 'a"b c'})
    assert odd.headers["x-request-id"] not in ('a"b c', "")
    problem = check_problem(client.put("/v1/jobs"), 405, "method_not_allowed")
    assert problem["title"]


def test_rate_limit() -> None:
    limit = RateLimit(60, burst=2)
    limit.take("a", 0.0)
    limit.take("a", 0.0)
    limit.take("b", 0.0)
    with pytest.raises(RateLimited) as caught:
        limit.take("a", 0.5)
    assert caught.value.retry_after_s == pytest.approx(0.5)
    limit.take("a", 1.1)
    answer = problem_response(caught.value, "x")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    RateLimit(None).take("a")


def test_errors_come_back_as_their_own_class() -> None:
    for code, name in (
        ("file_encrypted", "EncryptedFile"),
        ("rate_limited", "RateLimited"),
        ("nonsense", "DocparseError"),
    ):
        error = error_of(Problem(code=code, message="why", user_action="do", page=3))
        assert type(error).__name__ == name
        assert (error.message, error.user_action, error.page) == ("why", "do", 3)


def test_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from fastapi import FastAPI
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from starlette.testclient import TestClient

    from docparse.api.tracing import install_tracing

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = FastAPI()

    @app.get("/v1/jobs/{job_id}")
    async def job(job_id: str) -> str:
        return job_id

    install_tracing(app, provider.get_tracer("test"))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    TestClient(app).get("/v1/jobs/x", headers={"traceparent": parent})
    span = exporter.get_finished_spans()[0]
    assert span.name == "GET /v1/jobs/{job_id}"
    assert f"{span.context.trace_id:032x}" == parent.split("-")[1]


@pytest.fixture
def redis(tmp_path: Path) -> Any:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--save", "", "--requirepass", "pw", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://:pw@127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


def test_commands_of_the_compose_file(tmp_path: Path, redis: str) -> None:
    """API and three workers as processes over one broker, database and blobs: a document goes through all of them."""
    server = Server(tmp_path, broker_url=redis).start()
    workers = []
    try:
        for queue in ("render", "assemble", "recognize"):
            command = [sys.executable, "-m", "docparse", "worker", "--queue", queue, "--concurrency", "1"]
            with (tmp_path / f"{queue}.log").open("wb") as log:
                workers.append(subprocess.Popen(command, env=server._env, cwd=tmp_path, stdout=log, stderr=log))
        with server.client(timeout=90) as client:
            wait_until(lambda: client.get("/readyz").status_code == 200, 60)
            answer = client.post("/v1/parse", params={"wait": 60, **FAST}, content=make_pdf(3))
            assert answer.status_code == 200, answer.text
            assert len(answer.json()["pages"]) == 3
        for queue in ("render", "assemble", "recognize"):
            assert server.cli("health", "--queue", queue).returncode == 0
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            try:
                worker.wait(45)
            except subprocess.TimeoutExpired:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
        server.stop()
    assert server.cli("health", "--queue", "render", "--within", "1").returncode == 15
