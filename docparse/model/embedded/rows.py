"""Pieces of one row that read as one line although a wide gap parts them: list markers, numbers of headings and of
code lines, labels of forms and captions, contents pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

from docparse.model.embedded.captions import is_label
from docparse.model.embedded.formula import is_number
from docparse.model.embedded.line_ends import KIND
from docparse.model.embedded.lines import Line, line_of
from docparse.model.embedded.lists import BULLETS, follows, read_marker
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.script import is_cjk
from docparse.schemas.page import Word, WordStyle

_MARKER = re.compile(
    rf"[{BULLETS}\ufffd–—−\u2010*-]|"
    r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\[\d{1,3}\]|[①-⑳]"
)
_SECTION = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){1,4}\.?")
_PLAIN = re.compile(r"\d{1,4}")
_HEAD_NUMBER = re.compile(r"(?:\d{1,3}|[A-Z])(?:\.\d{1,3}){0,4}\.?|[IVX]{1,5}\.?")
_RUN_IN_EM = 2.5
_HEAD_EM, _LABEL_EM, _INDENT_EM = 3.5, 3.0, 24.0
_LEAST_CODE, _CODE_SHARE = 3, 0.6
_LEAST_ENTRIES, _TAB_EM, _APART = 4, 1.6, 4.0
_NUMBER = re.compile(r"[-+−(]?[$€£¥]?\s?\d[\d.,\s%]*\)?\s?(?:[$€£¥]|EUR|USD)?|[ivxlcIVXLC]{1,6}")
_DATE = re.compile(r"(?:[^\W\d]{3,9}\.?,?\s|\d{1,2}[./\s]){0,2}(?:19|20)\d\d(?:\s?[-–—/]\s?[\w./ ]{1,16})?")
_DATES, _DATE_EM = 2, 3.0  # dates under one another, and the blank before one
_NEAR_ROWS = 4  # rows before and after: those of neighbouring columns lie between
_PROSE_LETTERS = 20
_FULL_EM = 0.05  # to which the ends of justified lines are alike
_LABEL_WORDS, _FIELD_EM = 8, 18.0
_OPTION_WORDS, _NEXT_EM = 10, 1.5
_TO_LEADER_EM = 3.0  # from an entry of a contents page to the dots that lead to its number
_BOLD, _FIELD, _MONO = int(WordStyle.BOLD), int(WordStyle.FIELD), int(WordStyle.MONO)
_PART = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+ (?:[A-Z]|\d{1,2}|[IVXL]+)[.:]?")  # of a book
_LEADER = re.compile(r"(?:\.\s?){3,}|…{2,}|_{4,}")


def join_rows(lines: Sequence[Line]) -> list[Line]:
    """Lines with such pieces put together; the others as they were."""
    rows = _rows(lines)
    usual = median(line.size for line in lines) if lines else 1.0
    listing = _number_listings(rows)
    plain = _numbered_columns(rows)
    tabbed = _tabbed_rows(rows) | _dated_rows(rows)
    ends = _entry_ends(rows)
    result: list[Line] = []
    for r, row in enumerate(rows):
        current = row[0]
        below = rows[r + 1] if r + 1 < len(rows) else []
        near = rows[max(0, r - _NEAR_ROWS) : r + _NEAR_ROWS + 1]
        around = [line for other in near if other is not row for line in other]
        for place, nxt in enumerate(row[1:], 1):
            if id(row[place - 1]) in ends:  # the page of an entry: what follows is another column's
                result.append(current)
                current = nxt
                continue
            label = _is_label(current, nxt, below) and not (_in_prose(current, around) and _in_prose(nxt, around))
            tab = (nxt is row[-1] and r in tabbed) or (id(nxt) in ends and len(current.plain) > 1)
            code = id(current) in listing and nxt.x0 - current.x1 < _INDENT_EM * nxt.size
            belongs = _belongs(current, nxt, plain, below) and not _ends_column(current, around)
            head = _is_numbered_head(current, nxt, usual) or _is_run_in(current, nxt, below)
            kind = nxt is row[-1] and KIND.fullmatch(nxt.plain) is not None
            if label or tab or code or head or belongs or kind:
                words = nxt.words + current.words if nxt.rtl and current.rtl else current.words + nxt.words
                current = line_of(words, nxt.rtl)
            else:
                result.append(current)
                current = nxt
        result.append(current)
    return result


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        if rows and line.baseline - rows[-1][0].baseline < 0.3 * min(line.size, rows[-1][0].size) + 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return rows


def _belongs(left: Line, right: Line, plain: set[int], below: Sequence[Line]) -> bool:
    em = max(left.size, right.size)
    gap = right.x0 - left.x1
    if gap < -0.3 * em or min(left.size, right.size) < 0.6 * em:
        return False
    if len(left.words) == 1 and gap < 5 * em:
        text = left.words[0].text
        numbered = id(left) in plain or _SECTION.fullmatch(text) is not None
        circle = text == "o" and is_mono_word(left.words[0]) and not is_mono_word(right.words[0])  # Word's bullet
        names = right.words[0].text[0].isalpha() or has_leader(right.plain)
        if circle or _MARKER.fullmatch(text) or (numbered and names):
            return True
    if _is_filled_in(left, right) or _are_options(left, right, below):
        return True
    if gap < 5 * em and left.size > 0.95 * em and _PART.fullmatch(left.plain) and has_leader(right.plain):
        return True  # "Appendix D   System routines ..... 63"
    if gap < _LABEL_EM * em and len(left.words) < 4 and is_label(left.plain):
        return True
    if gap < _TO_LEADER_EM * em and (led := _LEADER.match(right.plain)):
        number = right.plain[led.end() :]
        return not number or _NUMBER.fullmatch(number) is not None
    return _LEADER.search(left.plain[-12:]) is not None and _NUMBER.fullmatch(right.plain) is not None


def _is_numbered_head(left: Line, right: Line, usual: float) -> bool:
    """A number and the heading behind it, set alike and unlike the text."""
    if len(left.words) > 1 or not -0.3 * left.size < right.x0 - left.x1 < _HEAD_EM * left.size:
        return False
    cjk = any(map(is_cjk, right.plain))  # its fonts say little of their weight, and are scaled beside Latin ones
    names = [word for word in right.words if not is_mono_word(word)]  # those in typewriter type are never bold
    return (
        (cjk or left.bold in (right.bold, all(word.style & _BOLD for word in names)) or not names)
        and abs(left.size - right.size) < (0.12 if cjk else 0.05) * left.size
        and (left.bold or left.size > 1.12 * usual)
        and _HEAD_NUMBER.fullmatch(left.plain) is not None
        and any(map(str.isalpha, right.plain))
    )


def _are_options(left: Line, right: Line, below: Sequence[Line]) -> bool:
    """Answers to choose from, side by side: "(A) 3    (B) 4"; what goes on below is two columns, or captions."""
    if any(
        line.baseline - right.baseline < _NEXT_EM * right.size
        and line.x0 > right.x0 - right.size and read_marker(line.plain) is None
        for line in below
    ):  # fmt: skip
        return False
    if len(left.words) > _OPTION_WORDS or len(right.words) > _OPTION_WORDS or right.words[0].text[0].isdigit():
        return False
    one, other = read_marker(left.plain), read_marker(right.plain)
    if one is None or other is None or not one.ordered or not other.ordered:
        return False
    last = re.findall(r"\(?([A-Za-z])[.)]", left.plain)  # the left one may be two already
    return follows(last[-1] if last else one.key, other.key)


def _is_filled_in(left: Line, right: Line) -> bool:
    """A label and what was filled into its field."""
    if len(left.words) > _LABEL_WORDS or not right.words[0].style & _FIELD or left.words[-1].style & _FIELD:
        return False
    return right.x0 - left.x1 < _FIELD_EM * max(left.size, right.size)


def _is_label(left: Line, right: Line, below: Sequence[Line]) -> bool:
    """ "Date:    1 May": a form's label and its value, unless the label heads a column of its own."""
    em, led = max(left.size, right.size), right.words[0].text[0] in ":："
    if not (led or left.words[-1].text[-1] in ":：") or len(left.words) > 5 or len(right.words) > 24:
        return False
    if not 0 <= right.x0 - left.x1 < 14 * em or right.words[-1].text[-1] in ":：":
        return False
    if led:
        return True
    under = [line for line in below if line.x0 < left.x1 and left.x0 < line.x1 and line.y0 - left.y1 < 1.2 * em]
    return all(line.words[-1].text[-1] in ":：" or line.x1 > right.x0 for line in under)


