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
