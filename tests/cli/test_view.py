"""`docparse view`: the API over a result on disk."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_documents import Docparse, write_pdf

httpx = pytest.importorskip("httpx")
pytest.importorskip("fastapi")


@contextmanager
def viewing(folder: Path, *args: str) -> Iterator[Any]:
    """A client of a running command; afterwards Ctrl-C must end it with 0."""
    log = folder / "view.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "docparse", *args], cwd=folder, stdout=subprocess.DEVNULL, stderr=file,
            env={**os.environ, "BROWSER": "true"},
        )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while (found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text())) is None:
            assert time.monotonic() < end
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        with httpx.Client(base_url=found[0], timeout=30, transport=httpx.HTTPTransport(retries=20)) as client:
            yield client
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


def test_a_result_its_pages_and_corrections(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("one", "two"):
        assert docparse(pdf.name, "-q", "-o", f"{name}.json").code == 0
    before = (tmp_path / "one.json").read_bytes()
    with viewing(tmp_path, "view", "one.json", "two.json", "--no-browser") as client:
        session = client.get("/v1/session").json()
        assert session["mode"] == "view"
        job = f"/v1/jobs/{session['job']}"
        found = client.get(job).json()
        assert (found["state"], len(found["documents"])) == ("completed", 2)
        assert client.get(f"{job}/overview").json()["pages_total"] == 3
        image = client.get(f"{job}/pages/1/image").content
        assert Image.open(io.BytesIO(image)).convert("L").getextrema()[0] < 100  # text, not white
        edit = {"op": "set", "block": "p1-b1", "text": "The first page."}
        answer = client.put(f"{job}/corrections?document=2", json={"edits": [edit]}, headers={"If-Match": '"0"'})
        assert answer.status_code == 200, answer.text
        late = client.put(f"{job}/corrections?document=2", json={"edits": []}, headers={"If-Match": '"0"'})
        assert late.status_code == 412
        assert "The first page." in client.get(f"{job}/result?document=2&format=md").text
        overlay = client.get(f"{job}/result?document=1&format=overlay")
        assert overlay.content.startswith(b"%PDF")
        upload = client.post("/v1/jobs", files={"files": ("x.pdf", pdf.read_bytes())})
        assert upload.status_code == 403
        assert client.delete(f"{job}?purge=true").status_code == 403
    assert json.loads((tmp_path / "two.corrections.json").read_bytes())["edits"] == [edit]
    assert not (tmp_path / "one.corrections.json").exists()
    assert (tmp_path / "one.json").read_bytes() == before
    assert docparse("export", "two.json", engine=None).out.startswith(b"The first page.")


def test_without_the_source_pages_are_white(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    from PIL import Image

    assert docparse(pdf.name, "-q", "-o", "one.json").code == 0
    pdf.unlink()
    with viewing(tmp_path, "view", "one.json", "--no-browser") as client:
        job = f"/v1/jobs/{client.get('/v1/session').json()['job']}"
        for size in ("full", "thumb"):
            image = client.get(f"{job}/pages/1/image?size={size}").content
            assert Image.open(io.BytesIO(image)).convert("L").getextrema()[0] > 250
        assert client.get(f"{job}/result?format=overlay").status_code == 404
    assert "was not found, pages are white" in (tmp_path / "view.log").read_text()


def test_parse_and_view(tmp_path: Path) -> None:
    write_pdf(tmp_path / "file.pdf", "A page to be seen.")
    with viewing(tmp_path, "file.pdf", "--engine", "embedded-fast", "--view") as client:
        job = f"/v1/jobs/{client.get('/v1/session').json()['job']}"
        assert "A page to be seen." in client.get(f"{job}/result?format=txt").text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.pdf", "view.log"]


def test_mistakes_are_one_line(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-q", "-o", "one.json").code == 0
    (tmp_path / "one.corrections.json").write_text("{")
    for args, code in (
        (("none.json",), 2), ((pdf.name,), 2), (("one.json", "--no-browser"), 2),
        (("one.json", "none.json", "--source", pdf.name), 1),
    ):  # fmt: skip
        result = docparse("view", *args, engine=None)
        assert result.code == code
        assert len(result.err.splitlines()) == 1
        assert result.err.startswith("docparse: ")


def test_without_the_extra(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-q", "-o", "one.json").code == 0
    code = "import sys; sys.modules['fastapi'] = None; from docparse.cli import main; sys.exit(main(sys.argv[1:]))"
    for args in (("view", "one.json"), (pdf.name, "--view")):
        done = subprocess.run(
            [sys.executable, "-c", code, *args], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip
        assert done.returncode == 3
        assert done.stderr == "docparse: the viewer needs fastapi. pip install 'docparse[serve]'\n"
