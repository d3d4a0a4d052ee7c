"""Results: suffixes, stdout, stdin, folders, manifest, what exists already."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_documents import Docparse, write_pdf, write_png


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_format_follows_the_suffix(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    starts = {"html": "<!doctype html>", "json": "{", "md": "First page", "txt": "First page"}
    for suffix, start in starts.items():
        result = docparse(pdf.name, "-o", f"out.{suffix}")
        assert (result.code, result.out) == (0, b""), result.err
        text = (tmp_path / f"out.{suffix}").read_text()
        assert text.lower().startswith(start.lower())
        assert "Third page" in text
    assert not list(tmp_path.glob(".*")), "temporary files are left"


def test_markdown_on_stdout(docparse: Docparse, pdf: Path) -> None:
    result = docparse(pdf.name, "--pages", "2-end")
    assert result.code == 0
    assert result.out.decode().split() == ["Second", "page", "of", "text.", "Third", "page", "of", "text."]
    assert "engine embedded-fast (asked for)" in result.err
    assert docparse("parse", pdf.name, "-q", "--to", "txt", "-o", "-").err == ""


def test_stdin(docparse: Docparse, docparse_process: Docparse, pdf: Path, tmp_path: Path) -> None:
    result = docparse_process("-", "--to", "json", stdin=pdf.read_bytes())
    assert result.code == 0
    document = json.loads(result.out)
    assert [page["number"] for page in document["pages"]] == [1, 2, 3]
    assert docparse("-", stdin=b"").code == 2
    assert docparse("-", "-o", "out/", stdin=pdf.read_bytes()).code == 0
    assert "stdin.html" in _names(tmp_path / "out")


def test_folders_are_mirrored_and_stems_kept_apart(docparse: Docparse, tmp_path: Path) -> None:
    write_pdf(tmp_path / "in" / "a.pdf")
    write_png(tmp_path / "in" / "a.png")
    write_pdf(tmp_path / "in" / "sub" / "a.PDF")
    write_pdf(tmp_path / "in" / ".hidden" / "b.pdf")
    (tmp_path / "in" / "notes.txt").write_text("not a document")
    write_pdf(tmp_path / "x" / "same.pdf")
    write_pdf(tmp_path / "y" / "same.pdf")
    result = docparse("in", "x/same.pdf", "y/same.pdf", "in/a.pdf", "-o", "out/", "--to", "html", "--to", "md")
    assert result.code == 0, result.err
    stems = ["a.pdf", "a.png", "sub/a", "x/same", "y/same"]
    expected = {f"{stem}.{suffix}" for stem in stems for suffix in ("html", "md")} | {"manifest.jsonl"}
    assert _names(tmp_path / "out") == expected


def test_folder_gets_html_json_and_markdown(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse(pdf.name, "-o", "out/").code == 0
    assert _names(tmp_path / "out") == {"file.html", "file.json", "file.md", "manifest.jsonl"}


def test_a_name_that_is_no_utf_8_stops_neither_its_file_nor_the_others(docparse: Docparse, tmp_path: Path) -> None:
    old = Path("in") / os.fsdecode(b"r\xe9sum\xe9.pdf")  # of an old archive, in Latin-1
    write_pdf(tmp_path / "in" / "a.pdf")
    try:
        (tmp_path / old).write_bytes((tmp_path / "in" / "a.pdf").read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    result = docparse("in", "-o", "out/", "--json")
    assert result.code == 0, result.err
    assert (tmp_path / "out" / old.with_suffix(".md").name).read_text() == (tmp_path / "out" / "a.md").read_text()
    found = json.loads((tmp_path / "out" / old.with_suffix(".json").name).read_text())
    assert (found["source"]["name"], found["flags"]) == ("r\\udce9sum\\udce9.pdf", [])
    lines = (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()
    assert {json.loads(line)["input"] for line in lines} == {"in/a.pdf", str(old)}
    assert {document["input"] for document in json.loads(result.out)["documents"]} == {"in/a.pdf", str(old)}


def test_manifest(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    result = docparse(pdf.name, "missing.pdf", "-o", "out/", "--to", "md", "--pages", "1,3")
    assert result.code == 17
    assert "1 of 2 documents failed" in result.err
    lines = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    good, bad = sorted(lines, key=lambda line: line["status"] != "ok")
    assert good["input"] == "file.pdf"
    assert len(good["sha256"]) == 64
    assert good["options"] == {"pages": "1,3", "engine": "embedded-fast"}
    assert [page["page"] for page in good["pages"]] == [1, 3]
    assert all(page["status"] == "ok" for page in good["pages"])
    assert (bad["input"], bad["error"]["code"]) == ("missing.pdf", "file_not_found")


def test_all_failed_and_abort(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    assert docparse("missing.pdf", "gone.pdf", "-o", "out/").code == 18
    stopped = docparse("missing.pdf", pdf.name, "-o", "out/", "--abort-on-error", "-j", "1")
    assert stopped.code == 17
    assert not (tmp_path / "out" / "file.html").exists()


def test_existing_outputs(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.md"
    out.write_text("mine")
    kept = docparse(pdf.name, "-o", "out.md", "-n")
    assert (kept.code, "exists" in kept.err, out.read_text()) == (5, True, "mine")
    skipped = docparse(pdf.name, "-o", "out.md", "--skip-existing")
    assert (skipped.code, "skipped" in skipped.err, out.read_text()) == (0, True, "mine")
    assert docparse(pdf.name, "-o", "out.md").code == 0
    assert out.read_text().startswith("First page")


def test_json_is_one_object(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    whole = json.loads(docparse(pdf.name, "--json").out)
    assert (whole["ok"], whole["exit_code"], whole["error"]) == (True, 0, None)
    assert whole["documents"][0]["document"]["pages"][2]["number"] == 3
    files = json.loads(docparse(pdf.name, "-o", "out/", "--json").out)
    assert files["documents"][0]["outputs"] == ["out/file.html", "out/file.json", "out/file.md"]
    assert "document" not in files["documents"][0]
    failed = docparse("missing.pdf", "--json")
    assert failed.code == 2
    assert json.loads(failed.out)["error"]["code"] == "file_not_found"
    usage = docparse(pdf.name, "--json", "--nonsense")
    assert usage.code == 1
    assert json.loads(usage.out)["error"]["code"] == "usage"


def test_progress_lines(docparse: Docparse, pdf: Path) -> None:
    result = docparse(pdf.name, "-o", "out.md", "--progress", "json")
    events = [json.loads(line) for line in result.err.splitlines()]
    assert [event["event"] for event in events] == ["engine", "page", "page", "page", "document", "end"]
    assert [event["done"] for event in events[1:4]] == [1, 2, 3]
    assert events[1]["total"] == 3


def test_a_file_named_like_a_command(docparse: Docparse, tmp_path: Path) -> None:
    write_pdf(tmp_path / "schema")
    assert b"fox" in docparse("parse", "schema").out
    assert json.loads(docparse("schema").out)["title"] == "Document"


def test_overlay(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    result = docparse(pdf.name, "--overlay", "boxes.pdf")
    assert (result.code, result.out) == (0, b""), result.err
    assert (tmp_path / "boxes.pdf").read_bytes().startswith(b"%PDF")
    piped = docparse("-", "--overlay", "-", stdin=pdf.read_bytes())
    assert piped.out.startswith(b"%PDF")


def test_running_headers(docparse: Docparse, tmp_path: Path) -> None:
    import pymupdf

    with pymupdf.open() as document:
        for number in range(1, 5):
            page = document.new_page()
            page.insert_text((72, 40), "Annual report of the river office", fontsize=9)
            for line in range(20):
                page.insert_text((72, 120 + 14 * line), f"Line {line} of the text on page {number}.", fontsize=11)
        document.save(tmp_path / "report.pdf")
    assert b"Annual report" not in docparse("report.pdf").out
    kept = docparse("report.pdf", "--headers-footers", "keep")
    assert b"Annual report" in kept.out


def test_a_page_that_fails_leaves_the_others(docparse: Docparse, tmp_path: Path) -> None:
    import pymupdf

    with pymupdf.open() as document:
        for number, side in enumerate((300, 15_000, 300), 1):
            document.new_page(width=side, height=side).insert_text((30, 60), f"Text of page {number}.")
        document.save(tmp_path / "odd.pdf")
    result = docparse("odd.pdf", "-o", "out.json")
    assert result.code == 16
    assert "odd.pdf: 1 of 3 pages failed; page 2: " in result.err
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["status"] == "partial"
    assert [page["status"] for page in found["pages"]] == ["ok", "failed", "ok"]
    assert found["errors"][0]["code"] == "limit_exceeded"
    assert docparse("odd.pdf", "--pages", "2", "-o", "none.json").code == 2
    write_pdf(tmp_path / "good.pdf")
    assert docparse("odd.pdf", "good.pdf", "-o", "out/").code == 16
    lines = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    odd = next(line for line in lines if line["input"] == "odd.pdf")
    assert odd["pages"][1]["error"]["code"] == "limit_exceeded"


def test_pictures(docparse: Docparse, tmp_path: Path) -> None:
    """Files beside the results of a folder and beside Markdown, inside a single HTML file, none when asked."""
    import pymupdf

    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 72), "A picture follows.")
        photo = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 400, 300))
        photo.set_rect(pymupdf.IRect(0, 0, 200, 150), (200, 30, 30))
        page.insert_image((72, 100, 472, 400), pixmap=photo)
        document.save(tmp_path / "photo.pdf")
    assert docparse("photo.pdf", "-o", "out/", engine="embedded").code == 0
    pictures = [path.name for path in (tmp_path / "out" / "photo.images").iterdir()]
    assert len(pictures) == 1
    for name in ("photo.html", "photo.md", "photo.json"):
        assert f"photo.images/{pictures[0]}" in (tmp_path / "out" / name).read_text()
    assert docparse("photo.pdf", "-o", "one.html", engine="embedded").code == 0
    assert "data:image/" in (tmp_path / "one.html").read_text()
    assert docparse("photo.pdf", "-o", "none.html", "--images", "none", engine="embedded").code == 0
    assert "data:image/" not in (tmp_path / "none.html").read_text()
    assert not list(tmp_path.glob("*.images"))


def test_pages_without_content_are_mentioned(docparse: Docparse, tmp_path: Path) -> None:
    write_png(tmp_path / "picture.png")
    result = docparse("picture.png", "-o", "out.md")
    assert result.code == 0
    assert "picture.png: nothing was found on page 1" in result.err


def test_damage_is_mentioned(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    data = pdf.read_bytes()
    (tmp_path / "broken.pdf").write_bytes(data[: data.rindex(b"startxref")])
    result = docparse("broken.pdf", "-o", "out.md")
    assert result.code == 0
    assert "broken.pdf: the file is damaged and was repaired" in result.err
    assert "damaged" not in docparse(pdf.name, "-o", "whole.md").err
