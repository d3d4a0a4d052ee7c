"""Corrections over REST: saved whole under a version, in every export, the result as it was beside them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from conftest import FAST, Server, check_problem, make_pdf
from PIL import Image

from docparse.schemas.document import Document


@pytest.fixture
def job(client: httpx.Client) -> Iterator[str]:
    found = client.post("/v1/parse", params={"engine": "embedded"}, content=make_pdf(2)).headers["x-job-id"]
    yield str(found)
    client.delete(f"/v1/jobs/{found}", params={"purge": "true"})


def put(client: httpx.Client, job: str, version: int, *edits: dict[str, Any]) -> httpx.Response:
    return client.put(f"/v1/jobs/{job}/corrections", json={"edits": edits}, headers={"If-Match": f'"{version}"'})


HEADING = {"op": "set", "block": "p1-b1", "text": "Corrected heading"}


def test_saved_shown_and_taken_back(client: httpx.Client, job: str) -> None:
    first = client.get(f"/v1/jobs/{job}/corrections")
    assert first.headers["etag"] == '"0"'
    assert first.json() == {"document": 1, "version": 0, "updated_at": None, "edits": [], "pages": []}
    before = client.get(f"/v1/jobs/{job}/result").json()
    saved = put(client, job, 0, HEADING)
    assert saved.status_code == 200, saved.text
    assert saved.headers["etag"] == '"1"'
    assert saved.json()["edits"] == [HEADING]
    assert saved.json()["pages"] == [1]
    assert client.get(f"/v1/jobs/{job}/corrections").json() == saved.json()
    view = client.get(f"/v1/jobs/{job}/pages/1").json()
    assert (view["version"], view["page"]["blocks"][0]["text"]) == (1, "Corrected heading")
    assert (view["page"]["blocks"][0]["source"], view["page"]["blocks"][0]["original"]) == ("user", "Heading 1")
    overview = client.get(f"/v1/jobs/{job}/overview").json()
    assert (overview["version"], overview["edits"], overview["pages"][0]["corrected"]) == (1, 1, ["p1-b1"])
    assert overview["headings"][0]["text"] == "Corrected heading"
    undone = put(client, job, 1)
    assert (undone.json()["version"], undone.json()["edits"], undone.json()["pages"]) == (2, [], [1])
    assert client.get(f"/v1/jobs/{job}/result").json() == before


def test_every_export_holds_them_and_the_original_stays(client: httpx.Client, job: str) -> None:
    assert put(client, job, 0, HEADING).status_code == 200
    for format in ("json", "html", "md", "txt", "chunks"):
        path = f"/v1/jobs/{job}/result"
        assert "Corrected heading" in client.get(path, params={"format": format}).text
        original = client.get(path, params={"format": format, "original": "true"}).text
        assert "Corrected heading" not in original
        assert "Heading 1" in original
    assert "Corrected" in client.get(f"/v1/jobs/{job}/pages/1/blocks/p1-b1", params={"format": "md"}).text
    assert client.get(f"/v1/jobs/{job}/search", params={"q": "corrected"}).json()["hits"][0]["block"] == "p1-b1"
    for path in ("pages/1", "overview", "search?q=Corrected"):
        assert "Corrected heading" not in client.get(f"/v1/jobs/{job}/{path}", params={"original": "true"}).text
    Document.model_validate(client.get(f"/v1/jobs/{job}/result").json())


def test_two_editors(client: httpx.Client, job: str) -> None:
    assert put(client, job, 0, HEADING).status_code == 200
    check_problem(put(client, job, 0, {"op": "delete", "block": "p1-b1"}), 412, "corrections_changed")
    check_problem(put(client, job, 7), 412, "corrections_changed")
    missing = client.put(f"/v1/jobs/{job}/corrections", json={"edits": []})
    check_problem(missing, 428, "precondition_missing")
    nonsense = client.put(f"/v1/jobs/{job}/corrections", json={"edits": []}, headers={"If-Match": "newest"})
    check_problem(nonsense, 400, "invalid_request")
    assert client.get(f"/v1/jobs/{job}/corrections").json()["edits"] == [HEADING]


def test_an_edit_that_does_not_fit_saves_nothing(client: httpx.Client, job: str) -> None:
    problem = check_problem(
        put(client, job, 0, HEADING, {"op": "delete", "block": "p9-b9"}), 422, "correction_invalid"
    )  # fmt: skip
    assert problem["errors"] == [{"param": "body.edits.1", "message": "the document has no block p9-b9"}]
    bad = put(client, job, 0, {"op": "box", "block": "p1-b1", "bbox": [9, 9, 1, 1]})
    assert "edits.0" in str(check_problem(bad, 422, "invalid_value")["errors"])
    assert client.get(f"/v1/jobs/{job}/corrections").json()["version"] == 0


def test_a_moved_figure_is_cut_anew(client: httpx.Client, job: str) -> None:
    edits = [
        {"op": "add", "id": "p1-u1", "page": 1, "after": None, "block": {"kind": "image", "bbox": [40, 110, 110, 160]}},
        {"op": "add", "id": "p2-u1", "page": 2, "after": None, "block": {"kind": "image", "bbox": [200, 10, 290, 60]}},
    ]
    assert put(client, job, 0, *edits).status_code == 200
    page = client.get(f"/v1/jobs/{job}/pages/1").json()["page"]
    crop = page["blocks"][0]["crop"]
    assert crop["width"] / crop["height"] == pytest.approx(70 / 50, abs=0.05)
    picture = Image.open(io.BytesIO(client.get(crop["href"]).content)).convert("RGB")
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == pytest.approx((128, 153, 178), abs=3)
    edits[0]["block"] = {"kind": "image", "bbox": [200, 10, 290, 60]}
    assert put(client, job, 1, *edits).status_code == 200
    moved = client.get(f"/v1/jobs/{job}/pages/1").json()["page"]["blocks"][0]["crop"]
    assert moved["href"] != crop["href"]
    white = Image.open(io.BytesIO(client.get(moved["href"]).content)).convert("RGB")
    assert white.getpixel((5, 5)) == (255, 255, 255)


def test_corrections_of_a_job_at_work_or_failed(client: httpx.Client) -> None:
    job = client.post("/v1/jobs", files={"files": ("x.pdf", make_pdf(password="x"))}, data=FAST).json()["id"]
    client.get(f"/v1/jobs/{job}", params={"wait": 30})
    check_problem(put(client, job, 0), 422, "file_encrypted")


def test_kept_over_a_restart_and_apart_by_document(tmp_path: Any) -> None:
    server = Server(tmp_path).start()
    try:
        with server.client() as client:
            files = [("files", (name, make_pdf())) for name in ("a.pdf", "b.pdf")]
            job = client.post("/v1/jobs", files=files, data=FAST).json()["id"]
            client.get(f"/v1/jobs/{job}", params={"wait": 30})
            path = f"/v1/jobs/{job}/corrections"
            saved = client.put(
                path, json={"edits": [HEADING]}, params={"document": 2}, headers={"If-Match": "0"}
            )  # fmt: skip
            assert saved.status_code == 200, saved.text
        server.kill()
        server.start()
        with server.client() as client:
            assert client.get(path, params={"document": 2}).json()["edits"] == [HEADING]
            assert client.get(path, params={"document": 1}).json()["edits"] == []
            result = client.get(f"/v1/jobs/{job}/result", params={"document": 2, "format": "md"}).text
            assert "# Corrected heading" in result
    finally:
        server.stop()
