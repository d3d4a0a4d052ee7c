"""Every export by `--to` and by suffix, `docparse export` with corrections, and the switches of what comes after."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pymupdf
import pytest
from cli_documents import Docparse, write_pdf

from docparse.export.formats import FORMATS
from docparse.options import ParseOptions

BEGINS = {
    "html": b"<!DOCTYPE", "md": b"First page", "json": b"{", "txt": b"First page", "csv": b"", "xlsx": b"PK",
    "chunks": b'{"id"', "docling": b"{", "searchable": b"%PDF", "overlay": b"%PDF",
}  # fmt: skip


def test_every_format_by_its_suffix(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    for module in ("openpyxl", "docling_core"):
        pytest.importorskip(module)
    assert set(BEGINS) == set(FORMATS)
    for name, format in FORMATS.items():
        for suffix in format.suffixes:
            result = docparse(pdf.name, "-q", "-o", f"out{suffix}")
            assert (result.code, result.out, result.err) == (0, b"", ""), suffix
            assert (tmp_path / f"out{suffix}").read_bytes().startswith(BEGINS[name]), suffix


def test_every_format_in_a_folder(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    names = [name for name in FORMATS if name != "docling"]
    assert docparse(pdf.name, "-q", "--to", ",".join(names), "-o", "out/").code == 0
    found = {path.name for path in (tmp_path / "out").iterdir()} - {"manifest.jsonl"}
    assert found == {f"file{FORMATS[name].suffix}" for name in names}


def test_pdf_on_stdout(docparse: Docparse, pdf: Path) -> None:
    result = docparse(pdf.name, "-q", "--to", "searchable")
    assert "First page of text." in pymupdf.open(stream=result.out)[0].get_text()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--to", "pptx"), "--to pptx: no such format. Choose from html, md"),
        (("-o", "out.pptx"), "out.pptx is no output format"),
        (("-o", "out.json", "--to", "md"), "contradict"),
        (("-o", "file.pdf"), "is an input"),
    ],
)
def test_what_makes_no_sense(docparse: Docparse, pdf: Path, args: tuple[str, ...], says: str) -> None:
    result = docparse(pdf.name, *args)
    assert result.code == 1
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_json_suffix_may_be_docling(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    pytest.importorskip("docling_core")
    assert docparse(pdf.name, "-q", "-o", "out.json", "--to", "docling").code == 0
    assert json.loads((tmp_path / "out.json").read_bytes())["schema_name"] == "DoclingDocument"


def test_a_missing_extra_is_told_before_any_work(
    docparse: Docparse, pdf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openpyxl" else real(name))
    result = docparse(pdf.name, "-o", "out.xlsx")
    assert result.code == 3
    assert result.err == "docparse: file.pdf: the format xlsx needs openpyxl. pip install 'docparse[xlsx]'\n"
    assert not (tmp_path / "out.xlsx").exists()


def test_switches_reach_the_options(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    switches = (
        "join", "dehyphenate", "running", "levels", "captions", "footnotes", "reorder", "correct", "retry", "witness",
    )  # fmt: skip
    assert set(switches) <= set(ParseOptions.model_fields)
    assert docparse(pdf.name, "-q", "-o", "out.json", *(f"--no-{name}" for name in switches)).code == 0
    options = json.loads((tmp_path / "out.json").read_bytes())["options"]
    assert {name: options[name] for name in switches} == dict.fromkeys(switches, False)


def test_a_switch_changes_the_result(docparse: Docparse, tmp_path: Path) -> None:
    def kinds(*args: str) -> set[str]:
        assert docparse("report.pdf", "-q", "-o", "out.json", *args).code == 0
        pages = json.loads((tmp_path / "out.json").read_bytes())["pages"]
        return {block["kind"] for page in pages for block in page["blocks"]}

    with pymupdf.open() as document:
        for number in range(1, 6):
            page = document.new_page(width=300, height=400)
            page.insert_text((30, 20), "Annual report of the society", fontsize=8)
            page.insert_text((30, 120), f"What page {number} says is not what another one says.")
        document.save(tmp_path / "report.pdf")
    assert "page_header" in kinds()
    assert "page_header" not in kinds("--no-running")


def test_export_applies_corrections(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-q", "-o", "out.json").code == 0
    plain = docparse("export", "out.json", engine=None)
    assert (plain.code, plain.err) == (0, "")
    assert plain.out.startswith(b"First page of text.")
    edit = {"op": "set", "block": "p1-b1", "text": "The first page."}
    (tmp_path / "out.corrections.json").write_text(json.dumps({"edits": [edit]}))
    result = docparse("export", "out.json", engine=None)
    assert result.out.startswith(b"The first page.")
    assert result.err == "docparse: out.json: 1 correction applied\n"
    assert docparse("export", "out.json", "--original", engine=None).out == plain.out
    assert docparse("export", "out.json", "--to", "html,txt,overlay", "-o", "all/", engine=None).code == 0
    assert {path.name for path in (tmp_path / "all").iterdir()} == {"out.html", "out.txt", "out.boxes.pdf"}
    assert "The first page." in (tmp_path / "all" / "out.txt").read_text()


def test_export_finds_the_file_that_was_parsed(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-q", "-o", "out.json").code == 0
    assert docparse("export", "out.json", "-o", "out.boxes.pdf", engine=None).code == 0
    pdf.rename(tmp_path / "moved.pdf")
    write_pdf(pdf, "Another file of that name.")
    missing = docparse("export", "out.json", "-o", "again.boxes.pdf", engine=None)
    assert missing.code == 1
    assert "--source FILE" in missing.err
    assert docparse("export", "out.json", "-o", "again.boxes.pdf", "--source", "moved.pdf", engine=None).code == 0
    other = docparse("export", "out.json", "-o", "again.boxes.pdf", "--source", pdf.name, engine=None)
    assert other.code == 1
    assert "is not the file" in other.err


def test_export_of_pictures_that_are_files(docparse: Docparse, tmp_path: Path) -> None:
    from PIL import Image

    picture = Image.merge("RGB", [Image.effect_noise((200, 120), spread) for spread in (30, 60, 90)])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=200)
        page.insert_text((30, 30), "Above the picture there is a line.")
        page.insert_image(pymupdf.Rect(30, 50, 230, 170), stream=buffer.getvalue())
        document.save(tmp_path / "file.pdf")
    assert docparse("file.pdf", "-q", "--to", "json", "-o", "out/", engine="embedded").code == 0
    assert list((tmp_path / "out" / "file.images").iterdir())
    html = docparse("export", "out/file.json", "--to", "html", engine=None)
    assert b"data:image/" in html.out


def test_corrections_that_do_not_fit(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-q", "-o", "out.json").code == 0
    (tmp_path / "out.corrections.json").write_text('{"base": "0", "edits": [{"op": "delete", "block": "p1-b1"}]}')
    result = docparse("export", "out.json", engine=None)
    assert result.code == 2
    assert "another result" in result.err
    assert docparse("export", "out.json", "--original", engine=None).code == 0


def test_export_of_no_result(docparse: Docparse, pdf: Path) -> None:
    result = docparse("export", pdf.name, engine=None)
    assert result.code == 2
    assert "no JSON result" in result.err
    assert docparse("export", "none.json", engine=None).code == 2
