"""Glyphs without characters in a sound text layer: read from the picture where OCR proves itself, flagged elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pymupdf
import pytest

import docparse
from docparse.model.embedded import holes, ocr
from docparse.model.embedded.ocr_types import OcrResult
from docparse.schemas.page import PageImage, Word

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
TEXT = [
    "The question was written in a notation that is compatible with the letters",
    "of the first edition. Its author had little time to explain the differential",
    "equations, and repeated what the committee had written about them before.",
]


def line(*texts: str, y: float = 0.0, confidence: float = 1.0) -> list[Word]:
    """Words side by side, ten units a letter; a text that begins with "+" touches the one before."""
    words: list[Word] = []
    x = 0.0
    for text in texts:
        x += -10 if text.startswith("+") else 0
        plain = text.removeprefix("+")
        words.append(Word(plain, (x, y, x + 10 * len(plain), y + 20), 20, "F", baseline=y + 15, confidence=confidence))
        x += 10 * len(plain) + 10
    return words


def filled(monkeypatch: pytest.MonkeyPatch, words: list[Word], read: list[Word]) -> tuple[list[str], tuple[str, ...]]:
    monkeypatch.setattr(ocr, "read_words", lambda *_, **__: OcrResult(read))
    page = PageImage(1, 280, 28, 280, 28, pixels=np.full((28, 280, 3), 255, np.uint8))
    found, flags = holes.fill_holes(page, words, languages=(), deadline=None)
    return [word.text for word in found], flags


@pytest.mark.parametrize(
    ("known", "read", "wanted"),
    [
        ("wri\ufffden", "written", "written"),
        ("(ques\ufffdon).", "question", "(question)."),
        ("ques\ufffdon", "Question", "ques\ufffdon"),  # another letter than the layer's: not believed
        ("le\ufffder", "leer", "le\ufffder"),  # nothing in the hole
        ("compa\ufffdble", "iscompatible.", "compatible"),  # run together by OCR
    ],
)
def test_a_hole_is_filled_where_all_other_letters_agree(
    monkeypatch: pytest.MonkeyPatch, known: str, read: str, wanted: str
) -> None:
    words = line("the", known, "of", "li\ufffdle", "le\ufffders")
    texts, flags = filled(monkeypatch, words, line("the", read, "of", "little", "letters"))
    assert texts == ["the", wanted, "of", "little", "letters"]
    assert flags == ("glyphs_from_ocr",)


def test_pieces_that_a_glyph_is_drawn_over_become_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    words = line("सभी", "अध", "+\ufffdकार\ufffd", "क\ufffd", "म\ufffd", "ब", "+ताव")
    read = line("सभी", "अधिकारों", "की", "में", "बर्ताव")
    texts, flags = filled(
        monkeypatch,
        words,
        [a._replace(bbox=b.bbox) for a, b in zip(read, [words[0], words[2], *words[3:6]], strict=True)],
    )
    assert texts == ["सभी", "अधिकारों", "की", "में", "बर्ताव"]
    assert flags == ("glyphs_from_ocr",)


def test_ocr_that_misreads_what_is_known_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    words = line("گفت", "سوال\ufffd", "پیش", "خط\ufffd", "اصل\ufffd")
    texts, flags = filled(monkeypatch, words, line("كفت", "سوالى", "ييش", "خطى", "اصلى"))
    assert texts == [word.text for word in words]
    assert flags == ()


def test_a_line_without_blanks_is_filled_from_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    words = line("มนุษย์ทั\ufffdงหลายเกิดมามีอิสระและเสมอภาค")
    texts, flags = filled(monkeypatch, words, line("มนุษย์ทั้งหลายเกิดมามือิสระและเสมอภาค"))
    assert texts == ["มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาค"], "what the layer knows stays"
    assert flags == ("glyphs_from_ocr",)


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page whose font does not say what its glyph for "t" stands for."""
    if not FONT.exists():
        pytest.skip("DejaVu Sans is not installed")
    document = pymupdf.open()
    page = document.new_page(width=500, height=200)
    for number, text in enumerate(TEXT):
        page.insert_text((40, 60 + 18 * number), text, fontname="F", fontfile=str(FONT), fontsize=11)
    font = pymupdf.Font(fontfile=str(FONT))
    named = [f"<{font.has_glyph(ord(char)):04x}> <{ord(char):04x}>" for char in set("".join(TEXT)) - {"t"}]
    names = f"{len(named)} beginbfchar\n" + "\n".join(named) + "\nendbfchar\n"
    maps = [xref for xref in range(1, document.xref_length()) if _is_map(document, xref)]
    assert len(maps) == 1
    head, rest = document.xref_stream(maps[0]).split(b"endcodespacerange\n", 1)
    tail = rest[rest.rindex(b"endcmap") :]
    document.update_stream(maps[0], head + b"endcodespacerange\n" + names.encode() + tail)
    path = tmp_path_factory.mktemp("holes") / "holes.pdf"
    document.save(path)
    return path


def _is_map(document: pymupdf.Document, xref: int) -> bool:
    return document.xref_is_stream(xref) and b"endcodespacerange" in document.xref_stream(xref)


@pytest.mark.no_cover
def test_a_page_with_holes_is_read_whole(holed: Path) -> None:
    (page,) = docparse.parse(holed, engine="embedded").pages
    text = " ".join(block.text or "" for block in page.blocks)
    assert " ".join(TEXT) in " ".join(text.split())
    assert "glyphs_from_ocr" in page.flags
    assert "unknown_glyphs" not in page.flags
    assert page.text_layer == "sound"
    assert [check.name for check in page.checks if check.outcome == "failed"] == []


def test_without_ocr_holes_are_flagged(holed: Path) -> None:
    (page,) = docparse.parse(holed, engine="embedded-fast").pages
    (block,) = page.blocks
    assert "wri\ufffd\ufffden" in (block.text or "")
    assert "unknown_glyphs" in page.flags
    assert "unknown_glyphs" in block.flags
