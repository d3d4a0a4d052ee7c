"""The service with a real Qwen2.5-VL, the tiny checkpoint that knows eight pages, behind a preset."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Server

pytest.importorskip("torch")
pytest.importorskip("transformers")
CHECKPOINT = Path(__file__).parents[1] / "checkpoint"


def test_pages_through_the_service(tmp_path: Path) -> None:
    """Submitted, rendered, decoded, read, checked and exported: the files of the command line."""
    presets = json.dumps({"tiny": {"engine": "qwen", "model": str(CHECKPOINT / "tiny"), "crops": False}})
    server = Server(tmp_path, presets=presets).start()
    try:
        with server.client(timeout=120) as client:
            data = (CHECKPOINT / "pages.pdf").read_bytes()
            answer = client.post(
                "/v1/parse", params={"preset": "tiny", "wait": 100}, files={"file": ("pages.pdf", data)}
            )
            assert answer.status_code == 200, answer.text
            document = answer.json()
            job = client.get("/v1/jobs").json()["jobs"][0]["id"]
            written = client.get(f"/v1/jobs/{job}/result", params={"format": "md"}).text
    finally:
        server.stop()
    assert written == (CHECKPOINT / "golden" / "pages.md").read_text()
    assert (document["status"], document["engine"]["name"]) == ("ok", "qwen")
    assert [page["flags"] for page in document["pages"]] == [["test_checkpoint"]] * 8
    blocks = [block for page in document["pages"] for block in page["blocks"]]
    assert {block["source"] for block in blocks} == {"qwen"}
    assert all(block["confidence"] > 0.9 for block in blocks)