def _in_prose(line: Line, around: Sequence[Line]) -> bool:
    """Whether a long line of text begins at the same edge right above or below: a column of running text."""
    return any(
        abs(other.x0 - line.x0) < 2 * line.size
        and len(other.plain) >= _PROSE_LETTERS
        and other.words[-1].text[-1] not in ":："
        and max(other.y0 - line.y1, line.y0 - other.y1) < 0.9 * line.size
        for other in around
    )


def _ends_column(line: Line, around: Sequence[Line]) -> bool:
    """Whether it is a number in brackets at the right edge of the text above or below, as those of formulas are."""
    reach = (0.15 if line.words[0].font else 0.7) * line.size  # what OCR read ends less exactly
    return is_number(line.plain) and any(
        abs(other.x1 - line.x1) < reach and len(other.plain) >= _PROSE_LETTERS and other.x0 < line.x0
        for other in around
    )


def _numbered_columns(rows: list[list[Line]]) -> set[int]:
    """Lone plain numbers that count up one by one down a left edge: "1  Smith J. …"."""
    last: dict[int, tuple[int, Line]] = {}
    found: set[int] = set()
    for row in rows:
        for line, nxt in itertools.pairwise(row):
            text = line.words[0].text
            if len(line.words) > 1 or not _PLAIN.fullmatch(text) or nxt.x0 - line.x1 > 4 * line.size:
                continue
            key = round(line.x1 / (1.2 * line.size))
            before = last.get(key) or last.get(key - 1) or last.get(key + 1)
            if before and int(text) == before[0] + 1:
                found |= {id(line), id(before[1])}
            last[key] = (int(text), line)
    return found


