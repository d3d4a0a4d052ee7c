"""`docparse bench verify` on a folder of made documents."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
import pytest

import docparse
from docparse.bench.faults import FAULTS
from docparse.cli import main

TEXT = (
    "In {n}, the garden held {m} trees and {k} benches. Visitors came from the town on foot, most of them on Sundays."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with pymupdf.open() as document:
        for number in range(1, 4):
            page = document.new_page(width=595, height=842)
            page.insert_text((72, 90), f"Gardens of the year {1900 + number}", fontsize=20)
            for part in range(3):
                text = " ".join([TEXT.format(n=1900 + number, m=117 * number + part, k=31 * number + part)] * 3)
                page.insert_textbox((72, 130 + 120 * part, 520, 230 + 120 * part), text, fontsize=11)
        document.save(tmp_path / "gardens.pdf")
    (tmp_path / "broken.pdf").write_bytes(b"no PDF at all")
    return tmp_path


def test_json_names_the_shares_over_all_and_by_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "verify", "--data", str(folder), "--engine", "embedded-fast", "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert set(result["by_fault"]) == set(FAULTS)
    assert result["faulty_flagged"] == 1.0
    assert result["good_flagged"] == 0.0
    assert result["good_pages"] == 3
    assert result["by_fault"]["digit changed"] == {"faulty_flagged": 1.0, "pages": 3}
    assert result["by_fault"]["column shifted"] == {"faulty_flagged": None, "pages": 0}
    assert "broken.pdf" in err


def test_the_table_has_a_line_for_every_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(folder / "gardens.pdf"), "--engine", "embedded-fast", "--pages", "1", "--list"]
    assert main(["bench", "verify", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[: len(FAULTS)]] == list(FAULTS)
    assert any(line.startswith("good pages flagged") and "0.0%" in line for line in lines)


@pytest.mark.no_cover
def test_a_made_scan_is_read_by_its_truth(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The truth beside it is the good output, what OCR reads in its pixels the witness."""
    scans = folder / "scans"
    scans.mkdir()
    with pymupdf.open(folder / "gardens.pdf") as source, pymupdf.open() as scan:
        picture = source[0].get_pixmap(dpi=150).tobytes("png")
        scan.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=picture)
        scan.save(scans / "gardens.pdf")
    truth = docparse.parse(folder / "gardens.pdf", engine="embedded-fast", pages="1")
    arguments = ["bench", "verify", "--data", str(scans), "--witness", "ocr", "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["faulty_pages"] == 0, "a scan without its truth says nothing"
    truth.save(scans / "gardens.json")
    truth.save(scans / "gardens.md")
    assert main(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["by_witness"]["ocr"] == {"good_flagged": 0.0, "pages": 1}
    assert result["by_fault"]["digit changed"] == {"faulty_flagged": 1.0, "pages": 1}


def test_a_folder_without_documents_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "verify", "--data", str(tmp_path)]) == 2
    assert "no PDFs or images" in capsys.readouterr().err
    assert main(["bench", "nonsense"]) == 1
    assert main(["bench"]) == 0
    assert "verify" in capsys.readouterr().out
