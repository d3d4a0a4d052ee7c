"""Number, references and dates of an invoice."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from docparse.invoices.dates import FoundDate, date_order, find_dates, find_read_dates
from docparse.invoices.labels import Label, Place, below, beside, find_labels, stops
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Row, Sheet, Sheets, Span
from docparse.invoices.title import Title, find_titles, looks_like_number, numbers_of
from docparse.invoices.vocabulary import field_labels

_WEAK_DATES = frozenset(
    ("vom", "den", "le", "del", "von", "from", "to", "zdnia", "date", "data", "datum", "due", "fecha", "uiterlijk")
)
_US_STATE = re.compile(
    r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
    r"[ .,]{1,2}\d{5}(?:-\d{4})?\b"
)
_DATE_FIELDS = ("issue_date", "due_date", "delivery_date")
_DATE_LABELS = frozenset((*_DATE_FIELDS, "other_date"))
_REFERENCES = ("order_ref", "contract_ref", "preceding_ref", "payment_ref", "customer_id")
_PLACE = re.compile(r"[^\W\d]{3,}, (?:den|le|li|the|am|a|dnia)\s*$")
_MENDED = "letters of OCR read as digits"
_SENSIBLE_DAYS = range(0, 401)  # from issue to due date
_ID_RUN = re.compile(r"(?:[A-Za-z]{1,5}[ ])?\S*\d\S*")


class Facts:
    """Labels, titles and dates of the document, found once."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.labels = find_labels(sheets, field_labels())
        self.stops = stops(self.labels)
        self.titles = find_titles(sheets)
        self.order = date_order(row.text for row in sheets.rows)
        votes: Counter[str] = Counter()
        field_labels().vote([label.hit for label in self.labels if label.strong], votes)
        self.language = votes.most_common(1)[0][0] if votes else None
        if not self.order and self.language == "en" and _american(sheets):
            self.order = "mdy"

    def named(self, name: str) -> list[Label]:
        return [label for label in self.labels if name in label.names]

    def places(self, label: Label) -> list[Place]:
        """Where the label's value may stand, the likeliest first."""
        right = beside(label, self.stops[id(label)])
        return [*([right] if right else []), *below(label)]

    @property
    def title(self) -> Title | None:
        return next((title for title in self.titles if title.code != "receipt"), None)


def _american(sheets: Sheets) -> bool:
    """An address with a US state and ZIP code."""
    return any(_US_STATE.search(row.text) for row in sheets.rows)


def read_number(facts: Facts) -> list[Reading]:
    """Readings of the invoice number, the best first."""
    found: list[Reading] = []
    for label in facts.named("number"):
        for rank, place in enumerate(facts.places(label)):
            reading = read_identifier(place, 4.0 + 0.05 * len(label.hit.key) - 1.0 * rank - (not label.strong))
            if reading is not None:
                found.append(reading)
                break
    for title in facts.titles[:8]:
        if title.code != "other":
            found += numbers_of(title)
    return sorted(found, key=lambda reading: -reading.score)


def read_identifier(place: Place, score: float) -> Reading | None:
    """The identifier at the beginning of a run of words."""
    match = _ID_RUN.match(place.text)
    if match is None:
        return None
    text = match.group().rstrip(".,;:")
    if not looks_like_number(text):
        return None
    return Reading.at(text.strip("#()[]"), place.part(0, match.end()), score)


def read_references(facts: Facts, draft: Draft) -> None:
    """Order, contract, payment and other references."""
    for name in _REFERENCES:
        found = []
        for label in facts.named(name):
            if label.names[0] != name or not label.strong:
                continue
            for rank, place in enumerate(facts.places(label)[:2]):
                score = 1.0 + 0.05 * len(label.hit.key) - 0.5 * rank
                reading = _whole(place, score) if name == "payment_ref" else read_identifier(place, score)
                if reading is not None:
                    found.append(reading)
                    break
        if name != "customer_id":
            draft.put(name, best(found))
        else:
            draft.put("buyer.id", best(found))


def _whole(place: Place, score: float) -> Reading | None:
    """All of a short text with a digit in it: a payment reference may have words."""
    text = place.text.strip(" .")
    if len(text) > 40 or len(text.split()) > 5 or not any(char.isdigit() for char in text):
        return read_identifier(place, score)
    return Reading.at(text, place.span, score)


def read_dates(facts: Facts, draft: Draft) -> None:
    """Issue, due and delivery date: every date of the document goes to the label it belongs to."""
    found: dict[str, list[Reading]] = {name: [] for name in _DATE_FIELDS}
    titled = {
        (title.row.page, title.row.index + step): (2.5 if step == 0 else 0.5)
        for title in facts.titles[2::-1] for step in (-1, 1, 2, 0)
    }  # fmt: skip
    by_row: dict[int, list[Label]] = {}
    for label in facts.labels:
        by_row.setdefault(id(label.row), []).append(label)
    for sheet in facts.sheets.pages:
        for row in sheet.rows:
            find = find_read_dates if sheet.ocr else find_dates
            for when in find(row.text, facts.order):
                for name, score in _owners(facts, sheet, row, when, by_row, titled):
                    others = (when.other,) if when.other else ()
                    span = Span(row.page, tuple(row.between(when.start, when.end)))
                    note = _MENDED if when.mended else ""
                    found[name].append(Reading(when.value, (span,), score, others, note))
    for name in _DATE_FIELDS:
        draft.put(name, best(found[name]))
    _settle_order(draft, facts)
    _in_sequence(draft, found)
    for name in _DATE_FIELDS:
        reading = draft.fields.get(name)
        if reading is not None and reading.note == _MENDED:
            draft.flag(name, "alternative", f'OCR read "{reading.spans[0].text}"')