def _is_run_in(left: Line, right: Line, below: Sequence[Line]) -> bool:
    """A bold head at the start of the paragraph that it names: the next line runs on under both."""
    em, gap = left.size, right.x0 - left.x1
    if left.plain[-1] not in ".:" or len(left.words) > _LABEL_WORDS or not left.bold or right.bold:
        return False
    if not 0 < gap < _RUN_IN_EM * em or abs(right.size - em) > 0.05 * em or not right.plain[0].isalpha():
        return False
    return any(abs(line.x0 - left.x0) < em and line.x1 > right.x0 and line.y0 - left.y1 < em for line in below)


def _number_listings(rows: list[list[Line]]) -> set[int]:
    """Numbers of code lines: they count up at one edge, before monospaced text; here they become monospaced too."""
    runs: dict[int, list[tuple[Line, Word | None]]] = {}
    every: dict[int, list[tuple[Line, Word | None]]] = {}
    for row in rows:
        for i, line in enumerate(row[:3]):
            number = line.words[0]
            if not number.text.isdecimal() or len(number.text) > 4:
                continue
            after = line.words[1] if len(line.words) > 1 else row[i + 1].words[0] if i + 1 < len(row) else None
            key = round(number.bbox[2] / number.size)
            run = next((runs[k] for k in (key, key - 1, key + 1) if k in runs), [])
            if run and number.text == "1":
                run = []  # the next listing
            if not run or int(number.text) == int(run[-1][0].words[0].text) + 1:
                run.append((line, after))
                runs[key] = run
                every[id(run)] = run
    found: set[int] = set()
    for run in every.values():
        code = [is_mono_word(after) for _, after in run if after is not None]  # lines of listings may be empty
        if sum(code) < max(_LEAST_CODE, _CODE_SHARE * len(code)):
            continue
        for line, _ in run:
            line.words[0] = line.words[0]._replace(style=line.words[0].style | _MONO)
            found.add(id(line))
    return found


