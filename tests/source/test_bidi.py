"""Runs of lines with right-to-left letters, as MuPDF hands out their characters."""

from typing import Any

import pytest

from docparse.source.bidi import has_rtl, rtl_runs, whole_lines


def span_of(*pieces: tuple[str, float]) -> dict[str, Any]:
    """Pieces of text that go left from an x, Latin ones and numbers right; each character is 6 wide, a mark 0."""
    chars = []
    for text, start in pieces:
        x = start
        right = text.isascii() and text.strip(" .") != ""
        for char in text:
            width = 0 if char == "ّ" else 6
            x0 = x if right or not width else x - width
            chars.append({"c": char, "bbox": (x0, 0, x0 + width, 12), "origin": (x0, 10), "synthetic": False})
            x = x0 + width if right else x0
    return {"font": "F", "size": 10.0, "color": 0, "flags": 0, "chars": chars}


def text_of(*pieces: tuple[str, float]) -> str:
    runs = rtl_runs([span_of(*pieces)])
    return "".join("".join(char["c"] for char in run.chars) + " " * run.space for run in runs).rstrip()


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([("شكل جديد", 100)], "شكل جديد"),
        # drawn as it stands on paper, from left to right: what follows the number, the number, what precedes it
        ([(" دول", 82), ("10", 82), (" ", 100), ("حدود", 124)], "حدود 10 دول"),
        ([(".", 76), ("فكل", 94)], "فكل."),
        ([(" دول", 76), ("٠٣", 88), (" ", 94), ("حدود", 118)], "حدود ٣٠ دول"),
        ([("دول", 70), ("حدود", 100)], "حدود دول"),  # a gap, no blank in the file
        # most of it runs to the right
        ([("The words ", 0), (" شكل جديد", 114), ("mean a new form", 114)], "The words شكل جديد mean a new form"),
        ([("٨١", 12), (" ", 18), ("title", 18)], "١٨ title"),
    ],
)
def test_runs_come_from_right_to_left(pieces: list[tuple[str, float]], text: str) -> None:
    assert text_of(*pieces) == text


def test_a_mark_drawn_with_the_next_run_goes_to_its_letter() -> None:
    span = span_of((".", 76), ("ّ", 76), ("كم", 88))
    assert text_of((".", 76), ("ّ", 76), ("كم", 88)) == "كمّ."
    assert span["chars"][1]["c"] == "ّ"


def test_letters_of_a_ligature_are_turned_into_their_order() -> None:
    span = span_of(("كات", 100))
    alef = span["chars"][1]  # no width of its own, before the letter that has all of it
    alef["bbox"] = (94, 0, 94, 12)
    alef["origin"] = (94, 10)
    span["chars"][2] |= {"c": "ل", "bbox": (88, 0, 94, 12), "origin": (88, 10)}
    runs = rtl_runs([span])
    assert ["".join(char["c"] for char in run.chars) for run in runs] == ["كلا"]


def test_only_right_to_left_letters_need_it() -> None:
    assert has_rtl([span_of(("שלום", 100))])
    assert not has_rtl([span_of(("Word 10", 0)), span_of(("слово", 0))])


def test_letters_with_accents_put_on_them_are_told_apart() -> None:
    span = span_of(("∪a", 0))
    span["chars"][0]["c"] = "∪\u0307"
    assert not has_rtl([span])
    assert rtl_runs([span])


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([("שלום", 100), (".", 76), ("12", 52)], "שלום. 12"),
        # a sign left of a number follows it; a plus sign with nothing before it belongs to it
        ([("2024", 60), (",", 54), ("ביום", 120)], "ביום 2024,"),
        ([("+", 48), ("97", 54), ("טל", 100)], "טל +97"),
        ([("www", 20), (".", 44), ("site", 44), ("באתר החדש", 140)], "באתר החדש www.site"),
        # drawn as mirror images
        ([(")", 100), ("טיוטה", 100), ("(", 64)], "(טיוטה)"),
    ],
)
def test_signs_beside_numbers_and_words(pieces: list[tuple[str, float]], text: str) -> None:
    assert text_of(*pieces) == text


def test_a_line_of_a_right_to_left_page_is_read_from_its_right_end() -> None:
    span = span_of(("info", 20), ("דואר", 100))
    span["chars"][0:4] = span_of(("information", 2))["chars"]
    runs = rtl_runs([span], rtl_page=True)
    assert ["".join(char["c"] for char in run.chars) for run in runs] == ["דואר", "information"]


def test_letters_of_a_ligature_that_is_spelt_as_drawn_keep_their_order() -> None:
    span = span_of(("ثلاثاء", 100))
    for char in span["chars"][2:]:
        x0 = char["bbox"][0] + 6
        char["bbox"], char["origin"] = (x0, 0, x0 + 6, 12), (x0, 10)
    alef = span["chars"][2]
    alef["bbox"], alef["origin"] = (88, 0, 88, 12), (88, 10)
    assert ["".join(char["c"] for char in run.chars) for run in rtl_runs([span])] == ["ثلاثاء"]


def test_a_sign_far_from_its_word_does_not_stretch_it() -> None:
    span = span_of(("שלום וברכה", 160), (".", 26), ("ABC", 26), (" ", 50), ("Ltd", 50))
    span["chars"] = [char for char in span["chars"] if char["c"] != " " or char["origin"][0] < 60]
    runs = rtl_runs([span])
    assert [("".join(char["c"] for char in run.chars), run.space) for run in runs][-3:] == [
        ("ABC", True), ("Ltd", False), (".", True),
    ]  # fmt: skip


def test_lines_that_were_drawn_in_parts_are_whole() -> None:
    def line(*pieces: tuple[str, float]) -> dict[str, Any]:
        span = span_of(*pieces)
        boxes = [char["bbox"] for char in span["chars"]]
        bbox = (min(box[0] for box in boxes), 0, max(box[2] for box in boxes), 12)
        return {"dir": (1.0, 0.0), "spans": [span], "bbox": bbox}

    parts = [line(("שלום", 100), ("כהן", 60)), line((",", 64)), line(("123", 200))]
    whole = whole_lines(parts)
    assert [len(part["spans"]) for part in whole] == [2, 1]
    assert whole[0]["bbox"] == (42, 0, 100, 12)
