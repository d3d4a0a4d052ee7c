"""Raised and lowered signs of Unicode."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from docparse.raised import flat, lowered, raised, without_marks


@given(st.text("0123456789+-=()aijknx,.–−*", max_size=6))
def test_signs_lead_back_to_the_text(text: str) -> None:
    for signs in (raised(text), lowered(text)):
        strokes = str.maketrans("−–", "--")
        assert flat(signs).translate(strokes) == text.translate(strokes)
        assert unicodedata.normalize("NFKC", signs).translate(strokes) == text.translate(strokes)


def test_what_has_no_sign_stays_as_it_is() -> None:
    for text in ("T", "TM", "max", "2π", "∞", "ß", ""):
        assert (raised(text), lowered(text)) == (text, text)
    assert (raised("n-1"), lowered("n-1")) == ("ⁿ⁻¹", "ₙ₋₁")
    assert raised("3-5") == "³-⁵"


def test_marks_go_and_numbers_stay() -> None:
    assert [without_marks(text) for text in ("12.3¹²", "12", "CO₂", "¹²")] == ["12.3", "12", "CO₂", ""]
