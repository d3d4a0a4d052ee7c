"""Glyphs of TeX's extension font, named from their codes."""

from __future__ import annotations

from typing import Any

import pytest

from docparse.schemas.page import Word
from docparse.source.tex_fonts import has_unknown_tex, name_tex_glyphs


def line(font: str, text: str, x: float = 0.0) -> dict[str, Any]:
    chars = [
        {"c": c, "bbox": (x + 5 * i, 95.0, x + 5 * i + 5, 105.0), "origin": (x + 5 * i, 100.0)}
        for i, c in enumerate(text)
    ]
    return {"spans": [{"font": font, "size": 10.0, "chars": chars}]}


@pytest.mark.parametrize(
    ("code", "char", "depth"),
    [
        ("\x00", "(", 11.6),
        ("\x13", ")", 23.6),
        ("X", "∑", 14.0),
        ("Z", "∫", 22.2),
        ("\x0c", "|", 6.0),
        ("p", "√", 11.6),
    ],
)
def test_code_names_the_glyph_and_says_how_deep_it_hangs(code: str, char: str, depth: float) -> None:
    lines = [line("CMEX10", "\ufffd")]
    name_tex_glyphs(lines, [line("CMEX10", code)])
    found = lines[0]["spans"][0]["chars"][0]
    assert found["c"] == char
    assert found["bbox"][3] == pytest.approx(100 + depth)
    assert found["origin"][1] == pytest.approx(100 + depth / 2 + 2.5)


def test_pieces_of_braces_are_no_text() -> None:
    lines = [line("CMEX10", "\ufffd\ufffd"), line("CMR10", "x")]
    name_tex_glyphs(lines, [line("CMEX10", "z{")])
    assert [span["font"] for each in lines for span in each["spans"]] == ["CMR10"]


def test_arrow_with_a_foot() -> None:
    lines = [line("CMSY10", "\ufffd→")]
    name_tex_glyphs(lines, [])
    assert [char["c"] for char in lines[0]["spans"][0]["chars"]] == ["↦"]


@pytest.mark.parametrize(
    ("spans", "codes", "text"),
    [
        ([("CMMI10", "A\ufffd"), ("CMSY10", " →"), ("CMMI10", "B")], "A,", "A ↪B"),
        ([("CMSY10", "←"), ("CMMI10", "\ufffdB")], "-B", "↩B"),
        ([("CMMI10", "A\ufffd"), ("CMR10", "B")], "A,", "A\ufffdB"),
    ],
)
def test_hook_and_arrow_are_one_sign(spans: list[tuple[str, str]], codes: str, text: str) -> None:
    whole = {"spans": []}
    for font, chars in spans:
        whole["spans"] += line(font, chars, 5.0 * sum(len(span["chars"]) for span in whole["spans"]))["spans"]
    hooked = next(span for span in whole["spans"] if any(char["c"] == "\ufffd" for char in span["chars"]))
    coded = line("CMMI10", codes, hooked["chars"][0]["bbox"][0])
    name_tex_glyphs([whole], [coded])
    assert "".join(char["c"] for span in whole["spans"] for char in span["chars"]) == text


def test_accent_over_several_letters_stands_behind_the_first() -> None:
    accent, letters = line("MSBM10", "\ufffd", 10.0), line("CMMI10", "xγ∗δ", 5.0)
    accent["spans"][0]["chars"][0] |= {"bbox": (11.0, 88.0, 24.0, 93.0), "origin": (10.0, 97.0)}
    coded = line("MSBM10", "]", 10.0)
    coded["spans"][0]["chars"][0]["origin"] = (10.0, 97.0)
    lines = [accent, letters]
    name_tex_glyphs(lines, [coded])
    assert ["".join(char["c"] for char in span["chars"]) for each in lines for span in each["spans"]] == ["xγ\u0303∗δ"]


def test_strokes_of_pictures_are_no_text() -> None:
    lines = [line("LINE10", "\ufffd\ufffd"), line("CMR10", "x")]
    name_tex_glyphs(lines, [line("LINE10", "\x01\x01")])
    assert [span["font"] for each in lines for span in each["spans"]] == ["CMR10"]


def test_names_that_mupdf_cuts_off() -> None:
    lines = [line("LMMathExtension10-Regula", "\ufffd")]
    assert has_unknown_tex([Word("\ufffd", (0, 0, 1, 1), font="LMMathExtension10-Regula")])
    name_tex_glyphs(lines, [line("LMMathExtension10-Regula", "X")])
    assert lines[0]["spans"][0]["chars"][0]["c"] == "∑"


def test_other_fonts_are_left_alone() -> None:
    assert has_unknown_tex([Word("\ufffd", (0, 0, 1, 1), font="CMEX10")])
    assert not has_unknown_tex([Word("\ufffd", (0, 0, 1, 1), font="Wingdings"), Word("x", (0, 0, 1, 1), font="CMEX10")])
    lines = [line("Wingdings", "\ufffd")]
    name_tex_glyphs(lines, [line("Wingdings", "X")])
    assert lines[0]["spans"][0]["chars"][0]["c"] == "\ufffd"


@pytest.mark.parametrize(
    ("font", "char", "em", "shown"),
    [
        ("LMMathExtension10-Regular", "\uf8f8", 0.792, "("),  # code 32, by the name of what is 33 codes further on
        ("LMMathExtension10-Regular", "\uf8ec", 0.792, ")"),
        ("LMMathExtension10-Regular", "\uf8f6", 0.597, "("),
        ("LMMathExtension10-Regular", "\uf8fb", 0.583, "["),
        ("LMMathExtension10-Regular", "\uf8eb", 0.875, "⎛"),  # as wide as the piece that it is said to be
        ("CMEX8", "\uf8f1", 0.944, "⎧"),
    ],
)
def test_whole_brackets_that_ghostscript_names_as_pieces(font: str, char: str, em: float, shown: str) -> None:
    lines = [line(font, char)]
    found = lines[0]["spans"][0]["chars"][0]
    found["bbox"] = (0.0, 95.0, 10 * em, 105.0)
    name_tex_glyphs(lines, [])
    assert found["c"] == shown
