"""Dates as they are printed in eight languages; day and month order by evidence in the document."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from docparse.invoices.text import squash

Order = Literal["dmy", "mdy", ""]

_MONTHS = {
    1: "january janvier januar janner enero gennaio januari janeiro stycznia styczen jan ene gen sty",
    2: "february fevrier februar febrero febbraio februari fevereiro lutego luty feb fev fevr lut",
    3: "march mars marz maerz marzo maart marco marca marzec mar mrz mrt",
    4: "april avril abril aprile kwietnia kwiecien apr avr abr kwi",
    5: "may mai mayo maggio mei maio maja maj mag",
    6: "june juin juni junio giugno junho czerwca czerwiec jun giu cze",
    7: "july juillet juli julio luglio julho lipca lipiec jul juil lug lip",
    8: "august aout agosto augustus sierpnia sierpien aug ago sie",
    9: "september septembre septiembre settembre setembro wrzesnia wrzesien sep sept set wrz",
    10: "october octobre oktober octubre ottobre outubro pazdziernika pazdziernik oct okt ott out paz",
    11: "november novembre noviembre novembro listopada listopad nov lis",
    12: "december decembre dezember diciembre dicembre dezembro grudnia grudzien dec dez dic gru",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}

_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?:(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<s2>[ ]?[-/.][ ]?)(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}|\d{2})"
    r"|(?P<y3>(?:19|20)\d\d)年[ ]?(?P<m3>\d{1,2})月[ ]?(?P<d3>\d{1,2})日)(?![\d]|[.,/-]\d)"
)
_DAY_FIRST = re.compile(
    r"(?<![\w.,])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?:[ ]?[-/.]?[ ]?)(?:de |of )?(?P<month>[^\W\d_]{3,12})\.?,?"
    r"[ ]?[-/.']?[ ]?(?:de |del )?(?P<year>\d{4}|\d{2})(?![\d:.,]\d|\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<![\w])(?P<month>[^\W\d_]{3,12})\.?[ -]?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:,[ -]{0,2}|[ -]{1,2})(?P<year>\d{4})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text. `other` is its second reading (day and month changed places) where it has one.

    `mended`: it is one only with digits in the place of letters that OCR read.
    """

    value: datetime.date
    start: int
    end: int
    other: datetime.date | None = None
    mended: bool = False


_MISREAD = re.compile(
    r"(?<![^\W\d_])[\dOoQDIl|SBZ]{1,4}(?P<mark>[./-])[\dOoQDIl|SBZ]{1,2}(?P=mark)[\dOoQDIl|SBZ]{2,4}(?!\w)"
)
_MISREAD_MONTH = re.compile(r"(?<![^\W\d_])(?:0CT|0ct|N0V|N0v)(?![^\W\d_])")
_AS_DIGITS = str.maketrans("OoQDIl|SBZ", "0000111582")


def mend_digits(text: str) -> str:
    """The text with digits for the letters that OCR puts in their place within dates; it stays as long as it is."""
    text = _MISREAD_MONTH.sub(lambda match: match.group().replace("0", "O"), text)
    return _MISREAD.sub(lambda match: match.group().translate(_AS_DIGITS), text)


def find_read_dates(text: str, order: Order = "") -> Iterator[FoundDate]:
    """`find_dates` for a line that OCR read."""
    mended = mend_digits(text)
    for found in find_dates(mended, order):
        here = slice(found.start, found.end)
        yield replace(found, mended=True) if mended[here] != text[here] else found


def find_dates(text: str, order: Order = "") -> Iterator[FoundDate]:
    """Dates of a line from left to right; ambiguous ones by `order`, day first without one."""
    found = [*_numeric(text, order), *_named(text)]
    found.sort(key=lambda date: (date.start, -date.end))
    end = -1
    for date in found:
        if date.start >= end:
            yield date
            end = date.end


def date_order(texts: Iterable[str]) -> Order:
    """What dates with a day above 12 tell about the order in this document; "" if they do not."""
    votes = {"dmy": 0, "mdy": 0}
    for text in texts:
        for match in _NUMERIC.finditer(text):
            if match["a"] is None:
                continue
            a, b = int(match["a"]), int(match["b"])
            if a > 12 >= b:
                votes["dmy"] += 1
            elif b > 12 >= a:
                votes["mdy"] += 1
    if votes["dmy"] == votes["mdy"]:
        return ""
    return "dmy" if votes["dmy"] > votes["mdy"] else "mdy"


def _numeric(text: str, order: Order) -> Iterator[FoundDate]:
    for match in _NUMERIC.finditer(text):
        if match["y1"] or match["y3"]:
            key = "1" if match["y1"] else "3"
            value = _date(int(match["y" + key]), int(match["m" + key]), int(match["d" + key]))
            if value is not None:
                yield FoundDate(value, match.start(), match.end())
            continue
        year, a, b = _year(match["y2"]), int(match["a"]), int(match["b"])
        day_first, month_first = _date(year, b, a), _date(year, a, b)
        first, second = (month_first, day_first) if order == "mdy" else (day_first, month_first)
        value = first or second
        if value is not None:
            other = second if first is not None and second != first else None
            yield FoundDate(value, match.start(), match.end(), other)


def _named(text: str) -> Iterator[FoundDate]:
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = _MONTH_OF.get(squash(match["month"]))
            value = _date(_year(match["year"]), month, int(match["day"])) if month else None
            if value is not None:
                yield FoundDate(value, match.start(), match.end())


def _year(text: str) -> int:
    year = int(text)
    return year + (2000 if year < 70 else 1900) if len(text) == 2 else year


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        value = datetime.date(year, month, day)
    except ValueError:
        return None
    return value if 1970 <= year <= 2100 else None
