"""The remote engine against llama.cpp's own server (xllamacpp), which has the tiny checkpoint as GGUF files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from remote_helpers import page

from docparse.cli import main
from docparse.errors import EngineError, EngineUnavailable, PageTimeout
from docparse.model import open_engine
from docparse.model.base import Deadline
from docparse.model.remote import RemoteEngine
from docparse.options import ParseOptions
from docparse.qwenvl.profiles import profile_of
from docparse.schemas.page import FinishReason, PageOutput
from docparse.settings import Settings

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
CHECKPOINT = HERE.parent / "checkpoint"
TINY = CHECKPOINT / "tiny"
KEY = "sk-very-secret"
Start = Callable[..., str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint as GGUF files, and the log of each server, by its port."""
    for needed in ("gguf", "torch"):
        pytest.importorskip(needed)
    if find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed")
    import tiny_gguf

    made = tmp_path_factory.mktemp("gguf")
    tiny_gguf.write(TINY, made)
    return made


@pytest.fixture(scope="module")
def start(folder: Path) -> Iterator[Start]:
    """Starts a server on the checkpoint; its address. They end with the module."""
    with ExitStack() as running:

        def started(*how: str, sees: bool = True) -> str:
            files = [str(folder / "model.gguf"), str(folder / "mmproj.gguf") if sees else "-"]
            log = running.enter_context((folder / "new.log").open("wb"))
            process = running.enter_context(
                subprocess.Popen(
                    [sys.executable, str(HERE / "llama_server.py"), *files, *how], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=log, text=True,
                )
            )  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            running.callback(process.wait, 10)
            running.callback(process.stdin.close)
            address = process.stdout.readline().strip()
            (folder / "new.log").rename(folder / f"{address.rpartition(':')[2]}.log")
            return address

        yield started


@pytest.fixture(scope="module")
def server(start: Start) -> str:
    return start()


@pytest.fixture
def engine() -> Iterator[Callable[..., RemoteEngine]]:
    opened: list[RemoteEngine] = []

    def open_it(address: str, **profile: Any) -> RemoteEngine:
        asked = replace(profile_of(str(TINY)), **profile)
        opened.append(RemoteEngine(Settings(remote_url=address, remote_attempts=1), "tiny", asked))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def recognise(engine: RemoteEngine, seconds: float = 30.0) -> PageOutput:
    return engine.submit(page(), deadline=Deadline.after(seconds)).result(seconds + 5)


def wait_until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.01)


def is_at_work(address: str) -> bool:
    with urllib.request.urlopen(f"{address}/slots", timeout=10) as answer:
        return any(slot["is_processing"] for slot in json.load(answer))


def test_the_pages_of_the_checkpoint(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are those of the in-process engine. (The checkpoint knows eight pages, not that of the self-test.)"""
    monkeypatch.setattr("docparse.model.remote_opening.self_test", lambda engine: 0.0)
    monkeypatch.setenv("DOCPARSE_REMOTE_URL", server)
    how = ["--engine", "remote", "--model", str(TINY), "--images", "none", "-q"]
    assert main(["parse", str(CHECKPOINT / "pages.pdf"), str(CHECKPOINT / "page.png"), "-o", f"{tmp_path}/", *how]) == 0
    assert (tmp_path / "pages.md").read_text() == (CHECKPOINT / "golden" / "pages.md").read_text()
    html = (tmp_path / "pages.html").read_text()
    found = re.sub(r' data-confidence="[\d.]+"', "", html[html.index('<div class="page"') : html.index("</body>")])
    wanted = (CHECKPOINT / "golden" / "pages.html").read_text()
    assert found == wanted.replace('data-source="qwen"', 'data-source="remote"')
    document = json.loads((tmp_path / "pages.json").read_text())
    assert [found["flags"] for found in document["pages"]] == [["test_checkpoint"]] * 8
    blocks = [block for found in document["pages"] for block in found["blocks"]]
    assert {block["source"] for block in blocks} == {"remote"}
    assert all(block["confidence"] > 0.9 for block in blocks)


def test_a_model_that_can_not_read_is_refused(server: str) -> None:
    with pytest.raises(EngineUnavailable, match="can't read: for a page that says 'HARBOUR 4827' model tiny wrote"):
        open_engine(ParseOptions(engine="remote"), Settings(remote_url=server))


def test_a_server_without_the_vision_part(start: Start, engine: Callable[..., RemoteEngine]) -> None:
    with pytest.raises(EngineUnavailable, match="can't take images") as caught:
        recognise(engine(start(sees=False)))
    assert "--mmproj" in caught.value.user_action


def test_the_key(start: Start, engine: Callable[..., RemoteEngine], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCPARSE_REMOTE_API_KEY", raising=False)
    address = start(KEY)
    with pytest.raises(EngineUnavailable, match="refuses the key"):
        recognise(engine(address))
    monkeypatch.setenv("DOCPARSE_REMOTE_API_KEY", KEY)
    assert recognise(engine(address)).tokens


def test_limits(server: str, engine: Callable[..., RemoteEngine]) -> None:
    output = recognise(engine(server, max_tokens=5))
    assert (output.finish_reason, output.tokens, len(output.token_logprobs)) == (FinishReason.LENGTH, 5, 5)
    with pytest.raises(EngineError, match="too long for the server's context") as caught:
        recognise(engine(server, prompt="river " * 5000))
    assert "larger context" in caught.value.user_action


def test_closing_the_stream_stops_the_server(start: Start, folder: Path, engine: Callable[..., RemoteEngine]) -> None:
    """A loop, a cancelled page and a deadline: each time the server drops its task."""
    address = start("endless")
    log = folder / f"{address.rpartition(':')[2]}.log"

    def dropped(count: int) -> Callable[[], bool]:
        return lambda: log.read_bytes().count(b"cancel task") == count and not is_at_work(address)

    assert recognise(engine(address, max_tokens=3500)).finish_reason is FinishReason.REPETITION
    wait_until(dropped(1))
    wild = engine(address, max_tokens=1_000_000, temperature=2.0)  # no loop: it writes until the context is full
    cancelled = wild.submit(page(), deadline=Deadline.after(30))
    wait_until(lambda: is_at_work(address))
    assert cancelled.cancel()
    wait_until(dropped(2))
    late = wild.submit(page(), deadline=Deadline.after(0.5))
    assert isinstance(late.exception(15), PageTimeout)
    wait_until(dropped(3))