def _tabbed_rows(rows: list[list[Line]]) -> set[int]:
    """Rows of a text and a number whose right edges line up over neighbouring rows: contents pages, sums."""
    found: set[int] = set()
    previous: tuple[int, Line] | None = None
    for r, row in enumerate(rows):
        right = row[-1]
        alone = len(row) == 1 or (len(row) == 2 and _HEAD_NUMBER.fullmatch(row[0].plain) is not None)
        led = alone and _NUMBER.fullmatch(right.words[-1].text) is not None and has_leader(right.plain)
        if not led and (not _is_tabbed(row) or _has_neighbours_number(row, rows[max(0, r - 2) : r + 3])):
            continue
        aligned = previous is not None and abs(previous[1].x1 - right.x1) < 0.5 * right.size
        if aligned and previous is not None and right.baseline - previous[1].baseline < 4 * right.size:
            found |= {r, previous[0]}
        previous = (r, right)
    return found


def _has_neighbours_number(row: Sequence[Line], around: Sequence[Sequence[Line]]) -> bool:
    """Whether a text fills its column, as a line above or below does, and what follows numbers a formula of the next
    column."""
    text = row[-2]
    near = [line for other in around for line in other if line is not text and len(line.plain) >= _PROSE_LETTERS]
    return is_number(row[-1].plain) and any(
        abs(line.x0 - text.x0) < 2 * text.size and abs(line.x1 - text.x1) < _FULL_EM * text.size for line in near
    )


def _dated_rows(rows: list[list[Line]]) -> set[int]:
    """Rows of a text and, flush right, its date, where all lines between begin under the texts."""
    ends: dict[int, list[int]] = {}
    for r, row in enumerate(rows):
        if len(row) == 2 and row[1].x0 - row[0].x1 > _DATE_EM * row[1].size and _DATE.fullmatch(row[1].plain):
            ends.setdefault(round(row[1].x1 / row[1].size), []).append(r)
    found: set[int] = set()
    for group in ends.values():
        edge = min(rows[r][0].x1 for r in group)
        others = (line for r in range(group[0], group[-1] + 1) if r not in group for line in rows[r])
        if len(group) >= _DATES and all(line.x0 < edge for line in others):
            found.update(group)
    return found


def _entry_ends(rows: list[list[Line]]) -> set[int]:
    """Page numbers of a contents list with another column beside it: flush right under one another, never falling."""
    runs: dict[int, list[Line]] = {}
    for row in rows:
        for place, (text, line) in enumerate(itertools.pairwise(row), 2):
            number = line.words[0].text
            if (
                len(line.words) > 1
                or not number.isdecimal()
                or len(number) > 3
                or not any(map(str.isalpha, text.plain))
            ):
                continue
            if line.x0 - text.x1 < _TAB_EM * line.size or any(after.x0 - line.x1 < line.size for after in row[place:]):
                continue
            run = runs.setdefault(round(line.x1 / line.size), [])
            if run and (int(run[-1].plain) > int(number) or line.baseline - run[-1].baseline > _APART * line.size):
                run.clear()
            run.append(line)
    return {id(line) for run in runs.values() if len(run) >= _LEAST_ENTRIES for line in run}


def _is_tabbed(row: list[Line]) -> bool:
    """A text, with its number before it or not, and a number far behind."""
    texts = row[:-1]
    if len(texts) == 2 and len(texts[0].words) == 1 and _HEAD_NUMBER.fullmatch(texts[0].plain):
        texts = texts[1:] if row[-1].plain.isdecimal() else texts
    return len(texts) == 1 and len(texts[0].plain) > 1 and _NUMBER.fullmatch(row[-1].plain) is not None


def has_leader(text: str) -> bool:
    """Whether dots lead from an entry to its page number."""
    return _LEADER.search(text) is not None
