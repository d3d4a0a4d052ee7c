"""What a viewer asks for: overview, pages as images, single blocks, search, every export as a download."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pymupdf
import pytest
from conftest import FAST, Server, check_problem, make_pdf
from PIL import Image, ImageStat

from docparse.schemas.document import Document


def make_report() -> bytes:
    """Two pages: a heading, text, a ruled table, a picture; text that has accents."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=500)
    page.insert_text((40, 50), "A Heading", fontsize=20)
    page.insert_text((40, 90), "The café is small, and the text goes on for a while here.")
    for row, cells in enumerate((("Item", "Price"), ("Apples", "1.50"), ("Pears", "2.25"))):
        for col, text in enumerate(cells):
            box = pymupdf.Rect(40 + 120 * col, 120 + 24 * row, 160 + 120 * col, 144 + 24 * row)
            page.draw_rect(box, color=(0, 0, 0))
            page.insert_text((box.x0 + 6, box.y1 - 8), text)
    picture = Image.merge("RGB", [Image.effect_noise((120, 80), spread) for spread in (30, 60, 90)])
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    page.insert_image(pymupdf.Rect(40, 240, 280, 400), stream=buffer.getvalue())
    second = document.new_page(width=400, height=500)
    second.insert_text((40, 90), "Another page with a CAFÉ of its own.")
    return bytes(document.tobytes())


@pytest.fixture(scope="module")
def job(server: Server) -> str:
    with server.client() as client:
        answer = client.post(
            "/v1/parse", files={"file": ("the report.pdf", make_report())}, data={"engine": "embedded"}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.headers["x-job-id"])


def block_of(client: httpx.Client, job: str, kind: str, number: int = 1) -> dict[str, object]:
    page = client.get(f"/v1/jobs/{job}/pages/{number}").json()["page"]
    return next(block for block in page["blocks"] if block["kind"] == kind)


def test_overview(client: httpx.Client, job: str) -> None:
    found = client.get(f"/v1/jobs/{job}/overview").json()
    assert (found["name"], found["state"], found["status"], found["version"]) == (
        "the report.pdf",
        "completed",
        "ok",
        0,
    )
    first, second = found["pages"]
    assert (first["number"], first["state"], first["width"], first["unit"]) == (1, "done", 400, "pt")
    assert first["kinds"]["table"] == 1
    assert sum(first["kinds"].values()) == first["blocks"]
    assert second["blocks"] == 1
    assert found["headings"][0]["text"] == "A Heading"
    assert "Apples" not in json.dumps(found)


def test_overview_of_what_failed(client: httpx.Client) -> None:
    job = client.post("/v1/jobs", files={"files": ("x.pdf", make_pdf(password="x"))}, data=FAST).json()["id"]
    assert client.get(f"/v1/jobs/{job}", params={"wait": 30}).json()["state"] == "failed"
    found = client.get(f"/v1/jobs/{job}/overview").json()
    assert (found["state"], found["status"], found["pages"]) == ("failed", None, [])
    assert found["errors"][0]["code"] == "file_encrypted"


