"""Opening a remote engine: the self-test, the choice of the model, `auto`, and the command line."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from remote_helpers import Server

from docparse.errors import EngineUnavailable, MissingDependency, SettingsError
from docparse.model import open_engine
from docparse.model.remote_client import base_url, shown_url
from docparse.model.remote_opening import known_page
from docparse.options import ParseOptions
from docparse.settings import Settings, load_settings


def refused(server: Server, model: str | None = "qwen2.5-vl-7b", **settings: Any) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        open_engine(ParseOptions(engine="remote", model=model), server.settings(remote_attempts=1, **settings))
    assert "\n" not in str(caught.value)
    return caught.value


def test_opening_and_why(server: Server) -> None:
    engine, info = open_engine(ParseOptions(engine="auto"), server.settings())
    engine.close()
    assert (info.name, info.reason, info.model) == ("remote", "remote_url is set", "qwen2.5-vl-7b")
    (asked,) = server.requests
    assert (asked["size"], asked["max_tokens"]) == ([448, 224], 256)


def test_opening_from_a_thread_whose_loop_runs(server: Server) -> None:
    """As in a notebook."""

    async def cell() -> str:
        engine, info = open_engine(ParseOptions(engine="remote"), server.settings())
        engine.close()
        return info.model

    assert asyncio.run(cell()) == "qwen2.5-vl-7b"


def test_a_server_with_several_models_needs_a_name(server: Server) -> None:
    server.control(models=["qwen2.5-vl-7b", "other"])
    error = refused(server, None)
    assert "2 models (qwen2.5-vl-7b, other)" in str(error)
    assert "--model" in error.user_action
    engine, info = open_engine(ParseOptions(engine="remote"), server.settings(remote_model="other"))
    engine.close()
    assert info.model == "other"


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ({"kind": "endless", "unit": "!!!!"}, "nothing but '!'"),
        ({"kind": "ok", "answer": "!" * 200}, "nothing but '!'"),
        ({"kind": "ok", "answer": "I see no image."}, "can't read"),
        ({"kind": "ok", "answer": ""}, "wrote nothing"),
        ({"kind": "status", "status": 500}, "busy or failing (500)"),
        ({"kind": "status", "status": 401}, "refuses the key"),
        ({"kind": "raw", "type": "text/html", "text": "<html>"}, "a web page"),
    ],
)
def test_servers_that_are_refused(server: Server, behaviour: Mapping[str, Any], said: str) -> None:
    server.control(then=behaviour)
    assert said in str(refused(server))


def test_the_wrong_address(server: Server) -> None:
    with pytest.raises(EngineUnavailable, match=r"no server answers at http://127\.0\.0\.1:9/v1"):
        open_engine(ParseOptions(engine="remote"), Settings(remote_url="http://127.0.0.1:9", remote_attempts=1))
    with pytest.raises(EngineUnavailable, match="404"):
        open_engine(ParseOptions(engine="remote"), Settings(remote_url=f"{server.root}/wrong", remote_attempts=1))


def test_no_address() -> None:
    with pytest.raises(SettingsError, match="needs a server"):
        open_engine(ParseOptions(engine="remote"), Settings())
    with pytest.raises(SettingsError, match="no http address"):
        open_engine(ParseOptions(engine="remote", model="x"), Settings(remote_url="ftp://somewhere"))


def test_without_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingDependency, match="httpx") as caught:
        open_engine(ParseOptions(engine="remote"), Settings(remote_url="http://localhost:1"))
    assert "docparse[remote]" in caught.value.user_action


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:8000", "http://h:8000/v1"), ("http://h:8000/v1/", "http://h:8000/v1"),
        ("https://h/api/v3/chat/completions", "https://h/api/v3"), ("http://h/v1?key=2", "http://h/v1?key=2"),
    ],
)  # fmt: skip
def test_addresses(url: str, base: str) -> None:
    assert base_url(url) == base


def test_secrets_in_addresses_are_not_shown() -> None:
    assert shown_url("https://user:secret@h:1/v1?key=secret") == "https://h:1/v1"
    with pytest.raises(SettingsError) as caught:
        base_url("nonsense://user:secret@h/v1")
    assert "secret" not in str(caught.value)


def test_a_query_goes_with_every_request_and_into_no_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = server.url.replace("http://", "http://user:secret@") + "?api-version=1&code=secret"
    engine, info = open_engine(ParseOptions(engine="remote"), Settings(remote_url=address))
    engine.close()
    assert info.model == "qwen2.5-vl-7b"
    assert {asked["path"] for asked in server.requests} == {"/v1/chat/completions?api-version=1&code=secret"}
    assert "secret" not in caplog.text


def test_the_key_is_no_setting() -> None:
    settings = load_settings({"DOCPARSE_REMOTE_API_KEY": "sk-secret", "DOCPARSE_REMOTE_URL": "http://h"})
    assert "secret" not in repr(settings.model_dump())


def test_the_known_page_shows_its_words() -> None:
    page = known_page()
    assert page.pixels is not None
    dark = (page.pixels < 128).any(axis=2)
    assert page.pixels.shape == (224, 448, 3)
    assert 0.01 < dark.mean() < 0.2
    assert not dark[:, :20].any()
    assert not dark[:, -20:].any()


def test_command_line(server: Server, tmp_path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(2):
            made = document.new_page(width=280, height=112)
            made.insert_text((30, 50), "Tide table", fontsize=18)
            made.insert_text((30, 85), "High water at noon.")
        document.save(tmp_path / "two.pdf")
    done = subprocess.run(
        [sys.executable, "-m", "docparse", "two.pdf", "-o", "out.json", "--engine", "remote"], cwd=tmp_path,
        env={"DOCPARSE_REMOTE_URL": server.url, "DOCPARSE_REMOTE_API_KEY": "sk-secret"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out.json").read_text()
    document_found = json.loads(text)
    assert document_found["engine"]["name"] == "remote"
    assert [len(page["blocks"]) for page in document_found["pages"]] == [2, 2]
    assert {block["source"] for page in document_found["pages"] for block in page["blocks"]} == {"remote"}
    assert "secret" not in text + done.stderr
    assert {asked["key"] for asked in server.requests} == {"Bearer sk-secret"}
