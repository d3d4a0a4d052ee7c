"""Brackets, roots and braces of several pieces."""

from __future__ import annotations

from typing import Any

import pytest

from docparse.source.tex_pieces import join_pieces


def span(*chars: tuple[str, float, float]) -> dict[str, Any]:
    """Characters of 10 points with the points from which TeX's font hangs them."""
    return {
        "size": 10.0,
        "chars": [{"c": c, "bbox": (x, y - 0.4, x + 7, y + 6), "origin": (x, y)} for c, x, y in chars],
    }


@pytest.mark.parametrize(
    ("pieces", "whole", "tall"),
    [
        ([("\uf8ee", 0, 0), ("\uf8f0", 0, 17.6)], "[", 35.2),
        ([("⎛", 0, 0), ("⎜", 0, 17.6), ("⎝", 0, 23.6)], "(", 41.2),
        ([("⎧", 0, 0), ("⎨", 0, 9), ("⎩", 0, 27)], "{", 36.0),
        ([("⎢", 0, 0), ("⎣", 0, 6)], "⌊", 23.6),
        ([("‖", 0, 0), ("‖", 0, 6), ("‖", 0, 12)], "‖", 18.0),
        ([("┌", 0, 0), ("│", 0, 6), ("⎷", 0, 12)], "√", 29.6),
    ],
)
def test_pieces_that_touch_are_one_sign(pieces: list[tuple[str, float, float]], whole: str, tall: float) -> None:
    found = span(*pieces)
    assert join_pieces([found]) == {id(found["chars"][0])}
    (char,) = found["chars"]
    assert char["c"] == whole
    assert char["bbox"][3] == pytest.approx(tall)
    assert char["origin"][1] == pytest.approx(tall / 2 + 2.5)


def test_rows_of_brackets_stay_apart() -> None:
    found = span(("⎡", 0, 0), ("⎣", 0, 17.6), ("⎡", 0, 35.2), ("⎣", 0, 52.8), ("⎤", 20, 0), ("⎦", 20, 17.6))
    join_pieces([found])
    assert [char["c"] for char in found["chars"]] == ["[", "[", "]"]


def test_a_brace_that_lies_is_one_sign_and_loose_pieces_are_none() -> None:
    found = span(("╰", 0, 50), ("╮", 14, 50), ("╭", 21, 50), ("╯", 35, 50), ("╭", 0, 90))
    join_pieces([found])
    (char,) = found["chars"]
    assert (char["c"], char["bbox"][0], char["bbox"][2]) == ("⏟", 0, 42)
