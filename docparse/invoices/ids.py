"""IBANs, BICs, VAT ids, tax numbers and e-mail addresses: how they look, and whether their check digits hold."""

from __future__ import annotations

import re
from functools import cache

from docparse.invoices.labels import Label, Place
from docparse.invoices.reading import Reading
from docparse.invoices.text import Sheets, Span

_IBAN_LENGTHS = {
    pair[:2]: int(pair[2:])
    for pair in [
        "AD24", "AE23", "AL28", "AT20", "AZ28", "BA20", "BE16", "BG22", "BH22", "BR29", "BY28", "CH21", "CR22",
        "CY28", "CZ24", "DE22", "DK18", "DO28", "EE20", "EG29", "ES24", "FI18", "FO18", "FR27", "GB22", "GE22",
        "GI23", "GL18", "GR27", "GT28", "HR21", "HU28", "IE22", "IL23", "IQ23", "IS26", "IT27", "JO30", "KW30",
        "KZ20", "LB28", "LC32", "LI21", "LT20", "LU20", "LV21", "LY25", "MC27", "MD24", "ME22", "MK19", "MR27",
        "MT31", "MU30", "NL18", "NO15", "PK24", "PL28", "PS29", "PT25", "QA29", "RO24", "RS22", "SA24", "SC31",
        "SE24", "SI19", "SK24", "SM27", "ST25", "SV28", "TL23", "TN24", "TR26", "UA29", "VA22", "VG24", "XK20",
    ]
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Za-z0-9])(?:IBAN[ :]*)?(?P<iban>[A-Z]{2}[ ]?\d{2}(?:[ .]?[A-Z0-9]){10,30})(?![A-Za-z0-9])")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{4}[ ]?[A-Z]{2}[ ]?[A-Z0-9]{2}(?:[ ]?[A-Z0-9]{3})?(?![A-Z0-9])")
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}|[A-Za-z0-9._%+\-]+@localhost\S*")
_VAT = {
    "AT": r"U\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CHE": r"\d{9}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
    "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(?:\d{9}|\d{12})", "LU": r"\d{8}", "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}",
    "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}",
}  # fmt: skip
_VAT_RUN = re.compile(
    r"(?<![A-Za-z0-9])(?P<id>(?:AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)"
    r"(?:[ .\-]?[A-Z0-9]){2,14})(?![A-Za-z0-9])"
)
_BARE = re.compile(r"(?P<id>(?:[A-Z]{1,3}[ \-.]?)?\d(?:[ .\-/]?[A-Z0-9]){5,16}|[A-Z]\d{7,8}[A-Z0-9]?)(?![A-Za-z0-9])")
_TAX_NO = re.compile(r"\d[\d /.\-]{5,18}\d|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|\d{2,3}/\d{3,4}/\d{4,5}(?:/\d)?")


def compact(text: str) -> str:
    """Without blanks and marks, upper case."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def iban_is_valid(iban: str) -> bool:
    """Length of its country and mod-97."""
    text = compact(iban)
    if _IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def bic_is_valid(bic: str) -> bool:
    return re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", compact(bic)) is not None


def vat_looks_right(text: str) -> bool:
    """The shape of a European VAT id, with its country's letters."""
    value = compact(text)
    prefix = "CHE" if value.startswith("CHE") else value[:2]
    pattern = _VAT.get(prefix)
    return pattern is not None and re.fullmatch(pattern, value[len(prefix) :].removesuffix("MWST")) is not None


@cache
def vat_checksum(text: str) -> bool | None:
    """Whether the check digits hold; None where the country's are not known, or python-stdnum is not installed."""
    try:
        from stdnum.eu import vat
    except ImportError:
        return None

    value = compact(text)
    if value.startswith("CHE"):
        from stdnum.ch import vat as swiss

        return bool(swiss.is_valid(value if value.endswith("MWST") else value + "MWST"))
    if value.startswith("GB"):
        from stdnum.gb import vat as british

        return bool(british.is_valid(value))
    return bool(vat.is_valid(value)) if value[:2].lower() in {*vat.MEMBER_STATES, "el"} else None


