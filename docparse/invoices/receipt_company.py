"""Who wrote out a slip: the name at its head, which may go over several lines."""

from __future__ import annotations

import re
import statistics

from docparse.invoices import blocks
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Row, Sheet, Sheets, Span
from docparse.invoices.title import is_title
from docparse.invoices.vocabulary import words_of

_REGISTRATION = re.compile(
    r"^\W*(?:\(?(?i:co\.?|company|reg|roc|gst|sst|tax|abn|uen)?[\s.:]*(?i:reg\.?|no\.?|id)?[\s.:]*)?"
    r"[\d\-A-Z]{0,4}\d{4,}[\dA-Z\- ]{0,8}\)?\W*$"
)
_IN_LINE = re.compile(
    r"\s*\(?(?:co\.? ?reg|reg\.? ?no|co\.? ?no|roc(?: no)?|company(?: reg)? no)?\.?\s?:?\s*\(?[A-Z]{0,2}\d[\dA-Z]{3,}"
    r"[- ]?[A-Z\d]?\)\s*$",
    re.I,
)
_OWNED = re.compile(r"^\W*(?:own(?:ed)?|operated|managed|run) by\b\s*:?\s*", re.I)
_NO_NAME = re.compile(
    r"\W*(?:date|time|table|cashier|welcome|thank|tel|doc|document|invoice|receipt|copy|reprint|duplicate)\b", re.I
)
_REGISTERED = re.compile(r"^\W*(?:co(?:mpany)?\.? ?(?:reg\w*\.? ?)?(?:no|id)\b|reg\w*\.? ?no|roc|gst|sst)\b", re.I)
_HEAD_ROWS = 14
_MOST_LINES = 3
_HEIGHTS = 1.5  # of two lines of one name, or so: the height of an OCR box depends on its letters and the slant
_PITCH = 2.1  # heights from one line of a name to the next
_FULL = 0.75  # of the slip's width: such a line goes on because there was no room
_LARGE = 1.15  # times the type of the slip: a headline


def read_company(sheets: Sheets, draft: Draft) -> int:
    """Put the name into the draft; index of its last row, -1 where there is none."""
    sheet = sheets.pages[0]
    found = [
        (score, index)
        for index, row in enumerate(sheet.rows[:_HEAD_ROWS])
        if (score := _score(sheet.rows, index, row)) > 0
    ]
    if not found:
        return -1
    _, index = max(found, key=lambda pair: (pair[0], -pair[1]))
    first, last = _whole_name(sheet, index)
    rows = sheet.rows[first : last + 1]
    text = _OWNED.sub("", " ".join(map(_text, rows)))
    name = _IN_LINE.sub("", text).strip() or text
    draft.put("company", Reading(name, tuple(_span(row) for row in rows), 2.0))
    draft.put("seller.name", draft.fields["company"])
    return last


def is_registration(text: str) -> bool:
    """A line with the number of a company or of its tax."""
    return bool(_REGISTRATION.match(text) or _REGISTERED.match(text))


def _text(row: Row) -> str:
    return row.text.replace("\t", " ")


def _span(row: Row) -> Span:
    return row.span(0, len(row.tokens))


def _is_name(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return not (
        letters < 3 or is_title(text) or is_registration(text) or blocks.is_contact(text) or _NO_NAME.match(text)
    )


def _score(rows: list[Row], index: int, row: Row) -> float:
    text = _text(row)
    if not _is_name(text):
        return 0.0
    score = 2.0 - 0.25 * index
    form = blocks.has_company_form(text) or _is_bare_form(text)
    score += 2.5 if form else 0.6 if _is_shop(text) else 0.0
    score -= 1.0 if blocks.is_street(text) and not form else 0.0
    score -= 1.0 if sum(map(str.isdigit, text)) > sum(map(str.isalpha, text)) / 2 else 0.0
    if index + 1 < len(rows):
        below = _text(rows[index + 1])
        score += 0.5 if is_registration(below) or (blocks.is_street(below) and not _is_name_of_shop(below)) else 0.0
    return score


def _is_bare_form(text: str) -> bool:
    """A line of no more than the form of the company: the rest of its name stands above."""
    return blocks.has_company_form(f"x {text}")


def _is_shop(text: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    return not words.isdisjoint(words_of("shops")["all"])


def _is_name_of_shop(text: str) -> bool:
    return blocks.has_company_form(text) or _is_shop(text)


def _whole_name(sheet: Sheet, index: int) -> tuple[int, int]:
    """First and last row of the name that row `index` is a line of."""
    first = last = index
    rows = sheet.rows
    while first > 0 and last - first + 1 < _MOST_LINES and _goes_on(sheet, first - 1, up=True):
        first -= 1
    while last + 1 < len(rows) and last - first + 1 < _MOST_LINES and _goes_on(sheet, last, up=False):
        last += 1
    return first, last


def _goes_on(sheet: Sheet, index: int, *, up: bool) -> bool:
    """Whether row `index` and the next one are lines of one name; looking up, the lower is known to be one."""
    upper, lower = sheet.rows[index], sheet.rows[index + 1]
    above, below = _text(upper), _text(lower)
    if not (_is_name(above) and _is_name(below) and _alike(upper, lower)) or _OWNED.match(below):
        return False
    if _IN_LINE.search(above) or any(map(str.isdigit, above if up else _IN_LINE.sub("", below))):
        return False
    if above.rstrip().endswith(("&", "-")) or re.match(r"\W*[&(]", below):
        return True
    if _is_incomplete(below):
        return not _ends_in_form(above) or _is_bare_form(below)
    if _ends_in_form(above) or blocks.is_street(above) or blocks.is_street(below):
        return False
    if up:
        return _is_full(sheet, upper, lower)
    closes = _is_name_of_shop(below) or _IN_LINE.search(below) is not None
    next_text = _text(sheet.rows[index + 2]) if index + 2 < len(sheet.rows) else ""
    return closes or is_registration(next_text) or _is_headline(sheet, lower)


def _ends_in_form(text: str) -> bool:
    words = _IN_LINE.sub("", text).split()
    return any(_is_bare_form(" ".join(words[-count:])) for count in (1, 2) if len(words) > count)


def _is_incomplete(text: str) -> bool:
    """The end of a name: its form with at most one word before it."""
    words = _IN_LINE.sub("", text).split()
    return any(len(words) <= count + 1 and _is_bare_form(" ".join(words[-count:])) for count in (2, 1))


def _alike(upper: Row, lower: Row) -> bool:
    """About as tall, one closely under the other, with one left edge or one middle.

    Heights, not type sizes: those of a slip's few large lines are set to that of its small print.
    """
    (a0, a_top, a1, a_end), (b0, b_top, b1, b_end) = upper.bbox, lower.bbox
    heights = sorted((a_end - a_top, b_end - b_top))
    aligned = min(abs(a0 - b0), abs(a0 + a1 - b0 - b1) / 2) < 1.2 * heights[1]
    return heights[1] < _HEIGHTS * heights[0] and b_top - a_top < _PITCH * heights[1] and aligned


def _size(row: Row) -> float:
    return statistics.median(token.size for token in row.tokens)


def _is_full(sheet: Sheet, upper: Row, lower: Row) -> bool:
    """Whether the next word would hardly have found room in the upper line."""
    left = min(row.bbox[0] for row in sheet.rows)
    right = max(row.bbox[2] for row in sheet.rows)
    word = lower.tokens[0].bbox
    return upper.bbox[2] - upper.bbox[0] + word[2] - word[0] > _FULL * (right - left)


def _is_headline(sheet: Sheet, row: Row) -> bool:
    return _size(row) > _LARGE * sheet.size
