"""Blocks of lines that hold a name and an address: under a heading such as "Bill to", or known by a postcode."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from docparse.geometry import Box, union
from docparse.invoices.labels import Label, Place
from docparse.invoices.text import Row, Sheet, squash
from docparse.invoices.vocabulary import column_labels, field_labels, line_labels, party_labels, words_of

_POSTCODE = re.compile(
    r"(?:^|(?<=[ ,]))(?:(?P<cc>[A-Z]{1,3})[ \-–]{1,2})?"
    r"(?P<code>\d{5}-\d{3}|\d{4}-\d{3}|\d{2}-\d{3}|\d{4}[ ]?[A-Z]{2}(?=[ ,])|\d{4,6})"
    r"[ ,]+(?P<city>[^\W\d][^\d\t]{1,40})"
)
_CITY_FIRST = re.compile(
    r"(?P<city>[^\W\d][^\d\t,]{1,30}?)[ ,]+(?:(?P<state>[A-Z]{2,3})[ ,.]+)?"
    r"(?P<code>\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[A-Z][ ]?\d[A-Z]\d|"
    r"(?<=[A-Z]{2}[ ])\d{4}|\d{6})(?=$|[ ,.])"
)
_STREET = re.compile(
    r"stra(?:ss|ß)e\b|str\.|\bstr\b|weg\b|platz\b|allee\b|gasse\b|ring\b|damm\b|ufer\b|chaussee|\brue\b|\bavenue\b|\bav\.|\bbd\b|"
    r"\bboulevard\b|\bchemin\b|\bplace\b|\bimpasse\b|\broute\b|\bquai\b|\bzone\b|\bzi\b|\bza\b|\bcalle\b|\bc/|\bavda\b|\bavenida\b|"
    r"\bplaza\b|\bpaseo\b|\bpol[ií]gono|\bvia\b|\bviale\b|\bpiazza\b|\bcorso\b|\blargo\b|\brua\b|\bpra[cç]a\b|straat\b|laan\b|"
    r"plein\b|gracht\b|kade\b|dijk\b|\bul\.|\bulica\b|\bal\.|\bstreet\b|\bst\b\.?|\broad\b|\brd\b|\blane\b|\bdrive\b|\bdr\b|\bjalan\b|"
    r"\bjln\b|\blot\b|\bno\.|\bblk\b|\bfloor\b|\bsuite\b|\bunit\b|\bp\.?o\.? ?box\b|\bpostfach\b|"
    r"\bboite postale\b|\bbp \d|\btaman\b|"
    r"\bway\b|\bcourt\b|\bsquare\b|\bpark\b",
    re.I,
)
_FOR_PERSON = re.compile(r"(?:z\. ?hd|attn|attention|c/o|t\.a\.v|à l['’]attention|all['’]attenzione|zu händen)", re.I)
_HOUSE = re.compile(
    r"^[^\d]{3,40}[ ,.]\d{1,5}[ ]?[a-zA-Z]?(?:[ /\-]\d+[a-z]?)?(?:$|[ ,])|^\d{1,5}[a-z]?(?:[ ,]|bis )[^\W\d].{3,}"
)
_CONTACT = re.compile(
    r"@|https?:|www\.|\btel\b|\bphone\b|\bfax\b|telefon|\bfon\b|\bmobil|✉|📞|📱|🌐|�|\+\d\d[ \d]", re.I
)
SENDER_MARKS = re.compile(r"[ ]*(?:●|•|·|\||–|—|[ ]-[ ]|/{1}|;|,)[ ]*")
_LINE_GAP = 1.9  # type sizes between the lines of a block
_WIDE_GAP = 3.4  # the same where an address is set in lines far apart


@dataclass(slots=True)
class Block:
    """Lines that belong together. `role` is seller, buyer, ship_to, payee or "" where no heading says it."""

    sheet: Sheet
    lines: list[Place]
    role: str = ""
    heading: Label | None = None
    postcode: int = -1  # index of the line with the postcode
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def bbox(self) -> Box:
        return union(line.span.bbox for line in self.lines)


@cache
def _forms() -> frozenset[str]:
    return frozenset(squash(form) for form in words_of("company_forms")["all"])


@cache
def _salutations() -> frozenset[str]:
    return frozenset(squash(word) for word in words_of("salutations")["all"])


def has_company_form(text: str) -> bool:
    """Does a name end in, or contain, a form of company (GmbH, S.A., Ltd)?"""
    words = [squash(word) for word in text.split()]
    return any(
        "".join(words[i:j]) in _forms()
        for i in range(len(words))
        for j in range(i + 1, min(len(words), i + 4) + 1)
        if i > 0
    )


def is_salutation(text: str) -> bool:
    """A line that only addresses ("Herrn", "z. Hd. Frau Muster", "Attn: …")."""
    words = text.split()
    return squash(text) in _salutations() or (len(words) < 8 and bool(_FOR_PERSON.match(text)))


def postcode_in(text: str) -> re.Match[str] | None:
    """A postcode with its town."""
    return _POSTCODE.search(text) or _CITY_FIRST.search(text)


def is_street(text: str) -> bool:
    return bool(_STREET.search(text) and any(c.isalpha() for c in text)) or bool(_HOUSE.match(text))


def is_contact(text: str) -> bool:
    return bool(_CONTACT.search(text))


def is_sender_line(text: str) -> bool:
    """Name, street and town in one line, as it stands above the window of an envelope and in the foot of a letter."""
    return len(SENDER_MARKS.split(text)) >= 3 and postcode_in(text) is not None


def labelled_block(label: Label) -> Block | None:
    """The lines under (or beside) a heading of a party."""
    role = label.names[0]
    if not _is_heading(label):
        return None
    first = label.hit.last
    if first < len(label.row.tokens) and re.match(r":?[\d./-]+$", label.row.tokens[first].text):
        return None  # "Customer: 4711"
    block = Block(label.sheet, _lines_below(label), role, label)
    if not block.lines or _starts_label(block.lines[0]):
        beside = _lines_beside(label)
        if beside:
            block.lines = beside
    return block if block.lines else None


def _is_heading(label: Label) -> bool:
    """Alone in its column, or with a colon; a word of a sentence is none."""
    row, hit = label.row, label.hit
    if not label.strong:
        return False
    after = hit.last
    if row.tokens[after - 1].text.endswith(":") or (after < len(row.tokens) and row.tokens[after].text == ":"):
        return True
    return after == len(row.tokens) or row.gaps[after]


def _lines_below(label: Label) -> list[Place]:
    x0, _, x1, y1 = label.span.bbox
    return gather(label.sheet, label.row.index + 1, x0, x1, y1, 14)


def _lines_beside(label: Label) -> list[Place]:
    row, first = label.row, label.hit.last
    while first < len(row.tokens) and row.tokens[first].text in (":", "-"):
        first += 1
    if first >= len(row.tokens):
        return []
    last = first + 1
    while last < len(row.tokens) and not row.gaps[last]:
        last += 1
    place = Place(row, first, last)
    box = place.span.bbox
    return [place, *gather(label.sheet, row.index + 1, box[0], box[2], box[3], 10)]


def gather(sheet: Sheet, start: int, x0: float, x1: float, bottom: float, most: int) -> list[Place]:
    """Lines that begin at `x0` below `bottom`, until a gap, another heading or the table of positions."""
    found: list[Place] = []
    for row in sheet.rows[start:]:
        size = max(token.size for token in row.tokens)
        if (
            row.top - bottom > (_LINE_GAP if found else 2.6) * max(size, 8.0 if sheet.height < 2000 else size)
            or len(found) >= most
        ):
            break
        if is_table_head(row):
            break
        place = _segment_at(row, x0, x1, size, strict=bool(found))
        if place is None:
            if row.tokens[0].bbox[0] > x0 and (not found or is_field_line(found[-1])):
                bottom = row.bottom  # the values of "Name: …" stand in a column of their own
            continue
        if party_heading(place):
            break
        found.append(place)
        bottom = max(token.bbox[3] for token in place.span.tokens)
        x1 = max(x1, place.span.bbox[2])
    return found


def _segment_at(row: Row, x0: float, x1: float, size: float, *, strict: bool) -> Place | None:
    for first, last in row.segments():
        left, right = row.tokens[first].bbox[0], row.tokens[last - 1].bbox[2]
        if abs(left - x0) < 1.6 * size or (not strict and left < x1 and right > x0 and abs(left - x0) < 12 * size):
            return Place(row, first, last)
        if strict and abs(right - x1) < 0.5 * size and left > x0 - 3 * size:  # flush right
            return Place(row, first, last)
    return None


def party_heading(place: Place) -> bool:
    """Does a line begin with a party's heading?"""
    hit = party_labels().at(place.row.tokens, place.first, place.last)
    if hit is None:
        return False
    tokens = place.row.tokens
    return hit.last == place.last or tokens[hit.last - 1].text.endswith(":") or tokens[hit.last].text == ":"


