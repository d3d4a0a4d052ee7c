"""Lines that run from right to left."""

from docparse.model.embedded.joining import line_text
from docparse.model.embedded.lines import make_lines
from docparse.schemas.page import Word


def _word(text: str, x0: float, x1: float, line: int) -> Word:
    return Word(text, (x0, 100, x1, 112), 10.0, "Arabic", baseline=110.0, line=line)


def test_a_full_stop_joined_to_the_first_word_ends_the_line() -> None:
    words = [_word(".وجهان", 208, 278, 0), _word("أوزار", 245, 268, 1), _word("رجوعهم", 211, 242, 1)]
    lines = make_lines(words)
    assert [line_text(line) for line in lines] == ["وجهان أوزار رجوعهم."]
    assert (lines[0].x0, lines[0].x1) == (208, 278)
