"""The place of the viewer: its files at `/`, under a strict policy, beside the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from docparse.api import app as module


def test_files_under_a_strict_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dist = tmp_path / "ui" / "dist"
    dist.mkdir(parents=True)
    (dist / "index.html").write_text("<title>viewer</title>")
    (dist / "assets").mkdir()
    (dist / "assets" / "app-1a2b3c.js").write_text("1")
    monkeypatch.setattr(module.resources, "files", lambda _: tmp_path)
    app = FastAPI(docs_url=None)

    @app.get("/v1/jobs")
    async def jobs() -> list[str]:
        return []

    module._mount_viewer(app)
    client = TestClient(app)
    page = client.get("/")
    assert "viewer" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"
    asset = client.get("/assets/app-1a2b3c.js")
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-security-policy"] == policy
    assert client.get("/../app.py").status_code == 404
    assert client.get("/v1/jobs").json() == []
    assert client.delete("/v1/jobs").headers["allow"] == "GET"
    assert client.get("/v1/nothing").status_code == 404
