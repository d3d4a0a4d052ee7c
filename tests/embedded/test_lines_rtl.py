"""Lines that run from right to left."""

from docparse.model.embedded.joining import line_text
from docparse.model.embedded.lines import make_lines
from docparse.model.embedded.lists import read_marker
from docparse.schemas.page import Word


def _word(text: str, x0: float, x1: float, *, space: bool = True) -> Word:
    return Word(text, (x0, 100, x1, 112), 10.0, "Arabic", baseline=110.0, line=0, space=space)


def test_words_run_from_right_to_left_but_for_numbers_and_latin_words() -> None:
    words = [
        _word("شكل", 250, 280),
        _word("12", 236, 247, space=False),
        _word(":", 233, 236),
        _word("Code", 205, 230),
        _word("My", 175, 202),
        _word("وجهان", 140, 172, space=False),
        _word(".", 137, 140),
    ]
    lines = make_lines(words)
    assert [line_text(line) for line in lines] == ["شكل 12: My Code وجهان."]
    assert (lines[0].x0, lines[0].x1) == (137, 280)


def test_a_number_right_before_an_arabic_word_marks_an_item() -> None:
    marker = read_marker("1.إصلاح الأعمدة")
    assert marker is not None
    assert (marker.mark, marker.text) == ("1.", "إصلاح الأعمدة")
    assert read_marker("1.abc") is None
