"""Words to text: blanks round the signs of relations, behind which a PDF reader gives none."""

from __future__ import annotations

import pytest

from docparse.model.embedded.joining import words_text
from docparse.schemas.page import Word


def run(*parts: tuple[str, float, bool]) -> list[Word]:
    """Words of one line, each with the gap before it (in em) and whether the source has a blank behind it."""
    words, x = [], 0.0
    for text, gap, space in parts:
        x += 10 * gap
        words.append(Word(text, (x, 0, x + 6 * len(text), 12), 10.0, "CMR10", 0, 0, 10.0, 1, space=space))
        x += 6 * len(text)
    return words


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("U", 0, True), ("∈", 0.28, False), ("T", 0.28, False)], "U ∈ T"),
        ([("i", 0, False), ("∈", 0, False), ("I", 0, False)], "i∈I"),  # a limit is set tight
        ([("T", 0, True), ("⊆P(X)", 0.28, False)], "T ⊆ P(X)"),
        ([("X", 0, True), ("∅∈", 0.28, False), ("T", 0.28, False)], "X ∅ ∈ T"),
        ([("f", 0, True), ("→", 0.28, False), (",", 0.05, False)], "f →,"),
        ([("x", 0, True), ("−5", 0.28, False)], "x −5"),
    ],
)
def test_signs_of_relations_have_a_blank_on_both_sides(parts: list[tuple[str, float, bool]], text: str) -> None:
    assert words_text(run(*parts)) == text


@pytest.mark.parametrize(
    ("font", "text", "wanted"),
    [
        ("MSBM10", "R", "ℝ"),
        ("MSBM10", "A", "𝔸"),
        ("EUFM10", "Cg", "Cg"),  # more than a letter is a word
        ("EUFM10", "g", "𝔤"),
        ("EUFM7", "C", "ℭ"),
        ("LMMathSymbols10-Regular", "⊆P(", "⊆𝒫("),
        ("CMSY10", "◦", "◦"),
        ("UnifrakturCook", "O", "O"),
        ("yfrak", "z.", "z."),
        ("EUFM10", "f§r", "f§r"),
        ("Times-Roman", "R", "R"),
    ],
)
def test_letters_of_mathematical_alphabets_are_their_own(font: str, text: str, wanted: str) -> None:
    word = Word(text, (0, 0, 6, 10), size=10.0, font=font, baseline=8.0, line=0, space=True)
    assert words_text([word]) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x1, . . . , xn", "x1, ... , xn"),
        ("Contents . . . . . 7", "Contents . . . . . 7"),  # a leader
        ("the end . . . . Then", "the end . . . . Then"),
    ],
)
def test_three_spaced_full_stops_are_an_ellipsis(text: str, wanted: str) -> None:
    assert words_text(run(*[(part, 0.28, True) for part in text.split()])) == wanted


@pytest.mark.parametrize(("right", "text"), [("00", "8 00"), ("kg", "8kg")])
def test_digits_that_ocr_found_in_two_places_are_two_numbers(right: str, text: str) -> None:
    words = [Word("8", (438, 1623, 459, 1645), 18.0, line=45), Word(right, (461, 1622, 491, 1645), 18.0, line=46)]
    assert words_text(words) == text