@pytest.mark.parametrize(("size", "format", "longest"), [("screen", "JPEG", 1400), ("thumb", "JPEG", 240)])
def test_small_images(client: httpx.Client, job: str, size: str, format: str, longest: int) -> None:
    answer = client.get(f"/v1/jobs/{job}/pages/1/image", params={"size": size})
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, answer.headers["content-type"]) == (format, "image/jpeg")
    assert max(image.size) <= longest
    assert image.width / image.height == pytest.approx(400 / 500, abs=0.01)
    again = client.get(
        f"/v1/jobs/{job}/pages/1/image", params={"size": size}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_thumbnail_shows_the_page(client: httpx.Client, job: str) -> None:
    thumb = Image.open(io.BytesIO(client.get(f"/v1/jobs/{job}/pages/1/image", params={"size": "thumb"}).content))
    assert len(client.get(f"/v1/jobs/{job}/pages/1/image", params={"size": "thumb"}).content) < 20_000
    scale = thumb.height / 500
    inside = thumb.convert("L").crop(tuple(round(v * scale) for v in (60, 260, 260, 380)))
    blank = thumb.convert("L").crop(tuple(round(v * scale) for v in (40, 420, 360, 480)))
    assert ImageStat.Stat(blank).extrema[0][0] > 240
    assert ImageStat.Stat(inside).mean[0] < 200


def test_full_image_has_the_size_of_the_result(client: httpx.Client, job: str) -> None:
    page = client.get(f"/v1/jobs/{job}/pages/1").json()["page"]
    answer = client.get(f"/v1/jobs/{job}/pages/1/image")
    assert Image.open(io.BytesIO(answer.content)).size == (page["image_width"], page["image_height"])


def test_crop_has_its_own_type(client: httpx.Client, job: str) -> None:
    crop = block_of(client, job, "image")["crop"]
    assert isinstance(crop, dict)
    answer = client.get(crop["href"])
    assert answer.headers["content-type"] == crop["media_type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (crop["width"], crop["height"])


@pytest.mark.parametrize(
    ("format", "media", "text"),
    [
        ("json", "application/json", '"kind":"table"'),
        ("html", "text/html", "<table id="),
        ("md", "text/markdown", "| Apples | 1.50 |"),
        ("txt", "text/plain", "Apples\t1.50"),
        ("latex", "application/x-tex", r"Apples & 1.50 \\"),
        ("csv", "text/csv", "Apples,1.50"),
    ],
)
def test_one_table(client: httpx.Client, job: str, format: str, media: str, text: str) -> None:
    block = block_of(client, job, "table")["id"]
    answer = client.get(f"/v1/jobs/{job}/pages/1/blocks/{block}", params={"format": format})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media)
    assert text in answer.text
    assert answer.headers["content-disposition"].startswith("inline")


def test_one_table_as_workbook(client: httpx.Client, job: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    block = block_of(client, job, "table")["id"]
    answer = client.get(f"/v1/jobs/{job}/pages/1/blocks/{block}", params={"format": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row] for row in book.active.rows][1] == ["Apples", "1.50"]
    assert answer.headers["content-disposition"] == f'attachment; filename="{block}.xlsx"'


def test_formats_that_a_kind_does_not_have(client: httpx.Client, job: str) -> None:
    block = block_of(client, job, "heading")["id"]
    for format in ("csv", "xlsx", "svg", "mathml"):
        answer = client.get(f"/v1/jobs/{job}/pages/1/blocks/{block}", params={"format": format})
        check_problem(answer, 406, "not_acceptable")
    check_problem(client.get(f"/v1/jobs/{job}/pages/1/blocks/p1-b99"), 404, "not_found")


def test_search(client: httpx.Client, job: str) -> None:
    found = client.get(f"/v1/jobs/{job}/search", params={"q": "cafe"}).json()
    assert [(hit["page"], hit["match"]) for hit in found["hits"]] == [(1, "café"), (2, "CAFÉ")]
    assert found["hits"][0]["before"].endswith("The ")
    assert found["hits"][0]["after"].startswith(" is small")
    assert not found["more"]
    assert client.get(f"/v1/jobs/{job}/search", params={"q": "nowhere"}).json()["hits"] == []
    check_problem(client.get(f"/v1/jobs/{job}/search", params={"q": ""}), 422, "invalid_value")


@pytest.mark.parametrize(
    ("format", "name", "begins"),
    [
        ("json", "the%20report.json", b"{"), ("html", "the%20report.html", b"<!DOCTYPE html>"),
        ("md", "the%20report.md", b"# A Heading"), ("txt", "the%20report.txt", b"A Heading"),
        ("zip", "the%20report.zip", b"PK"), ("csv", "the%20report.csv", b"# p1-b"),
        ("xlsx", "the%20report.xlsx", b"PK"), ("chunks", "the%20report.chunks.jsonl", b'{"id": "c1"'),
        ("docling", "the%20report.docling.json", b"{"), ("overlay", "the%20report.boxes.pdf", b"%PDF"),
        ("searchable", "the%20report.searchable.pdf", b"%PDF"),
    ],
)  # fmt: skip
def test_every_export_is_a_download(client: httpx.Client, job: str, format: str, name: str, begins: bytes) -> None:
    if format == "docling":
        pytest.importorskip("docling_core")
    answer = client.get(f"/v1/jobs/{job}/result", params={"format": format, "download": "true"}, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert answer.content.startswith(begins)
    if begins == b"%PDF":
        assert len(pymupdf.open(stream=answer.content)) == 2


def test_another_tenants_document(tight: Server) -> None:
    with tight.client(tight.key("viewer-one")) as owner, tight.client(tight.key("viewer-two")) as other:
        job = owner.post("/v1/parse", params=FAST, content=make_pdf()).headers["x-job-id"]
        for path in (
            "overview", "pages/1", "pages/1/image?size=thumb", "pages/1/blocks/p1-b1", "search?q=text", "corrections",
            "invoices",
        ):  # fmt: skip
            assert owner.get(f"/v1/jobs/{job}/{path}").status_code == 200, path
            check_problem(other.get(f"/v1/jobs/{job}/{path}"), 404, "not_found")


def test_nothing_is_left_of_a_deleted_job(client: httpx.Client) -> None:
    job = client.post("/v1/parse", params=FAST, content=make_pdf()).headers["x-job-id"]
    paths = ("overview", "pages/1", "pages/1/image?size=thumb", "pages/1/image", "corrections")
    assert {client.get(f"/v1/jobs/{job}/{path}").status_code for path in paths} == {200}
    assert client.delete(f"/v1/jobs/{job}", params={"purge": "true"}).status_code == 204
    assert {client.get(f"/v1/jobs/{job}/{path}").status_code for path in paths} == {404}


def test_several_documents(client: httpx.Client) -> None:
    files = [("files", ("a.pdf", make_pdf(1))), ("files", ("b.pdf", make_report()))]
    job = client.post("/v1/jobs", files=files, data=FAST).json()["id"]
    client.get(f"/v1/jobs/{job}", params={"wait": 30})
    assert client.get(f"/v1/jobs/{job}/overview", params={"document": 2}).json()["pages_total"] == 2
    page = client.get(f"/v1/jobs/{job}/pages/2", params={"document": 2}).json()["page"]
    assert "CAFÉ" in json.dumps(page, ensure_ascii=False)
    check_problem(client.get(f"/v1/jobs/{job}/overview", params={"document": 3}), 404, "not_found")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/v1/jobs/{job}/result", params={"format": "zip"}).content))
    assert {"a.json", "b.json", "manifest.json"} <= set(archive.namelist())
    assert Document.model_validate_json(archive.read("b.json")).source.name == "b.pdf"
