from __future__ import annotations

import itertools

import pytest

from docparse.model.qwen.loops import LoopWatch, cut_back
from docparse.model.qwen.vocabulary import Vocabulary

HEAD = '<html><body>\n<p data-bbox="1 2 3 4">The quick brown fox jumps over the lazy dog.</p>\n'
ROW = "<tr><td>Other income</td><td>7</td></tr>"


def watch(vocabulary: Vocabulary, html: str, layer: str | None = None) -> tuple[int | None, str]:
    """(characters written when the loop was seen, HTML cut back), or (None, all of it)."""
    loops = LoopWatch(vocabulary, None if layer is None else layer.split())
    tokens = vocabulary.encode(html)
    for number, token in enumerate(tokens):
        if loops.extend([token]):
            text, places = vocabulary.text(tokens[: number + 1])
            assert loops.keep is not None
            return len(text), cut_back(text, places[loops.keep])
    return None, html


def blocks(count: int, text: str = "The annual report of the company") -> str:
    return "".join(f'<p data-bbox="88 {90 + 30 * n} 700 {110 + 30 * n}">{text}</p>\n' for n in range(count))


def test_block_that_walks_down_the_page(vocabulary: Vocabulary) -> None:
    seen, kept = watch(vocabulary, HEAD + blocks(200))
    assert seen is not None
    assert seen < 3500
    assert kept == HEAD.rstrip() + "\n" + blocks(1).rstrip() + "</body></html>"


def test_token_in_a_text(vocabulary: Vocabulary) -> None:
    seen, kept = watch(vocabulary, HEAD + '<p data-bbox="1 2 3 4">the dog ' + "the " * 500, "the dog")
    assert seen is not None
    assert seen < 600
    assert kept.startswith(HEAD + '<p data-bbox="1 2 3 4">the dog the')
    assert kept.endswith("</p></body></html>")
    assert len(kept) < len(HEAD) + 60


def test_table_rows(vocabulary: Vocabulary) -> None:
    table = '<table data-bbox="1 2 3 4"><tr><td>Total</td><td>12</td></tr>'
    seen, kept = watch(vocabulary, HEAD + table + ROW * 300, "Total 12 Other income 7")
    assert seen is not None
    assert kept == HEAD + table + ROW + "</table></body></html>"


def test_a_table_with_200_equal_rows_in_the_text_layer_is_no_loop(vocabulary: Vocabulary) -> None:
    html = HEAD + "<table>" + ROW * 200 + "</table></body></html>"
    assert watch(vocabulary, html, "Other income 7 " * 200) == (None, html)


def test_real_rows_are_kept_when_the_loop_goes_beyond_them(vocabulary: Vocabulary) -> None:
    seen, kept = watch(vocabulary, HEAD + "<table>" + ROW * 400, "Other income 7 " * 50)
    assert seen is not None
    assert 48 <= kept.count("<tr>") <= 50


def test_without_a_text_layer_more_copies_are_borne(vocabulary: Vocabulary) -> None:
    html = HEAD + "<table>" + ROW * 9 + "</table>"
    assert watch(vocabulary, html)[0] is None
    assert watch(vocabulary, HEAD + "<table>" + ROW * 40)[0] is not None


def test_empty_rows_of_a_form(vocabulary: Vocabulary) -> None:
    html = "<table>" + "<tr><td></td><td></td><td></td></tr>" * 40 + "</table>"
    assert watch(vocabulary, html)[0] is None
    assert watch(vocabulary, "<table>" + "<tr><td></td><td></td></tr>" * 400)[0] is not None


def test_running_text_is_no_loop(vocabulary: Vocabulary) -> None:
    parts = ["the dog", "the fox", "the company", "other income", "the annual report"]
    text = " and ".join(" ".join(order) for order in itertools.permutations(parts, 4))
    assert watch(vocabulary, f"<p>{text}</p>", text)[0] is None


def test_many_tokens_at_once(vocabulary: Vocabulary) -> None:
    tokens = vocabulary.encode(HEAD + blocks(60))
    single, many = LoopWatch(vocabulary, []), LoopWatch(vocabulary, [])
    at = next(number for number, token in enumerate(tokens) if single.extend([token]))
    for start in range(0, len(tokens), 7):
        if many.extend(tokens[start : start + 7]):
            break
    assert many.keep == single.keep
    assert start <= at < start + 7


@pytest.mark.parametrize(
    ("html", "at", "kept"),
    [
        ("<p>good</p><p>bad bad bad</p><p>bad", 14, "<p>good</p>"),
        ("<p>good bad bad bad", 8, "<p>good </p>"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr><tr", 34, "<table><tr><td>a</td></tr></table>"),
        ('<p>good</p><p data-bbox="1 2', 20, "<p>good</p>"),
        ("plain text over and over", 11, "plain text "),
        ('<div class="a"><img src="x"/><p>a</p><p>b</p>', 29, '<div class="a"><img src="x"/></div>'),
    ],
)
def test_cut_back(html: str, at: int, kept: str) -> None:
    assert cut_back(html, at) == kept
