from __future__ import annotations

import pytest

from docparse.model.qwen.drafts import TextDrafter, html_text, layer_text
from docparse.model.qwen.vocabulary import Vocabulary
from docparse.schemas.page import Word

LAYER = (
    "Page 3 The quick brown fox jumps over the lazy dog, and the dog does not mind at all. The annual report of the "
    "company shows other income of the dog. Total 12 Other income 7 in all"
)
HTML = (
    '<html><body>\n<p data-bbox="88 140 702 200">The quick brown fox jumps over the lazy dog, and the dog does not '
    'mind at all.</p>\n<p data-bbox="88 214 702 260">The annual report of the company shows other income of the '
    "dog.</p>\n"
)


def replay(drafter: TextDrafter, script: list[int], limit: int) -> tuple[int, int]:
    """(steps, tokens drafted) to write `script`."""
    at = steps = drafted = 0
    while at < len(script):
        draft = drafter.propose(limit) if at else []
        assert len(draft) <= limit
        held = 0
        while held < len(draft) and at + held < len(script) and draft[held] == script[at + held]:
            held += 1
        written = script[at : at + held + 1]
        drafter.extend(written)
        at, steps, drafted = at + len(written), steps + 1, drafted + len(draft)
    return steps, drafted


@pytest.mark.parametrize("limit", [1, 4, 8])
def test_a_born_digital_page_takes_far_fewer_steps(vocabulary: Vocabulary, limit: int) -> None:
    script = vocabulary.encode(HTML)
    steps, drafted = replay(TextDrafter(layer_text(words(LAYER)), vocabulary), script, limit)
    assert steps < len(script) * {1: 0.8, 4: 0.65, 8: 0.6}[limit]
    assert drafted < 1.5 * len(script)


def test_a_text_that_has_nothing_to_do_with_the_page(vocabulary: Vocabulary) -> None:
    script = vocabulary.encode("zzz yyy xxx www vvv uuu ttt sss rrr qqq ppp")
    steps, drafted = replay(TextDrafter(layer_text(words(LAYER)), vocabulary), script, 8)
    assert steps <= len(script)
    assert drafted <= 2 * len(script)


def test_drafts_follow_the_order_of_the_text(vocabulary: Vocabulary) -> None:
    text = " one two three one two four one two five"
    drafter = TextDrafter(text, vocabulary)
    followers = []
    for _ in range(3):
        drafter.extend(vocabulary.encode(" one two"))
        draft = drafter.propose(16)
        followers.append(vocabulary.text(draft)[0].split()[0])
        drafter.extend(vocabulary.encode(" " + followers[-1]))
    assert followers == ["three", "four", "five"]


def test_an_element_starts_with_the_next_words_without_their_blank(vocabulary: Vocabulary) -> None:
    drafter = TextDrafter(" the lazy dog. the end", vocabulary)
    drafter.extend(vocabulary.encode("<p>the lazy dog.</p>"))
    drafter.extend(vocabulary.encode('<p data-bbox="1">'))
    draft = drafter.propose(16)
    assert draft
    assert "the end".startswith(vocabulary.text(draft)[0])


def test_empty_text(vocabulary: Vocabulary) -> None:
    drafter = TextDrafter(layer_text([]), vocabulary)
    drafter.extend(vocabulary.encode("<p"))
    assert isinstance(drafter.propose(4), list)


def test_layer_text_joins_runs_of_one_word() -> None:
    box = (0.0, 0.0, 1.0, 1.0)
    run = [Word("x", box, space=False), Word("2", box), Word("is", box), Word("four", box)]
    assert layer_text(run) == " x2 is four"


def test_html_text() -> None:
    assert html_text('<p data-bbox="1 2 3 4">a &amp; b</p>\n<td>c</td><td>d</td>') == " a & b c d"


def words(text: str) -> list[Word]:
    return [Word(word, (0.0, 0.0, 1.0, 1.0)) for word in text.split()]
