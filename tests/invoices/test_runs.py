from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import openpyxl
import pytest
from invoice_pages import ENGLISH, GERMAN, draw

from docparse.cli import main
from docparse.errors import DocparseError
from docparse.invoices.json_repair import read_json
from docparse.invoices.outputs import row_of
from docparse.invoices.run import failed
from docparse.schemas.invoice import InvoiceResult


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    draw(folder / "a.pdf", ENGLISH)
    draw(folder / "b.pdf", GERMAN)
    return folder


def run(*args: str | Path) -> int:
    return main(["invoices", *map(str, args), "--engine", "embedded-fast", "-j", "1"])


def test_a_folder_to_json_lines(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out.jsonl"
    assert run(folder, "-o", output) == 0
    found = rows(output)
    assert [Path(str(row["source"])).name for row in found] == ["a.pdf", "b.pdf"]
    assert [InvoiceResult.model_validate(row).status for row in found] == ["review", "ok"]
    assert "2 files" in capsys.readouterr().err


def test_a_name_that_is_no_utf_8_stops_no_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = folder / os.fsdecode(b"caf\xe9.pdf")
    try:
        old.write_bytes((folder / "a.pdf").read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    output = tmp_path / "out.jsonl"
    assert run(folder, "-o", output) == 0
    assert [Path(str(row["source"])).name for row in rows(output)] == ["a.pdf", "b.pdf", "caf\\udce9.pdf"]
    assert run(folder, "-o", output) == 0
    assert "3 done before" in capsys.readouterr().err


def test_what_went_wrong_can_be_written_whatever_stands_in_it() -> None:
    found = failed(os.fsdecode(b"caf\xe9.pdf"), DocparseError("half a sign: \ud800"), 0.0)
    assert json.loads(found.model_dump_json())["error"]["message"] == "half a sign: \\ud800"
    assert found.source == "caf\\udce9.pdf"


def test_amounts_are_numbers_in_json(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    run(folder / "a.pdf", "-o", output, "-q")
    assert '"gross":2846.4,' in output.read_text()
    assert '"issue_date":"2024-03-14"' in output.read_text()


def test_a_bad_file_does_not_stop_the_others(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    output = tmp_path / "out.jsonl"
    assert run(folder, "-o", output) == 17
    assert [row["status"] for row in rows(output)] == ["review", "ok", "failed"]
    assert "broken.pdf" in capsys.readouterr().err
    assert run(folder / "broken.pdf", "-o", tmp_path / "one.jsonl", "-q") == 2


def test_a_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out.jsonl"
    assert run(folder / "a.pdf", "-o", output, "-q") == 0
    with output.open("a") as file:
        file.write('{"half a line')
    assert run(folder, "-o", output) == 0
    assert "1 done before" in capsys.readouterr().err
    assert [Path(str(row["source"])).name for row in rows(output)] == ["a.pdf", "b.pdf"]


def test_a_changed_file_is_read_again(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    run(folder, "-o", output, "-q")
    draw(folder / "a.pdf", GERMAN)
    run(folder, "-o", output, "-q")
    numbers = {Path(str(row["source"])).name: row["data"]["number"] for row in rows(output)}  # type: ignore[index]
    assert numbers == {"a.pdf": "R-2023/0815", "b.pdf": "R-2023/0815"}


def test_csv_and_xlsx(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "-o", tmp_path / "out.csv", "-q") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file))
    assert [(row["number"], row["gross"], row["lines"]) for row in found] == [
        ("INV-2024-117", "2846.4", "2"),
        ("R-2023/0815", "4819.5", "2"),
    ]
    assert run(folder, "-o", tmp_path / "out.xlsx", "-q") == 0
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["invoices", "lines"]
    assert book["lines"]["A1"].value == "source"
    assert book["lines"].max_row == 5


def test_a_text_is_never_a_formula() -> None:
    result = InvoiceResult.model_validate({"source": "=1+1", "data": {"number": "=cmd|' /C calc'!A0"}})
    from docparse.invoices import outputs

    assert outputs._cell(row_of(result.model_dump(mode="json"))[0]) == "'=1+1"


def test_factur_x_files_beside_the_output(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "b.pdf", "-o", tmp_path / "out.jsonl", "--write", "factur-x", "-q") == 0
    assert (tmp_path / "b.factur-x.xml").read_bytes().startswith(b"<?xml")
    assert (tmp_path / "b.factur-x.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("args", [("-o", "out.doc"), ("--write", "ubl"), ("--fields", "nothing.json")])
def test_wrong_options_are_told(folder: Path, args: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, *args) == 1
    assert args[0] in capsys.readouterr().err


def test_the_schema_is_published(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema", "invoice"]) == 0
    schema = json.loads(capsysbinary.readouterr().out)
    assert {"data", "citations", "contradictions"} <= set(schema["properties"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here it is:\n```json\n{"a": [1, 2,],}\n```', {"a": [1, 2]}),
        ('{"a": "x", "b": [{"c": 1}, {"c": 2', {"a": "x", "b": [{"c": 1}]}),
        ('{"a": None, "b": True} and more', {"a": None, "b": True}),
    ],
)
def test_json_is_repaired(text: str, value: object) -> None:
    found = read_json(text)
    if isinstance(found, dict) and isinstance(found.get("b"), list):
        found["b"] = [part for part in found["b"] if part]
    assert found == value


def test_what_is_no_json_stays_none() -> None:
    with pytest.raises(ValueError, match="no object"):
        read_json("I can't read this page.")
