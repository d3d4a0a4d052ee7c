"""docling-serve's own client talks to docparse."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest
from conftest import Server, check_problem, make_pdf

pytest.importorskip("docling.service_client")


_CLIENT = """
import sys
from docling.service_client import DoclingServiceClient, StatusWatcherKind
kind = StatusWatcherKind(sys.argv[3])
with DoclingServiceClient(url=sys.argv[1], status_watcher=kind) as client:
    print(client.health().status)
    result = client.convert(source=sys.argv[2])
    print(result.status.value)
    print(result.document.export_to_markdown())
"""


@pytest.mark.parametrize("watcher", ["polling", "websocket"])
def test_client_converts_a_file(server: Server, tmp_path: Path, watcher: str) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(make_pdf(2, "Read by another client."))
    command = [sys.executable, "-W", "ignore", "-c", _CLIENT, server.address, str(path), watcher]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.startswith("ok\nsuccess\n")
    assert "Read by another client." in run.stdout


def test_file_in_all_formats(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/convert/file", files={"files": ("x.pdf", make_pdf(1, "Some words."))},
        data={"to_formats": ["md", "html", "text", "json"], "do_ocr": "false"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == "success"
    assert body["document"]["filename"] == "x.pdf"
    assert "Some words." in body["document"]["md_content"]
    assert "Some words." in body["document"]["html_content"]
    assert "Some words." in body["document"]["text_content"]
    assert body["document"]["json_content"]["schema_name"] == "DoclingDocument"
    assert body["processing_time"] > 0


def test_source_in_base64_as_a_task(client: httpx.Client) -> None:
    source = {"kind": "file", "filename": "y.pdf", "base64_string": base64.b64encode(make_pdf()).decode()}
    task = client.post("/v1/convert/source/async", json={"sources": [source], "options": {"page_range": [1, 1]}}).json()
    assert task["task_status"] in ("pending", "started")
    done = client.get(f"/v1/status/poll/{task['task_id']}", params={"wait": 30}).json()
    assert done["task_status"] == "success"
    assert done["task_meta"]["num_succeeded"] == 1
    assert client.get(f"/v1/result/{task['task_id']}").json()["document"]["md_content"]


def test_failures_tell_why(client: httpx.Client) -> None:
    task = client.post("/v1/convert/file/async", files={"files": ("z.pdf", make_pdf(password="x"))}).json()
    done = client.get(f"/v1/status/poll/{task['task_id']}", params={"wait": 30}).json()
    assert done["task_status"] == "failure"
    assert done["failure"]["category"] == "policy"
    assert done["failure"]["details"]["code"] == "file_encrypted"
    check_problem(client.get(f"/v1/result/{task['task_id']}"), 422, "file_encrypted")
    check_problem(client.get("/v1/status/poll/job_nothing"), 404, "not_found")
    url = {"sources": [{"kind": "http", "url": "https://example.com/a.pdf"}]}
    check_problem(client.post("/v1/convert/source", json=url), 403, "forbidden")


def test_zip_target(client: httpx.Client) -> None:
    answer = client.post("/v1/convert/file", files={"files": make_pdf()}, data={"target_type": "zip"})
    assert answer.headers["content-type"] == "application/zip"
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
