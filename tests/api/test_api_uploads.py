"""Hostile uploads: names, halves, lies about the length, and senders that take their time."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import FAST, Server, check_problem, make_pdf, wait_until

from docparse.api.uploads import clean_name


@pytest.fixture(scope="module")
def key(tight: Server) -> str:
    return tight.key("uploads")


NAMES = [
    "../../etc/passwd",
    "..",
    "",
    "a\x00b.pdf",
    "x" * 500 + ".pdf",
    "C:\\dir\\file.pdf",
    "\u202efdp.exe",
    "\u200b",
    "/",
    ".",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_only_shown(name: str) -> None:
    cleaned = clean_name(name)
    assert 1 <= len(cleaned) <= 200
    assert "/" not in cleaned
    assert "\\" not in cleaned
    assert cleaned.isprintable()
    assert cleaned not in ("", ".", "..")


def test_bad_names_write_nothing_elsewhere(server: Server, client: httpx.Client) -> None:
    files = [("files", (name, make_pdf())) for name in ("../../../x.pdf", "n" * 500 + ".pdf", "same.pdf", "same.pdf")]
    job = client.post("/v1/jobs", files=files, data=FAST).json()
    found = client.get(f"/v1/jobs/{job['id']}", params={"wait": 30}).json()
    assert found["state"] == "completed"
    assert [document["name"] for document in found["documents"]][2:] == ["same.pdf", "same.pdf"]
    assert len(found["documents"][1]["name"]) == 200
    archive = client.get(f"/v1/jobs/{job['id']}/result", params={"format": "zip"})
    assert b"../" not in archive.content
    assert {path.name for path in server.folder.iterdir()} == {"data", "serve.log"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 422, "file_empty"),
        (b"just text, no document at all", {}, 415, "file_type_unsupported"),
        (b"{}", {"Content-Type": "application/json"}, 415, "file_type_unsupported"),
        (b"--x\r\n", {"Content-Type": "multipart/form-data"}, 400, "upload_broken"),
        (b"nonsense", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "upload_broken"),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "upload_broken"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n%PDF-1.7 half',
            {"Content-Type": "multipart/form-data; boundary=x"}, 400, "upload_broken",
        ),
    ],
)  # fmt: skip
def test_bad_bodies(client: httpx.Client, body: bytes, headers: dict[str, str], status: int, code: str) -> None:
    check_problem(client.post("/v1/jobs", content=body, headers=headers), status, code)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"colour": "red"}, "body.colour"), ({"ocr": "maybe"}, "body.ocr"),
        ({"page_timeout_s": "-1"}, "body.page_timeout_s"), ({"ttl_s": "0"}, "body.ttl_s"),
        ({"languages": "a\x07b"}, "body.languages"),
    ],
)  # fmt: skip
def test_bad_options_are_named(client: httpx.Client, fields: dict[str, str], param: str) -> None:
    problem = check_problem(client.post("/v1/jobs", files={"files": make_pdf()}, data=fields), 422, "invalid_value")
    assert problem["errors"][0]["param"] == param  # type: ignore[index]


def test_bad_pages_and_unknown_query(client: httpx.Client) -> None:
    check_problem(client.post("/v1/parse", params={"pages": "3-1"}, content=make_pdf()), 422, "page_range_invalid")
    check_problem(client.post("/v1/parse", params={"password": "x"}, content=make_pdf()), 422, "invalid_value")
    check_problem(client.get("/v1/jobs/../../etc/passwd"), 404, "not_found")


def test_limits_on_size_and_number(tight: Server, key: str) -> None:
    with tight.client(key) as client:
        check_problem(client.post("/v1/jobs", content=b"%PDF-1.7\n" + b"x" * (1 << 20)), 413, "upload_too_large")
        check_problem(client.post("/v1/jobs", content=b"x" * (3 << 20)), 413, "upload_too_large")
        check_problem(client.post("/v1/webhooks", json={"url": "x" * 200_000}), 413, "upload_too_large")
        four = [("files", ("a.pdf", make_pdf())) for _ in range(4)]
        check_problem(client.post("/v1/jobs", files=four), 400, "invalid_request")


def test_two_gigabytes_in_chunks_are_stopped_early(tmp_path: Path) -> None:
    """Memory stays as it is; the answer comes through although the sender goes on sending."""
    running = Server(tmp_path, max_file_mb="40", request_mb="40").start()
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b"%PDF-1.7\n"
        while sent < 2 << 30:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    try:
        assert running.process is not None
        with running.client() as client:
            client.get("/readyz")
            before = _memory_mb(running.process.pid)
            with contextlib.suppress(httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
                check_problem(client.post("/v1/jobs", content=body(), timeout=60), 413, "upload_too_large")
            assert _memory_mb(running.process.pid, peak=True) - before <= 32
            assert not any(path.is_file() for path in (running.data / "spool").rglob("*"))
    finally:
        running.stop()


def _memory_mb(pid: int, *, peak: bool = False) -> float:
    line = next(
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmHWM" if peak else "VmRSS")
    )
    return int(line.split()[1]) / 1024


def _raw(server: Server, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """What the server says to these bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        for piece in pieces:
            with contextlib.suppress(OSError):
                connection.sendall(piece)
            time.sleep(pause_s)
        answer = b""
        with contextlib.suppress(OSError):
            while data := connection.recv(65536):
                answer += data
                if answer.partition(b"\r\n\r\n")[2].endswith(b"}"):
                    break
        return answer


def _head(key: str, extra: str) -> bytes:
    return f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{extra}\r\n\r\n".encode()


def test_lies_about_the_length(tight: Server, key: str) -> None:
    answer = _raw(tight, _head(key, "Content-Length: 99999999999"))
    assert answer.startswith(b"HTTP/1.1 413")
    answer = _raw(
        tight, _head(key, "Content-Length: 5\r\nTransfer-Encoding: chunked"), b"fffffff\r\n" + b"x" * 4_000_000
    )
    assert answer.split(b" ", 2)[1] in (b"413", b"400")
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["request_id"]


def test_stalled_body_is_given_up(tight: Server, key: str) -> None:
    answer = _raw(tight, _head(key, "Content-Length: 1000"), b"%PDF-1.7")
    assert answer.startswith(b"HTTP/1.1 408")


def test_what_is_no_http_gets_a_problem(tight: Server) -> None:
    answer = _raw(tight, b"\x16\x03\x01 hello\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer


def test_slow_heads_do_not_keep_others_out(server: Server, client: httpx.Client) -> None:
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: local")
        started = time.monotonic()
        assert client.get("/livez").status_code == 200
        assert time.monotonic() - started < 2
        held[0].settimeout(40)
        assert held[0].recv(100) == b"", "the server closes a head that does not end"
    finally:
        for connection in held:
            connection.close()


def test_half_uploads_leave_no_trace(tight: Server, key: str) -> None:
    canary = b"half-upload-canary-93b1"
    with socket.create_connection(("127.0.0.1", tight.port)) as connection:
        connection.sendall(_head(key, "Content-Length: 900000") + b"%PDF-1.7" + canary * 1000)
        time.sleep(0.3)
    wait_until(lambda: not any(
        path.is_file() and canary in path.read_bytes() for path in tight.data.rglob("*")
    ), 10)  # fmt: skip
    wait_until(lambda: _deleted_files(tight) == 0, 10)


def _deleted_files(server: Server) -> int:
    assert server.process is not None
    links = Path(f"/proc/{server.process.pid}/fd").iterdir()
    count = 0
    for link in links:
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            count += "(deleted)" in target and str(server.data) in target
    return count
