"""What kind of paper it is, by its title; and the number that stands beside the title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from docparse.invoices.dates import find_dates
from docparse.invoices.labels import Label as PlacedLabel
from docparse.invoices.labels import Place, below
from docparse.invoices.reading import Reading
from docparse.invoices.text import Row, Sheet, Sheets
from docparse.invoices.vocabulary import Hit, Vocabulary, words_of

IDENTIFIER = re.compile(r"[^\W_](?:[\w./\-–#]*[\w])?")
_AFTER_TITLE = re.compile(
    r"^(?:[ ]*\([^)\t]*\))?(?P<words>[ \t]*(?:[^\W\d]+[ .:]+){0,3}?)?"
    r"(?P<mark>[ \t]*(?:\b(?i:Nr|No|N|Num|Number|Nummer|Numero|Número|Numéro|Numer|Nro|ID)\b[.°º:]*|(?i:N)[°º]|№|#)+"
    r"[ \t:]*)?"
    r"[ \t]*:?[ \t]*(?P<id>(?:[A-Z]{1,4}[ ])?[^\s\t,;]*\d[^\s\t,;]*)"
)
_MARK = re.compile(r"^(?:Nr|No|N[°º]|№|#|Num)\.?[ ]?:?[ ]?", re.I)
_HEAD_SHARE = 0.62  # titles stand in the upper part of a page


@dataclass(frozen=True, slots=True)
class Title:
    """A title in a row, with its UNTDID 1001 code ("receipt", "other" for papers that are no invoices)."""

    code: str
    row: Row
    sheet: Sheet
    first: int
    last: int
    score: float
    text: str


@cache
def _titles() -> Vocabulary:
    table = {code: {"all": phrases} for code, phrases in words_of("titles").items()}
    return Vocabulary({**table, "other": words_of("not_invoices")})


def find_titles(sheets: Sheets) -> list[Title]:
    """Titles, the likeliest first: large, bold, alone in their column, near the top."""
    found = []
    for sheet in sheets.pages:
        for row in sheet.rows:
            for first, last in row.segments():
                title = _title_in(sheet, row, first, last)
                if title is not None:
                    found.append(title)
    return sorted(found, key=lambda title: -title.score)


def _title_in(sheet: Sheet, row: Row, first: int, last: int) -> Title | None:
    hit = None
    for start in range(first, min(first + 3, last)):
        hit = _titles().at(row.tokens, start, last) or _compound(row, start)
        if hit is not None:
            break
    if hit is None:
        return None
    token = row.tokens[hit.first]
    rest = row.text[row.starts[hit.last - 1] + len(row.tokens[hit.last - 1].text) :]
    score = 2.0 * max(0.0, token.size / sheet.size - 1.0) + 0.5 * token.bold
    score += 1.0 if hit.last == last else 0.0
    score += 1.0 if hit.first == first else -1.0
    score += 1.0 if token.text.isupper() else 0.0 if token.text[:1].isupper() else -2.5
    score += 1.0 if re.match(r"[ ]?(?:\([^)]*\))?[ ]?\S{0,12}[ ]?\S*\d", rest) else 0.0
    score -= 3.0 * max(0.0, row.top / max(sheet.height, 1.0) - _HEAD_SHARE)
    score -= 0.15 * max(0, last - hit.last - 3) + (1.0 if sheet.number > 1 else 0.0)
    name = hit.names[0]
    return Title(name, row, sheet, hit.first, hit.last, score, row.span(hit.first, hit.last).text)


def _compound(row: Row, place: int) -> Hit | None:
    """German and Dutch invoices of every sort end in the same word."""
    key = row.tokens[place].key
    for ending, code in (("gutschrift", "381g"), ("rechnung", "380"), ("factuur", "380"), ("rekening", "380")):
        if key.endswith(ending) and len(key) < 32 and key not in {"abrechnung", "berechnung", "anrechnung"}:
            return Hit((code,), place, place + 1, key)
    return None


def numbers_of(title: Title) -> list[Reading]:
    """Readings of the number that stands after a title, or under it."""
    row = title.row
    end = row.starts[title.last - 1] + len(row.tokens[title.last - 1].text)
    match = _AFTER_TITLE.match(row.text[end:])
    found = []
    if match is not None and looks_like_number(match["id"]):
        words = len((match["words"] or "").split())
        span_at = (end + match.start("id"), end + match.end("id"))
        value, tokens = _clean(match["id"]), tuple(row.between(*span_at))
        score = 3.0 + (1.5 if match["mark"] else 0.0) - 0.8 * words + 0.3 * title.score
        from docparse.invoices.text import Span

        if match["mark"] or words == 0:
            found.append(Reading.at(value, Span(row.page, tokens), score))
    label = PlacedLabel(Hit(("number",), title.first, title.last, ""), row, title.sheet, True)
    for place in below(label, 1):
        mark = _MARK.match(place.text)
        text = place.text[mark.end() :] if mark else place.text
        identifier = re.match(r"\S+", text)
        if mark and identifier and looks_like_number(identifier.group()):
            offset = mark.end()
            found.append(_at(place, offset, offset + identifier.end(), 3.5 + 0.3 * title.score))
    return found


def _at(place: Place, start: int, end: int, score: float) -> Reading:
    return Reading.at(_clean(place.text[start:end]), place.part(start, end), score)


def _clean(text: str) -> str:
    return text.strip(".,;:()[]#*'\"„“ ")


def looks_like_number(text: str) -> bool:
    """Could this be the number of an invoice: has a digit, is no date, amount or percentage."""
    text = _clean(text)
    if not any(char.isdigit() for char in text) or not 1 <= len(text) <= 40 or "@" in text or "%" in text:
        return False
    dates = list(find_dates(text))
    if dates and dates[0].end - dates[0].start >= len(text) - 1:
        return False
    return re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*[.,]\d\d", text) is None and "€" not in text


def is_title(text: str) -> bool:
    """Is a whole line the title of a paper?"""
    return bool(_titles().names(text)) or bool(
        re.fullmatch(r"(?i)\w*(?:rechnung|factuur|invoice|facture)", text.strip())
    )
