"""Text set flush at both edges: which of its lines end where they had to."""

from __future__ import annotations

import pytest

from docparse.schemas.document import Paragraph
from docparse.schemas.page import WordStyle
from tests.embedded.typeset import LOREM, Sheet

MONO = int(WordStyle.MONO)


def _flush(sheet: Sheet, y: float, text: str, x0: float = 100, x1: float = 450, size: float = 10) -> None:
    """A line with its words spread between two edges."""
    first = len(sheet.words)
    end = sheet.put(x0, y, text, size)
    words = sheet.words[first:]
    gap = (x1 - end + 0.278 * size) / max(len(words) - 1, 1)
    for at, word in enumerate(words):
        left, top, right, bottom = word.bbox
        sheet.words[first + at] = word._replace(bbox=(left + at * gap, top, right + at * gap, bottom))


def _paragraphs(sheet: Sheet) -> list[str]:
    return [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]


def test_a_line_that_sticks_out_makes_no_others_short() -> None:
    sheet = Sheet()
    for at in range(7):
        _flush(sheet, 100 + 12 * at, " ".join(LOREM[at : at + 8]))
    _flush(sheet, 184, " ".join(LOREM[:10]), x1=490)
    sheet.put(100, 196, "and it ends here.")
    assert [text.count("\n") for text in _paragraphs(sheet)] == [0]


def test_three_dots_in_a_sentence_lead_to_no_page() -> None:
    sheet = Sheet()
    _flush(sheet, 100, "what is between begin and end ... and other commands such as this,")
    _flush(sheet, 112, "which have as many names as there are packages for them, stands in")
    sheet.put(100, 124, "one paragraph.")
    assert [text.count("\n") for text in _paragraphs(sheet)] == [0]


def test_entries_of_contents_stay_lines() -> None:
    sheet = Sheet()
    for at, entry in enumerate(("Of the names ... 12, 14", "Of the places ..... 20", "Of all others ... 31")):
        _flush(sheet, 100 + 12 * at, entry, x1=210)
    (text,) = _paragraphs(sheet)
    assert text.count("\n") == 2


def test_type_of_another_size_has_edges_of_its_own() -> None:
    sheet = Sheet()
    for at in range(4):
        _flush(sheet, 100 + 11 * at, " ".join(LOREM[at : at + 8]), 120, 430, 9)
    for at in range(4):
        _flush(sheet, 145 + 12 * at, " ".join(LOREM[at : at + 8]))
    assert [text.count("\n") for text in _paragraphs(sheet)] == [0, 0]


def test_lines_of_code_beside_prose_stay_lines() -> None:
    sheet = Sheet()
    for at in range(8):
        sheet.put(100, 100 + 12 * at, f"\\def\\name{'x' * (at % 3)}" + "{" + "\\other}", 10, "cour", MONO)
    for at in range(3):
        _flush(sheet, 200 + 12 * at, " ".join(LOREM[at : at + 8]))
    sheet.put(100, 236, "and it ends here.")
    assert [text.count("\n") for text in _paragraphs(sheet)] == [0]


def test_sentences_apart_in_two_lines_under_one_another_stay_in_their_lines() -> None:
    sheet = Sheet()
    for at in range(5):
        _flush(sheet, 100 + 12 * at, " ".join(LOREM[at : at + 8]))
    for at, gap in ((5, 15.0), (6, 16.0)):
        end = sheet.put(100, 100 + 12 * at, "and so we go on. ".strip())
        _flush(sheet, 100 + 12 * at, "Then we say what else there is to say", x0=end - 2.78 + gap)
        assert len({word.line for word in sheet.words if word.baseline == 100 + 12 * at}) == 2
    sheet.put(100, 184, "and it ends here.")
    (text,) = _paragraphs(sheet)
    assert "so we go on. Then we say what else there is to say and so we go on. Then we say" in text


def test_a_last_line_that_ends_just_short_of_the_edge_ends_its_paragraph() -> None:
    """The next word, a long one, would not have fitted; that the other lines reach the edge says that it had to."""
    sheet = Sheet()
    for paragraph, opening in enumerate(("Harbours", "Extraordinarily")):
        for at in range(3):
            _flush(sheet, 100 + 48 * paragraph + 12 * at, " ".join([opening, *LOREM[at : at + 7]][at > 0 :]))
        _flush(sheet, 136 + 48 * paragraph, " ".join(LOREM[3:10]) + ".", x1=430)
    texts = _paragraphs(sheet)
    assert [text.split()[0] for text in texts] == ["Harbours", "Extraordinarily"]


@pytest.mark.parametrize("tall", [True, False])
def test_a_bracket_that_holds_two_lines_apart_parts_no_sentence(tall: bool) -> None:
    """The line with the bracket stands lower than others do; without one it begins another paragraph."""
    sheet = Sheet()
    baselines = [100, 112, 124, 141, 153, 165]
    for at, baseline in enumerate(baselines):
        _flush(sheet, baseline, " ".join(LOREM[at : at + 8]))
    if tall:
        at = next(place for place, word in enumerate(sheet.words) if word.baseline == 141) + 3
        left, _, right, _ = sheet.words[at].bbox
        sheet.words[at] = sheet.words[at]._replace(text="(", bbox=(left, 127, right, 146))
    assert len(_paragraphs(sheet)) == (1 if tall else 2)


def test_an_address_that_sticks_out_in_typewriter_type_makes_no_others_short() -> None:
    sheet = Sheet()
    for at in range(8):
        _flush(sheet, 100 + 12 * at, " ".join(LOREM[at : at + 8]))
    sheet.put(
        100,
        196,
        "all of it stands at www.example.org/of/everything/that/there/is/to/be/found/anywhere.html",
        style=MONO,
    )
    sheet.put(100, 208, "and it ends here.")
    assert [text.count("\n") for text in _paragraphs(sheet)] == [0]


def test_a_sentence_goes_on_at_the_edge_from_a_full_indented_line() -> None:
    sheet = Sheet()
    sheet.put(100, 100, "Names of things")
    _flush(sheet, 112, "Returns: a thing that has been made of all the other things that there are in it", x0=116)
    _flush(sheet, 124, "and this is what it does with each of them while it is asked for more of the same", x0=116)
    _flush(sheet, 136, "as long as it can.", x0=100, x1=190)
    assert _paragraphs(sheet)[-1].endswith("more of the same as long as it can.")


def test_fields_of_a_form_stay_lines() -> None:
    sheet = Sheet()
    for at in range(9):
        _flush(sheet, 300 + 12 * at, " ".join(LOREM[at : at + 8]))
    for at, text in enumerate(("Purchase order:", "Time: 11:00 PM", "Appointment: No", "Description of it:")):
        _flush(sheet, 112 + 12 * at, text, x1=180)
    assert _paragraphs(sheet)[0] == "Purchase order:\nTime: 11:00 PM\nAppointment: No\nDescription of it:"