def _in_sequence(draft: Draft, found: dict[str, list[Reading]]) -> None:
    """An invoice that is due before it was issued, or years later: other dates that its labels may mean."""
    issue, due = draft.fields.get("issue_date"), draft.fields.get("due_date")
    if issue is None or due is None or _days(issue.value, due.value) in _SENSIBLE_DAYS:
        return
    pairs = [
        (one, other)
        for one in found["issue_date"]
        for other in found["due_date"]
        if _days(one.value, other.value) in _SENSIBLE_DAYS and one.spans != other.spans
    ]
    if not pairs:
        return
    first, second = max(pairs, key=lambda pair: pair[0].score + pair[1].score)
    for name, old, new in (("issue_date", issue, first), ("due_date", due, second)):
        if new.value != old.value:
            draft.put(name, new)
            draft.flag(name, "alternative", f"{old.value} is out of sequence")


def _owners(
    facts: Facts,
    sheet: Sheet,
    row: Row,
    when: FoundDate,
    by_row: dict[int, list[Label]],
    titled: dict[tuple[int, int], float],
) -> list[tuple[str, float]]:
    """(field, score) of the label that a date belongs to."""
    on_title = titled.get((row.page, row.index), 0.0)
    top = row.top / max(sheet.height, 1.0)
    label, distance = _label_before(row, when, by_row.get(id(row), []))
    if label is not None and distance <= 6:
        weak = label.hit.key in _WEAK_DATES
        score = 4.0 + 0.03 * len(label.hit.key) - 0.3 * distance - (2.0 + top if weak else 0.0) + on_title
        score += 1.5 if weak and _PLACE.search(row.text[: when.start]) else 0.0
        score -= 0.0 if label.strong else 1.0 if not weak or not on_title else 0.0
        names = [name for name in label.names if name in _DATE_LABELS]
        return [(name, score - 0.2 * rank) for rank, name in enumerate(names) if name != "other_date"]
    above = _label_above(sheet, row, when, by_row)
    if above is not None:
        name = next(name for name in above.names if name in _DATE_LABELS)
        return [] if name == "other_date" else [(name, 3.0 + 0.03 * len(above.hit.key))]
    if label is not None:
        return []
    score = min(on_title, 1.0) + (0.5 if top < 0.4 else 0.0) - 0.3 * (sheet.number - 1)
    alone = len(row.text) - (when.end - when.start) < 30
    return [("issue_date", score + (0.4 if alone else 0.0))] if score > 0 else []


def _label_before(row: Row, when: FoundDate, labels: list[Label]) -> tuple[Label | None, int]:
    """The nearest label of any kind left of a date, with the tokens between them; dates of another label end it."""
    first = next((place for place, at in enumerate(row.starts) if at + len(row.tokens[place].text) > when.start), 0)
    best_label, distance = None, 99
    for label in labels:
        if label.hit.last > first:
            continue
        names = set(label.names) & _DATE_LABELS
        gap = first - label.hit.last
        between = row.text[row.starts[label.hit.last - 1] + len(row.tokens[label.hit.last - 1].text) : when.start]
        if not names:
            if label.strong and gap <= 2 and "\t" not in between[1:]:
                best_label, distance = None, 99
            continue
        if any(char.isdigit() for char in between) and list(find_dates(between)):
            continue
        if between.count("\t") <= 1 and gap <= 8:
            best_label, distance = label, gap
    return best_label, distance


def _label_above(sheet: Sheet, row: Row, when: FoundDate, by_row: dict[int, list[Label]]) -> Label | None:
    tokens = row.between(when.start, when.end)
    x0, x1 = tokens[0].bbox[0], tokens[-1].bbox[2]
    for above in reversed(sheet.rows[max(0, row.index - 3) : row.index]):
        if row.top - above.bottom > 3.2 * tokens[0].size:
            return None
        for label in by_row.get(id(above), []):
            left, _, right, _ = label.span.bbox
            if not set(label.names) & _DATE_LABELS or not label.strong:
                continue
            if min(x1, right) - max(x0, left) > 0.3 * min(x1 - x0, right - left):
                return label
    return None


def _settle_order(draft: Draft, facts: Facts) -> None:
    """Day and month of ambiguous dates: as the document's other dates have them, and in a sensible sequence."""
    issue, due = draft.fields.get("issue_date"), draft.fields.get("due_date")
    if facts.order or issue is None or due is None or (not issue.others and not due.others):
        for name in _DATE_FIELDS:
            reading = draft.fields.get(name)
            if reading is not None and reading.others and not facts.order:
                draft.flag(name, "ambiguous_date", f"could be {reading.others[0]}")
        return
    pairs = [(a, b) for a in (issue.value, *issue.others) for b in (due.value, *due.others)]
    sensible = [(a, b) for a, b in pairs if _days(a, b) in range(0, 121)]
    if sensible and (issue.value, due.value) not in sensible:
        a, b = sensible[0]
        draft.put("issue_date", Reading(a, issue.spans, issue.score, tuple({issue.value, *issue.others} - {a})))
        draft.put("due_date", Reading(b, due.spans, due.score, tuple({due.value, *due.others} - {b})))


def _days(first: date, second: date) -> int:
    return (second - first).days
