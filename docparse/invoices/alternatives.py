"""Another reading where check digits fail: the same id elsewhere on the page, or letters that OCR took for digits.

Every reading stands on the page, is flagged `alternative`, and holds by its own check digits; without one that does,
the printed value stays and its failed rule flags it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from docparse.invoices import ids
from docparse.invoices.labels import Place, below, beside, find_labels
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Row, Sheets
from docparse.invoices.vocabulary import field_labels

_DIGITS = str.maketrans({
    "O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1", "L": "1", "S": "5", "s": "5",
    "B": "8", "Z": "2", "z": "2", "G": "6", "b": "6", "T": "7", "g": "9", "q": "9",
})  # fmt: skip
_LETTERS = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"})
# n digits, a letters, c either; what follows country and, for IBANs, check digits
_BANK = {
    "AT": "n16", "BE": "n12", "BG": "a4n6c8", "CH": "n5c12", "CY": "n8c16", "CZ": "n20", "DE": "n18", "DK": "n14",
    "EE": "n16", "ES": "n20", "FI": "n14", "FR": "n10c11n2", "GB": "a4n14", "GR": "n7c16", "HR": "n17", "HU": "n24",
    "IE": "a4n14", "IT": "a1n10c12", "LT": "n16", "LU": "n3c13", "LV": "a4c13", "MT": "a4n5c18", "NL": "a4n10",
    "NO": "n11", "PL": "n24", "PT": "n21", "RO": "a4c16", "SE": "n20", "SI": "n15", "SK": "n20",
}  # fmt: skip
_VAT = {
    "AT": "a1n8", "BE": "n10", "BG": "n9", "CY": "n8a1", "CZ": "n8", "DE": "n9", "DK": "n8", "EE": "n9", "EL": "n9",
    "ES": "c1n7c1", "FI": "n8", "FR": "c2n9", "GB": "n9", "HR": "n11", "HU": "n8", "IT": "n11", "LT": "n9",
    "LU": "n8", "LV": "n11", "MT": "n8", "NL": "n9a1n2", "PL": "n10", "PT": "n9", "RO": "n8", "SE": "n12", "SI": "n8",
    "SK": "n10",
}  # fmt: skip
_SHARED = 0.6  # of the characters, from which on two ids are readings of one


def search_alternatives(sheets: Sheets, draft: Draft) -> None:
    """Put a reading with right check digits in the place of one without, or of none."""
    _search("iban", "iban", ids.iban_is_valid, repair_iban, sheets, draft)
    for role in ("seller", "buyer"):
        _search(f"{role}.vat_id", "vat_id", _vat_holds, repair_vat, sheets, draft)


def _vat_holds(text: str) -> bool:
    return ids.vat_looks_right(text) and ids.vat_checksum(text) is True


def _search(
    path: str, label: str, holds: Callable[[str], bool], repair: Callable[[str], str], sheets: Sheets, draft: Draft
) -> None:
    known = draft.fields.get(path)
    if known is not None and (holds(str(known.value)) or (label == "vat_id" and not _is_wrong(str(known.value)))):
        return
    taken = {str(reading.value) for name, reading in draft.fields.items() if name.endswith(label) and name != path}
    for reading in _readings(known, label, holds, repair, sheets):
        if reading.value not in taken:
            draft.put(path, reading)
            printed = f"printed {known.value}" if known is not None else f'printed "{reading.spans[0].text}"'
            draft.flag(path, "alternative", f"{printed}; the check digits hold for {reading.value}")
            return


def _is_wrong(vat_id: str) -> bool:
    """Check digits that are known and do not hold; a national number without a country says nothing."""
    return ids.compact(vat_id)[:2].isalpha() and ids.vat_checksum(vat_id) is False


def _readings(
    known: Reading | None, label: str, holds: Callable[[str], bool], repair: Callable[[str], str], sheets: Sheets
) -> Iterator[Reading]:
    if known is not None:
        yield from _elsewhere(str(known.value), label, holds, sheets)
        mended = repair(str(known.value)) if _from_ocr(known, sheets) else ""
        if mended:
            yield Reading(mended, known.spans, known.score, (known.value,))
    elif label == "iban":  # whose VAT id an unknown one is, nobody can tell
        for place in _labelled(label, sheets):
            mended = repair(place.text)
            if mended:
                yield Reading.at(mended, place.span, 1.0)


def _elsewhere(value: str, label: str, holds: Callable[[str], bool], sheets: Sheets) -> Iterator[Reading]:
    """The same id printed again, with right check digits."""
    find = ids.find_ibans if label == "iban" else ids.find_vat_ids
    for reading in find(sheets):
        other = str(reading.value)
        same = sum(a == b for a, b in zip(value, other, strict=False))
        if holds(other) and len(other) == len(value) and same >= _SHARED * len(value):
            yield reading


def _from_ocr(reading: Reading, sheets: Sheets) -> bool:
    """Only what OCR read can be misread: a text layer says what is printed."""
    ocr = {sheet.number for sheet in sheets.pages if sheet.ocr}
    return bool(reading.spans) and all(span.page in ocr for span in reading.spans)


def _labelled(name: str, sheets: Sheets) -> Iterator[Place]:
    """What stands beside and under the labels of a field, on pages that OCR read."""
    ocr = {sheet.number for sheet in sheets.pages if sheet.ocr}
    for label in find_labels(sheets, field_labels()):
        if label.names[:1] == (name,) and label.row.page in ocr:
            right = beside(label, len(label.row.tokens))
            if right is not None:
                yield _whole_row(label.row, right)
            yield from below(label)


def _whole_row(row: Row, place: Place) -> Place:
    """OCR's gaps between groups of digits are no columns."""
    return Place(row, place.first, len(row.tokens))


def repair_iban(text: str) -> str:
    """The IBAN that a misread one must be, letters and digits each in their places; "" if its check digits fail."""
    plain = _plain(text.removeprefix("IBAN"))
    country = plain[:2].upper()
    if country not in _BANK:
        return ""
    shape = f"n2{_BANK[country]}"
    value = _shaped(plain[2 : 2 + _length(shape)], shape)
    found = f"{country}{value}" if value else ""
    return found if found and ids.iban_is_valid(found) else ""


def repair_vat(text: str) -> str:
    """The same for a VAT id with its country's letters."""
    plain = _plain(text)
    country = plain[:2].upper()
    shape = _VAT.get(country)
    if shape is None or len(plain) - 2 != _length(shape):
        return ""
    value = _shaped(plain[2:], shape)
    return f"{country}{value}" if value and _vat_holds(f"{country}{value}") else ""


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9|]", "", text)


def _length(shape: str) -> int:
    return sum(int(count) for _, count in _parts(shape))


def _parts(shape: str) -> list[tuple[str, str]]:
    return re.findall(r"([nac])(\d+)", shape)


def _shaped(text: str, shape: str) -> str:
    """The text with digits where digits must stand and letters where letters must; "" if that can't be."""
    found, at = "", 0
    for kind, count in _parts(shape):
        part = text[at : at + int(count)]
        at += int(count)
        if kind == "n":
            part = part.translate(_DIGITS)
        elif kind == "a":
            part = part.upper().translate(_LETTERS)
        if len(part) != int(count) or not (part.isdigit() if kind == "n" else part.isalpha() or kind == "c"):
            return ""
        found += part.upper()
    return found
