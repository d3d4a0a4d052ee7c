"""Drawings of few strokes, and plots on pages of their own."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.embedded.figures import Figure, find_figures
from docparse.schemas.page import PageImage, Rule, Shape, Word

CUBE = (
    Rule((60, 270, 60, 330), False, 1), Rule((60, 270, 180, 270), True, 1), Rule((60, 330, 180, 330), True, 1),
    Rule((180, 270, 180, 330), False, 1), Rule((100, 240, 220, 240), True, 1), Rule((220, 240, 220, 300), False, 1),
)  # fmt: skip
EDGES = (Shape((60, 240, 100, 270), 1, False, 0), Shape((180, 240, 220, 270), 1, False, 0))


def figures(
    said: Sequence[tuple[str, float, float]], shapes: Sequence[Shape], rules: Sequence[Rule] = (), side: float = 595
) -> list[Figure]:
    words = [
        Word(word, (x + 30 * k, y - 9, x + 30 * k + 5 * len(word), y + 2), 10, "helv", baseline=y, line=i)
        for i, (text, x, y) in enumerate(said)
        for k, word in enumerate(text.split())
    ]
    page = PageImage(1, 588, 588, side, side, shapes=tuple(shapes), rules=tuple(rules))
    return find_figures(page, words, [], [], 10)


CORNERS = [("A", 50, 272), ("B", 184, 285), ("C", 224, 240), ("D", 92, 238), ("E", 50, 332)]


def test_slanted_lines_with_letters_at_their_corners_are_a_figure() -> None:
    (cube,) = figures([*CORNERS, ("Text elsewhere on the page", 60, 400)], EDGES, CUBE)
    assert sorted(word.text for word in cube.words) == ["A", "B", "C", "D", "E"]
    assert _holds(cube.bbox, (50, 229, 229, 334))


def test_strokes_without_letters_or_with_text_in_them_are_none() -> None:
    assert figures([("Text elsewhere on the page", 60, 400)], EDGES, CUBE) == []
    assert figures([*CORNERS, ("What a frame holds", 70, 300)], EDGES, CUBE) == []
    assert figures(CORNERS, [], CUBE) == []


def test_a_plot_on_a_page_of_its_own_is_all_that_the_page_says() -> None:
    curve = Shape((30, 10, 190, 150), 40, False, 0)
    numbers = [(str(n), 5, 150 - 30 * n) for n in range(5)] + [("π", 100, 170)]
    (plot,) = figures(numbers, [curve], side=200)
    assert plot.chart
    assert len(plot.words) == len(numbers)
    assert _holds(plot.bbox, (5, 10, 190, 172))
    assert figures([*numbers, ("These are words and no numbers at all", 20, 190)], [curve], side=200) == []


def _holds(box: Box, other: Box) -> bool:
    return box[0] <= other[0] and box[1] <= other[1] and box[2] >= other[2] and box[3] >= other[3]
