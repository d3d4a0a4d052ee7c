"""Accents and strokes drawn as characters of their own, as MuPDF hands them out."""

from __future__ import annotations

from typing import Any

import pytest

from docparse.model.embedded.formula_symbols import symbols
from docparse.source.words import read_words


def line(*runs: tuple[str, str, float, float], baseline: float = 100.0) -> dict[str, Any]:
    """A "rawdict" line of runs (font, characters, x0, width of a character)."""
    spans = []
    for font, text, x0, width in runs:
        chars = [
            {"c": c, "bbox": (x0 + i * width, 90.0, x0 + (i + 1) * width, 102.0), "origin": (x0 + i * width, baseline),
             "synthetic": False}
            for i, c in enumerate(text)
        ]  # fmt: skip
        box = (x0, 90.0, x0 + width * len(text), 102.0)
        spans.append(
            {"font": font, "size": 10.0, "flags": 0, "char_flags": 16, "alpha": 255, "color": 0, "chars": chars,
             "origin": (x0, baseline), "bbox": box}
        )  # fmt: skip
    return {"spans": spans, "dir": (1.0, 0.0), "wmode": 0}


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ((("R", "C", 0, 6), ("R", "´", 6, 5), ("R", "e", 6.2, 4.6), ("R", "sar", 11, 4)), "César"),
        ((("R", "Th", 0, 5), ("R", "e", 10, 5), ("R", "ˆ", 10, 5)), "Thê"),
        ((("R", "˜", 2.3, 5.5), ("I", "f", 0, 5)), "f̃"),
        ((("R", "´", 1, 5), ("R", "ı", 2, 3)), "í"),
        ((("S", "\u0338", 5, 0), ("R", " ", 5, 2.8), ("R", "=", 8, 7)), "≠"),
        ((("S", "\u0338", 5, 0), ("S", "∈", 8, 7)), "∉"),
        ((("R", "l", 0, 3), ("R", "´", 3, 3), ("R", "eau", 6, 5)), "l´eau"),
        ((("R", "a~b", 0, 5),), "a~b"),
        ((("R", "/˜user", 0, 5),), "/~user"),
        ((("R", "˜", 0, 5), ("I", "γ", 7, 5)), "˜γ"),
        ((("R", "˜¨", 0, 5), ("R", "ˆ|", 11, 5)), "˜¨^|"),
    ],
)
def test_accent_joins_its_letter(runs: tuple[tuple[str, str, float, float], ...], text: str) -> None:
    assert "".join(word.text for word in read_words([line(*runs)])) == text


@pytest.mark.parametrize(("gap", "words"), [(0.0, ["seção"]), (3.0, ["seç", "ão"])])
def test_no_blank_between_two_accented_letters_that_touch(gap: float, words: list[str]) -> None:
    """MuPDF sees a gap between the cedilla and the tilde, which are narrower than their letters."""
    runs = (
        ("R", "sec", 0, 5), ("R", "¸", 11, 3), ("R", " ", 14, 3), ("R", "˜", 16 + gap, 3), ("R", "ao", 15 + gap, 5),
    )  # fmt: skip
    assert "".join(word.text + " " * word.space for word in read_words([line(*runs)])).split() == words


@pytest.mark.parametrize(
    ("text", "latex"),
    [("x̃", r"\tilde{x}"), ("ñ", r"\tilde{n}"), ("γ̂", r"\hat{\gamma}"), ("≠", r"\neq "), ("x\u0489", None)],
)
def test_accented_symbols_as_latex(text: str, latex: str | None) -> None:
    assert symbols(text) == latex
