"""Corrections as a file beside the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docparse.corrections import (
    corrected_file,
    corrections_beside,
    fingerprint,
    load_corrections,
    load_document,
    save_corrections,
)
from docparse.errors import CorrectionInvalid, DamagedFile, FileMissing
from docparse.schemas.corrections import Corrections
from docparse.schemas.document import Document, EngineInfo, Page, Paragraph, SourceInfo


def written(folder: Path) -> Path:
    blocks = [Paragraph(id="p1-b1", text="Teh text.", bbox=(1, 1, 9, 9))]
    page = Page(number=1, width=10, height=10, image_width=28, image_height=28, blocks=blocks)
    document = Document(source=SourceInfo(name="a.pdf"), engine=EngineInfo(name="embedded"), pages=[page])
    return document.save(folder / "out.json")


def test_saved_and_applied(tmp_path: Path) -> None:
    result = written(tmp_path)
    before = result.read_bytes()
    beside = corrections_beside(result)
    assert beside.name == "out.corrections.json"
    assert load_corrections(beside) == Corrections()
    made = Corrections.model_validate(
        {
            "version": 1, "base": fingerprint(load_document(result)),
            "edits": [
                {"op": "set", "block": "p1-b1", "text": "The text."},
                {"op": "add", "id": "p1-u1", "page": 1, "after": None, "block": {"kind": "code", "text": "1"}},
            ],
        }
    )  # fmt: skip
    save_corrections(beside, made)
    assert load_corrections(beside) == made
    assert json.loads(beside.read_bytes())["edits"][0] == {"op": "set", "block": "p1-b1", "text": "The text."}
    document, count = corrected_file(result)
    assert (document.to_text(), count) == ("1\n\nThe text.\n", 2)
    assert result.read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", '{"edits": [{"op": "nothing"}]}', '{"colour": 1}'])
def test_broken_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.corrections.json"
    path.write_text(text)
    with pytest.raises(CorrectionInvalid, match=r"out\.corrections\.json"):
        load_corrections(path)


def test_no_result(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        load_document(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"a": 1}')
    with pytest.raises(DamagedFile, match="no JSON result"):
        load_document(tmp_path / "other.json")
