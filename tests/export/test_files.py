"""Files are whole or not there, whatever happens on the way."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pymupdf
import pytest
from export_documents import PNG, document, grid, sample, with_text
from PIL import Image as PilImage

from docparse.errors import DamagedFile, FileMissing, OutputError, UsageError
from docparse.export import save, write_atomically, write_images
from docparse.export.chunks import to_chunks
from docparse.export.json import to_json
from docparse.export.overlay import to_overlay
from docparse.export.searchable import to_searchable
from docparse.export.tables import rows_csv, safe_cell, to_tables
from docparse.qwenvl.reader import read_page
from docparse.schemas.document import Chart, Document, Heading, Page, Paragraph, Table
from docparse.schemas.page import PageImage


def test_save_chooses_by_suffix(tmp_path: Path) -> None:
    for name in ("a.html", "a.HTM", "a.json", "a.md", "a.markdown", "a.txt", "a.csv", "a.jsonl", "a.chunks.jsonl"):
        assert sample().save(tmp_path / name).stat().st_size > 50
    with pytest.raises(UsageError, match=r"a\.doc"):
        save(sample(), tmp_path / "a.doc")


def test_saved_json_reads_back(tmp_path: Path) -> None:
    assert Document.model_validate_json(save(sample(), tmp_path / "a.json").read_text()) == sample()


def test_html_reads_back() -> None:
    """The HTML of a document holds its blocks, running headers and all."""
    pages = sample().to_html().split('<div class="page" ')[1:]
    for html, page in zip(pages, sample().pages, strict=True):
        image = PageImage(page.number, page.image_width, page.image_height, page.width, page.height)
        found = read_page(f'<div class="page" {html.replace("</body></html>", "")}', image)
        assert [block.kind for block in found.blocks] == [block.kind for block in page.blocks]


def test_nothing_is_left_of_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "a.md"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_atomically(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]
    assert target.read_text() == "old"


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.md", b"new")
    assert list(tmp_path.iterdir()) == []


def test_unwritable_targets(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        save(sample(), tmp_path / "no" / "a.md")
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(OutputError):
        save(sample(), tmp_path / "folder.md")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_images(sample(), tmp_path / "file")


def test_new_files_get_the_usual_rights(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert stat.S_IMODE(save(sample(), tmp_path / "a.md").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_pictures_as_files(tmp_path: Path) -> None:
    linked = write_images(sample(), tmp_path / "a.images")
    assert (tmp_path / "a.images" / "p2-b1.png").read_bytes() == PNG
    assert "![A cat](a.images/p2-b1.png)" in linked.to_markdown(images="embed")
    assert 'src="a.images/p2-b1.png"' in linked.to_html()
    assert '"href":"a.images/p2-b1.png"' in to_json(linked, indent=None)
    assert sample().pages[1].blocks[0].crop.data == PNG  # type: ignore[union-attr]


def _pdf() -> bytes:
    with pymupdf.open() as pdf:
        for _ in range(2):
            pdf.new_page(width=595, height=842).insert_text((50, 60), "printed words")
        data: bytes = pdf.tobytes()
    return data


def test_overlay_draws_on_the_original(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(_pdf())
    with pymupdf.open(stream=to_overlay(sample(), tmp_path / "a.pdf")) as pdf:
        assert len(pdf) == 2
        assert "printed words" in pdf[0].get_text()
        assert "2 heading 1 0.98" in pdf[0].get_text()
        assert len(pdf[0].get_drawings()) > 20
        joined = next(f"{b.order} paragraph" for b in sample().pages[1].blocks if "joined" in b.flags)
        assert all(joined in page.get_text() for page in pdf), "each page has the part of it that stands there"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_overlay_of_turned_and_cropped_pages(rotation: int) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=300, height=400)
        page.draw_rect((60, 50, 90, 70), color=None, fill=(0, 0, 0))
        page.set_cropbox(pymupdf.Rect(20, 10, 280, 380))
        page.set_rotation(rotation)
        shown = pymupdf.Rect(40, 40, 70, 60) * page.rotation_matrix
        box = tuple(shown.normalize())
        width, height = page.rect.width, page.rect.height
        data = pdf.tobytes()
    made = Page(
        number=1, width=width, height=height, image_width=28, image_height=28, blocks=[Heading(text="x", bbox=box)]
    )
    doc = document([]).model_copy(update={"pages": [made]})
    with pymupdf.open(stream=to_overlay(doc, data)) as pdf:
        assert tuple(pdf[0].rect) == pytest.approx((0, 0, width, height))
        pixels = pdf[0].get_pixmap()
        x, y = round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2)
        assert max(pixels.pixel(x, y)) < 60  # the black rectangle lies inside its box
        drawn = [path["rect"] for path in pdf[0].get_drawings() if path["color"]]
        assert any(tuple(rect) == pytest.approx(box, abs=1) for rect in drawn)


def test_overlay_of_images_and_of_pages_that_are_not_there() -> None:
    picture = io.BytesIO()
    PilImage.new("RGB", (595, 842), "white").save(picture, "PNG")
    with pymupdf.open(stream=to_overlay(sample(), picture.getvalue())) as pdf:
        assert [tuple(page.rect) for page in pdf] == [(0, 0, 297.5, 421), (0, 0, 595, 842)]
    with pytest.raises(DamagedFile, match="overlay"):
        to_overlay(sample(), b"%PDF-1.7 no more")
    with pytest.raises(DamagedFile):
        to_overlay(sample(), b"GIF89a")
    with pytest.raises(FileMissing):
        to_overlay(sample(), "not there.pdf")


def test_overlay_of_encrypted_files() -> None:
    with pymupdf.open(stream=_pdf()) as pdf:
        locked = pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="u", owner_pw="o")
    with pytest.raises(DamagedFile, match="password"):
        to_overlay(sample(), locked)
    assert to_overlay(sample(), locked, password="u").startswith(b"%PDF")


def test_searchable_text_is_found_where_it_stands() -> None:
    picture = io.BytesIO()
    PilImage.new("RGB", (1190, 1684), "white").save(picture, "PNG")
    texts = ["Grüße from page one", "漢字の本文です"]
    boxes = [(100.0, 100.0, 500.0, 130.0), (100.0, 300.0, 500.0, 330.0)]
    blocks = [Paragraph(text=text, bbox=box) for text, box in zip(texts, boxes, strict=True)]
    page = Page(number=1, width=1190, height=1684, unit="px", image_width=1190, image_height=1684, blocks=list(blocks))
    made = to_searchable(document([]).model_copy(update={"pages": [page]}), picture.getvalue())
    with pymupdf.open(stream=made) as pdf:
        for text, box in zip(texts, boxes, strict=True):
            (found,) = pdf[0].search_for(text)
            assert abs(found.x0 - box[0] / 2) < 3
            assert abs(found.y0 - box[1] / 2) < 12
        assert min(pdf[0].get_pixmap().samples) == 255  # nothing of it is seen


def test_a_sound_text_layer_is_not_doubled() -> None:
    doc = sample()
    for page in doc.pages:
        page.text_layer = "sound"
    with pymupdf.open(stream=to_searchable(doc, _pdf())) as pdf:
        assert pdf[0].get_text().split() == ["printed", "words"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "|x", "%x", "＝1", " =1", "\n=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "+3.5", "-1,234.50 €", "−7", "a=b", "", "- ", "5%"])
def test_numbers_and_words_stay(text: str) -> None:
    assert safe_cell(text).lstrip("'") == text
    assert text == "- " or safe_cell(text) == text


def test_csv_survives_what_is_in_the_cells() -> None:
    rows = [['a"b', "c,d", "e\nf"], ["x", "", "y"]]
    assert list(csv.reader(io.StringIO(rows_csv(rows)))) == rows
    tables = to_tables(document([Table(rows=2, cols=3, cells=grid(rows)), Chart(data=[["q", "1"]]), Table()]))
    assert tables == [("p1-b1", rows), ("p1-b2", [["q", "1"]])]


def test_workbook() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from docparse.export.xlsx import to_xlsx

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(sample())))
    assert book.sheetnames == ["p1-b6", "p1-b8", "p2-b2"]
    assert (book["p1-b6"]["A3"].value, book["p1-b6"]["A3"].data_type) == ("=1+1", "s")
    assert [str(cells) for cells in book["p1-b8"].merged_cells.ranges] == ["A1:B1"]
    assert to_xlsx(document([])).startswith(b"PK")
    assert to_xlsx(with_text("=HYPERLINK(1)\x07")).startswith(b"PK")


def test_chunks_know_where_they_come_from() -> None:
    records = [json.loads(line) for line in to_chunks(sample(), max_chars=120).splitlines()]
    assert [record["id"] for record in records] == [f"c{n}" for n in range(1, len(records) + 1)]
    assert records[0]["headings"] == ["1. Results & outlook"]
    assert records[0]["boxes"][0] == {"page": 1, "bbox": [40, 50, 300, 70], "block": "p1-b2"}
    joined = next(record for record in records if "Joined" in record["text"])
    assert joined["pages"] == [1, 2]
    assert not any("Annual Report" in record["text"] for record in records)
    assert "MEOW" in "".join(record["text"] for record in records)


def test_docling_document() -> None:
    core = pytest.importorskip("docling_core.types.doc.document")
    from docparse.export.docling import to_docling

    made = core.DoclingDocument.model_validate_json(to_docling(sample()))
    assert len(made.pages) == 2
    assert [table.data.num_rows for table in made.tables] == [3, 2, 2]
    assert any(text.text == "CCO" for text in made.texts)


def test_empty_documents_export() -> None:
    for doc in (document(), document([])):
        assert doc.to_markdown() == ""
        assert doc.to_text() == ""
        assert "<body>" in doc.to_html()
        assert json.loads(doc.to_json())["pages"] == [page.model_dump(mode="json") for page in doc.pages]
        assert to_overlay(doc, _pdf()).startswith(b"%PDF")


def test_a_failed_page_has_no_size() -> None:
    doc = document([])
    doc.pages = [Page(number=1, width=0, height=0, image_width=0, image_height=0, status="failed")]
    doc.pages[0].blocks = [Paragraph(text="x", bbox=(1, 2, 3, 4))]
    assert "<p" in doc.to_html()
    assert to_overlay(doc, _pdf()).startswith(b"%PDF")
    assert to_searchable(doc, _pdf()).startswith(b"%PDF")