def _starts_label(place: Place) -> bool:
    hit = field_labels().at(place.row.tokens, place.first, place.last)
    return (hit is not None and hit.last - hit.first >= 1 and ":" in place.text) or party_heading(place)


def is_table_head(row: Row) -> bool:
    """Three heads of columns in one row."""
    found = {name for first, last in row.segments() for name in column_labels().names(row.span(first, last).text)[:1]}
    return len(found) >= 3


def is_field_line(line: Place) -> bool:
    """ "Number: 4711", or its first half with the value in the next column: no line of an address."""
    tokens = line.row.tokens
    if line.text.endswith(":") or (line.last < len(tokens) and tokens[line.last].text.startswith(":")):
        return True
    hit = field_labels().at(tokens, line.first, line.last)
    if hit is None:
        return bool(re.match(r"(?:Nummer|Number|Numéro|No|ID|Ref)\b[ .]*:", line.text))
    rest = tokens[hit.last : line.last]
    return not rest or ":" in line.text or any(char.isdigit() for token in rest for char in token.text)


def keyed_lines(block: Block) -> dict[str, list[Place]]:
    """Lines by their keys where a block is written as "Name: …", "Address: …" in two columns; else nothing."""
    keyed = [(line, line_labels().names(line.text.rstrip(": "))) for line in block.lines]
    values = [_value_of(line) for line, names in keyed if names]
    starts = [value.span.bbox[0] for value in values if value is not None]
    if len(starts) < 2:
        return {}
    x0 = min(starts)
    found: dict[str, list[Place]] = {}
    keys = {line.row.index: names[0] if names else "" for line, names in keyed}
    key = ""
    last = block.lines[-1].row.index
    for row in block.sheet.rows[block.lines[0].row.index : last + 2]:
        if row.index > last and any(
            first_x < x0 - 20 for first_x in (row.tokens[first].bbox[0] for first, _ in row.segments())
        ):
            break
        key = keys.get(row.index, key)
        for first, end in row.segments():
            if abs(row.tokens[first].bbox[0] - x0) < 2.0 * row.tokens[first].size:
                found.setdefault(key, []).append(Place(row, first, end))
    return found