def find_ibans(sheets: Sheets) -> list[Reading]:
    """Every IBAN of the document; valid ones score higher."""
    found = []
    for row in sheets.rows:
        for match in _IBAN.finditer(row.text):
            value, end = _trimmed(match["iban"])
            if value:
                start = match.start("iban")
                span = Span(row.page, tuple(row.between(start, start + end)))
                found.append(Reading.at(value, span, 2.0 if iban_is_valid(value) else 0.5))
    return found


def _trimmed(text: str) -> tuple[str, int]:
    """An IBAN cut to its country's length, with how many characters of the text it took; "" if it is none."""
    length = _IBAN_LENGTHS.get(text[:2])
    if length is None:
        return "", 0
    value = ""
    for at, char in enumerate(text, 1):
        if char not in " .":
            value += char
        if len(value) == length:
            return value, at
    return "", 0


def labelled_iban(label: Label, places: list[Place]) -> Reading | None:
    """The account number beside or under its label, also if it is broken into two lines or has a wrong length."""
    for rank, place in enumerate(places):
        text = compact(place.text)
        match = re.match(r"(?:IBAN:?)?([A-Z]{2}\d{2}[A-Z0-9]{8,30})", text)
        if match is None:
            continue
        value, span = match.group(1), place.span
        length = _IBAN_LENGTHS.get(value[:2], 0)
        if length and len(value) < length and rank + 1 < len(places):
            more = compact(places[rank + 1].text)
            if len(value) + len(more) == length and more.isalnum():
                value, span = value + more, span + places[rank + 1].span
        if length and len(value) > length:
            value = value[:length]
        return Reading.at(value, span, 3.0 if iban_is_valid(value) else 1.5)
    return None


def find_bic(places: list[Place]) -> Reading | None:
    for place in places:
        match = _BIC.match(place.text)
        if match is not None:
            return Reading.at(match.group().replace(" ", ""), place.part(match.start(), match.end()), 2.0)
        if re.fullmatch(r"[A-Z0-9]{8,12}", place.text.split()[0]) and place.text[:4].isalpha():
            first = place.text.split()[0]
            return Reading.at(first, place.part(0, len(first)), 1.0)
    return None


def find_vat_ids(sheets: Sheets) -> list[Reading]:
    """Everything that looks like a VAT id with its country, labelled or not."""
    found = []
    for row in sheets.rows:
        for match in _VAT_RUN.finditer(row.text):
            text = _longest_vat(match["id"])
            if text:
                span = Span(row.page, tuple(row.between(match.start(), match.start() + len(text))))
                found.append(Reading.at(compact(text), span, 1.0))
    return found


def _longest_vat(text: str) -> str:
    for end in range(len(text), 3, -1):
        if vat_looks_right(text[:end]) and text[end - 1].isalnum() and text[end : end + 1] in ("", " ", "-", "."):
            return text[:end]
    return ""


def labelled_vat(place: Place, score: float) -> Reading | None:
    """The id beside its label, with or without a country."""
    match = _VAT_RUN.match(place.text)
    if match is not None and (text := _longest_vat(match["id"])):
        return Reading.at(compact(text), place.part(0, len(text)), score + 1.0)
    match = _BARE.match(place.text)
    if match is None or len(compact(match["id"])) < 7:
        return None
    text = match["id"]
    head = text.split()[0]
    if len(compact(head)) >= 8:
        text = head
    return Reading.at(compact(text), place.part(0, len(text)), score)


def labelled_tax_no(place: Place, score: float) -> Reading | None:
    match = _TAX_NO.match(place.text)
    return None if match is None else Reading.at(match.group().strip(), place.part(0, match.end()), score)
