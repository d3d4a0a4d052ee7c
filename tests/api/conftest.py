"""Real `docparse serve` processes, and small documents to send to them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pymupdf
import pytest

FAST = {"preset": "fast"}


class Server:
    """A `docparse serve` process with its own data folder. `log` is everything that it wrote."""

    def __init__(self, folder: Path, *, arguments: tuple[str, ...] = (), **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._log = folder / "serve.log"
        self._arguments = arguments
        self._env = {name: value for name, value in os.environ.items() if not name.startswith(("DOCPARSE_", "OTEL_"))}
        self._env |= {"DOCPARSE_DATA_DIR": str(self.data), "DOCPARSE_JOBS": "1", "OMP_NUM_THREADS": "1"}
        self._env |= {f"DOCPARSE_{name.upper()}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None
        self.address = ""
        self.port = 0

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> Server:
        self.folder.mkdir(parents=True, exist_ok=True)
        before = len(self.log)
        command = [sys.executable, "-m", "docparse", "serve", "--port", str(self.port), *self._arguments]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self._env, cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            found = re.search(r"serving (http://\S+)", self.log[before:])
            if found and self._answers(found[1]):
                self.address = found[1].replace("0.0.0.0", "127.0.0.1")
                self.port = int(self.address.rsplit(":", 1)[1])
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"docparse serve did not start:\n{self.log}")

    def _answers(self, address: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{address.replace('0.0.0.0', '127.0.0.1')}/livez").status_code == 200
        return False

    def cli(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A docparse command with the settings of this server."""
        env = {**self._env, **{f"DOCPARSE_{name.upper()}": value for name, value in settings.items()}}
        command = [sys.executable, "-m", "docparse", *arguments]
        return subprocess.run(
            command, env=env, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )

    def key(self, tenant: str) -> str:
        return self.cli("keys", "create", "--tenant", tenant).stdout.strip()

    def client(self, key: str | None = None, timeout: float = 30.0) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=timeout)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=40)
        finally:
            self.process.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Open on loopback, as it comes."""
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With keys and small limits; `allow_networks` lets webhooks reach the tests."""
    running = Server(
        tmp_path_factory.mktemp("tight"), arguments=("--host", "0.0.0.0"), max_file_mb="1", request_mb="2",
        inline_mb="0.1", request_files="3", upload_idle_s="1", max_active_jobs="4", webhook_http="true",
        allow_networks="127.0.0.0/8", clients_choose="false",
    )  # fmt: skip
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as found:
        yield found


@pytest.fixture(scope="session")
def pdf() -> bytes:
    return make_pdf(2)


def make_pdf(pages: int = 1, text: str = "A small page of text.", *, password: str | None = None) -> bytes:
    """A PDF of short paragraphs; each call gives other bytes, so that no result of another test is found again."""
    document = pymupdf.open()
    document.set_metadata({"title": os.urandom(8).hex()})
    for number in range(1, pages + 1):
        page = document.new_page(width=300, height=200)
        page.insert_text((30, 40), f"Heading {number}", fontsize=16)
        page.insert_text((30, 80), f"{text} Number {number}.")
        page.draw_rect(pymupdf.Rect(30, 100, 120, 170), color=(0, 0, 0), fill=(0.5, 0.6, 0.7))
    if password is not None:
        return bytes(document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password))
    return bytes(document.tobytes())


def wait_until(what: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Until `what()` is true. Fails when it does not become so in time."""
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def check_problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    """The answer is a problem of that status and code, with its request id."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["type"] == f"urn:docparse:problem:{code}"
    assert problem["detail"]
    assert problem["user_action"]
    return problem