def _value_of(line: Place) -> Place | None:
    """The run right of a key's column."""
    tokens = line.row.tokens
    first = line.last
    while first < len(tokens) and tokens[first].text == ":":
        first += 1
    if first >= len(tokens):
        return None
    last = first + 1
    while last < len(tokens) and not line.row.gaps[last]:
        last += 1
    return Place(line.row, first, last)


def address_blocks(sheet: Sheet) -> list[Block]:
    """Blocks around postcodes that no heading announces: lines above with the same left edge."""
    found: list[Block] = []
    for row in sheet.rows:
        for first, last in row.segments():
            place = Place(row, first, last)
            if len(place.text) > 60 or not postcode_in(place.text) or party_heading(place) or is_field_line(place):
                continue
            lines = _upwards(sheet, place)
            if len(lines) >= 2 and any(is_street(line.text) or re.search(r"\d", line.text) for line in lines[:-1]):
                box = place.span.bbox
                more = gather(sheet, row.index + 1, box[0], box[2], box[3], 8)
                found.append(Block(sheet, [*lines, *_same_pitch(lines, more)], postcode=len(lines) - 1))
    return found


def _same_pitch(lines: list[Place], more: list[Place]) -> list[Place]:
    """Lines below an address up to a gap wider than its own: there the next block begins."""
    pitch = max(lines[-1].row.top - lines[-2].row.top, lines[-1].span.tokens[0].size)
    kept: list[Place] = []
    above = lines[-1]
    for line in more:
        if line.row.top - above.row.top > 1.55 * pitch:
            break
        kept.append(line)
        above = line
    return kept


def _upwards(sheet: Sheet, place: Place) -> list[Place]:
    x0, top, x1, _ = place.span.bbox
    lines = [place]
    for row in reversed(sheet.rows[: place.row.index]):
        size = place.span.tokens[0].size
        if top - row.bottom > _WIDE_GAP * size or len(lines) >= 6:
            break
        line = _segment_at(row, x0, x1, size, strict=True)
        if line is None:
            continue
        wide = top - row.bottom > (_LINE_GAP - 0.4) * max(size, line.span.tokens[0].size)
        if wide and not (
            is_street(line.text) if len(lines) == 1 else is_street(lines[0].text) and not is_field_line(line)
        ):
            break
        if party_heading(line) or is_table_head(row) or is_sender_line(line.text):
            break
        sizes = line.span.tokens[0].size, lines[0].span.tokens[0].size
        if max(sizes) > 1.35 * min(sizes) and not (max(sizes) < 2.2 * min(sizes) and has_company_form(line.text)):
            break
        lines.insert(0, line)
        top = line.span.bbox[1]
    return lines
