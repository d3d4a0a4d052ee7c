"""Signs of mathematics in journals, from fonts whose glyphs are named after letters and figures.

Such a file says "ðxÞ ¼ 1" where "(x) = 1" is printed. Known here are (most signs as files show them; the other letters
of alphabets, of TeX's codes and of the numbers follow their order; "÷", "±", "°" and "′" by the keys of Mathematical
Pi are borne out by no file yet):

- MathTime, which has TeX's codes (Knuth, Computer Modern Typefaces); five of its glyphs have the names of a
  Macintosh's letters, the others that TeX numbers are C0 to C255. Arbortext calls its four fonts AdvP and a number;
- Mathematical Pi (Linotype), in Arbortext's fonts and in one of its own, by the keys that it lies on;
- Mathematical Pi whose glyphs are called H9251 or H11001, of which converters make the characters 9251 and 1001.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pymupdf

from docparse.schemas.page import Word
from docparse.source.tex_fonts import UNKNOWN

Char = dict[str, Any]
Line = dict[str, Any]
Span = dict[str, Any]
_Codes = Mapping[tuple[str, Any], Char]

_SIGNS = dict(zip("12345689#$,.<", "+−×÷=±°′≤≥<>≈", strict=True))
_SMALL = dict(zip("abcdefghijklmnoprstuvwxy", "αβγδεζηθιξκλμνοπρστυωφχψ", strict=True))
_CAPITAL = dict(zip("ABCDEFGHIJKLMNOPRSTUVWXY", "ΑΒΓΔΕΖΗΘΙΞΚΛΜΝΟΠΡΣΤΥΩΦΧΨ", strict=True))
_TABLES: Mapping[str, Mapping[str, str]] = {
    "AdvP414BFB": _SIGNS, "AdvP7DA6": _SIGNS, "AdvP7DB7": _SIGNS, "MathematicalPi-One": _SIGNS, "AdvP43B38B": _SMALL,
    "AdvP3EAA99": _CAPITAL | _SMALL, "AdvP40798": {"z": "+", "{": "−", "|": "×", "~": "=", '"': "¶"},
    "AdvP4980C": {"v": "<", "w": ">"}, "AdvP4068C": {"L": "∂"}, "AdvP435818": {"g": "∈"}, "AdvP49423E": {">": "≳"},
    "AdvP697C": {"æ": "⟩"}, "AdvPi1": {"*": "∼", ":": "≡", "?": "∞", "m": "μ", "{": "†"}, "AdvPi2": {"?": "→"},
    "AdvEls-ent5": {"1": "°"}, "AdvTA42": {"n": "*", "&": "©"}, "AdvT377": {"`": "‡"},
}  # fmt: skip
_PI, _SYMBOLS, _EXTENSION, _LETTERS, _ROMAN = "MathematicalPi", "MTSY", "MTEX", "MTMI", "MTGU"
_MATHTIME = {
    "AdvP4C4E74": _SYMBOLS, "AdvMacMthSyN": _SYMBOLS, "AdvP4C4E46": _EXTENSION, "AdvP4C4E51": _LETTERS,
    "AdvP4C4E59": _ROMAN,
}  # fmt: skip
_MACINTOSH = {"ð": "(", "Þ": ")", "¼": "=", "þ": "+", "½": "["}
_UNPAIRED = 0.2  # of the brackets: so many may have lost their other half
_CMSY = dict(
    enumerate(
        "−·×∗÷⋄±∓⊕⊖⊗⊘⊙○∘•" "≍≡⊆⊇≤≥⪯⪰∼≈⊂⊃≪≫≺≻" "←→↑↓↔↗↘≃⇐⇒⇑⇓⇔↖↙∝" "′∞∈∋△▽\u0338↦∀∃¬∅ℜℑ⊤⊥"
        "ℵABCDEFGHIJKLMNOPQRSTUVWXYZ∪∩⊎∧∨" "⊢⊣⌊⌋⌈⌉{}⟨⟩|‖↕⇕\\≀" "√⨿∇∫⊔⊓⊑⊒§†‡¶♣♢♡♠"
    )
) | {138: "]"}  # fmt: skip
_CMMI = dict(enumerate("ΓΔΘΛΞΠΣΥΦΨΩαβγδϵζηθικλμνξπρστυϕχψωεϑϖϱςφ")) | dict(
    zip(map(ord, ":;<=>@`~"), ".,</>∂ℓ\u20d7", strict=True)
)
_CMR = dict(zip((0x16, *map(ord, "^~_")), "¯ˆ˜˙", strict=True))
_CODES = {_SYMBOLS: _CMSY, _LETTERS: _CMMI, _ROMAN: _CMR}
_INTEGRAL = 0x5A  # TeX's code of what is called "ð" in the extension font
_BAR = "ffi"  # … and a piece of the bar over what a root is of
_NUMBER = re.compile(r"C(\d{1,3})")
_BLANK_EM = 0.2  # from a letter to a bracket, in sizes: as wide as a blank
_WIDE_EM = 0.5
_DIFFERENCE = re.compile(r"\d+|/[^\s/\[\]<>()]+")

_H = {
    **dict(enumerate("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", 9001)), **dict(enumerate("αβγδεζηθικλμνξοπρσςτυφχψω", 9251)),
    **dict(enumerate("+−×÷=±", 11001)), 9280: "ε", 11009: "∞", 11011: "∼", 11015: "≈", 11021: "<", 11022: ">",
    11032: "′", 11034: "°", 11349: "≤", 11350: "≥",
}  # fmt: skip
_H_NAMES = {f"H{number}": sign for number, sign in _H.items()}
_H_CHARS = {chr(number if number < 10_000 else number - 10_000): sign for number, sign in _H.items()}
_H_FONT = re.compile(r"Math\w*Pi|Universal\w*-?Greek")
# those of Cyrillic and Armenian, and the sign for a blank, are too usual to tell
_TELLING = frozenset("ðÞ¼þ") | {sign for sign in _H_CHARS if not "\u0400" <= sign < "\u0600"} - {"␣"}


def has_pi_signs(words: Sequence[Word]) -> bool:
    """Whether some words may be in such a font: of its name, or with characters that it has in place of signs."""
    fonts = {word.font for word in words}
    if not fonts.isdisjoint(_TABLES) or not fonts.isdisjoint(_MATHTIME) or any(map(_H_FONT.match, fonts)):
        return True
    return not _TELLING.isdisjoint("".join([word.text for word in words]))


def name_pi_signs(lines: Sequence[Line], coded: Sequence[Line], page: pymupdf.Page) -> bool:
    """The characters of "rawdict" lines named, in place, and whether there were any.

    `coded` are the same lines with codes for U+FFFD. Those of the extension font are left as that in `lines`, with
    TeX's code in `coded`: it hangs as TeX's does (tex_fonts).
    """
    fonts: dict[str, list[Span]] = defaultdict(list)
    for line in lines:
        for span in line["spans"]:
            fonts[span["font"]].append(span)
    codes = {(span["font"], char["origin"]): char for line in coded for span in line["spans"] for char in span["chars"]}
    found = False
    for font, spans in fonts.items():
        signs = Counter(char["c"] for span in spans for char in span["chars"] if char["c"] != " ")
        kind = _MATHTIME.get(font) or (_SYMBOLS if _is_mathtime(signs) else "")
        table = _TABLES.get(font, {})
        if not (kind or table or _H_FONT.match(font) or _is_numbered(signs)):
            continue
        found = True
        names = _names(page, font) if UNKNOWN in signs else {}
        for span in spans:
            if kind:
                _name_mathtime(kind, span, codes, names)
            else:
                _name_pi(table, span, codes, names)
            span["font"] = kind or _PI
    if found:
        for line in coded:
            for span in line["spans"]:
                span["font"] = _MATHTIME.get(span["font"], span["font"])
        _put_around(lines)
    return found


def _is_mathtime(signs: Counter[str]) -> bool:
    """Whether the characters of a font are those of MathTime's symbols: as many opening as closing brackets, or "=" and
    "+". Fonts that stand in for others have letters of Icelandic, or fractions."""
    if not signs.keys() <= _MACINTOSH.keys() | {UNKNOWN, "h", "i", "j", "f", "g"}:
        return False
    opening, closing = signs["ð"], signs["Þ"]
    paired = min(opening, closing) > 1 and abs(opening - closing) <= _UNPAIRED * opening
    return paired or (signs["¼"] > 0 and signs["þ"] > 0)


def _is_numbered(signs: Counter[str]) -> bool:
    """Whether all characters of a font are those of the numbers of its glyphs, some beyond doubt."""
    return signs.keys() <= _H_CHARS.keys() and not _TELLING.isdisjoint(signs)


def _name_pi(table: Mapping[str, str], span: Span, codes: _Codes, names: Mapping[int, str]) -> None:
    for char in span["chars"]:
        sign = char["c"]
        if sign == UNKNOWN:
            coded = codes.get((span["font"], char["origin"]), char)
            char["c"] = _H_NAMES.get(names.get(ord(coded["c"]), ""), UNKNOWN)
        else:
            char["c"] = table.get(sign) or _H_CHARS.get(sign, sign)


def _name_mathtime(kind: str, span: Span, codes: _Codes, names: Mapping[int, str]) -> None:
    if kind == _EXTENSION and _BAR in "".join([char["c"] for char in span["chars"]]):
        span["chars"] = []
    for char in span["chars"]:
        sign = char["c"]
        if sign == " " and not (kind == _EXTENSION and _is_bracket(char, span["size"])):
            continue
        coded = codes.get((span["font"], char["origin"]), char)
        code = _code(sign, names.get(ord(coded["c"]), ""))
        if kind == _EXTENSION:
            char["c"], coded["c"] = UNKNOWN, chr(code)
        else:
            char["c"] = _MACINTOSH.get(sign) or _CODES[kind].get(code, sign)


def _put_around(lines: Sequence[Line]) -> None:
    """Brackets drawn in one go behind what stands between them, put around it, in place."""
    drawn = [(line, span, char) for line in lines for span in line["spans"] for char in span["chars"]]
    order = list(range(len(drawn)))
    moved: dict[int, Line] = {}
    gone: set[int] = set()
    for at, (_, span, char) in enumerate(drawn):
        if span["font"] != _SYMBOLS or char["c"] not in "([":
            continue
        end = at + 1
        while end < len(drawn) and drawn[end][2]["c"] == " ":
            end += 1
        if end == len(drawn) or drawn[end][1]["font"] != _SYMBOLS or drawn[end][2]["c"] not in ")]":
            continue
        first, last = _inside(drawn, at, char, drawn[end][2], span["size"])
        if first == at:
            continue
        apart = char["bbox"][0] - drawn[first - 2][2]["bbox"][2]
        if first and drawn[first - 1][2]["c"] == " " and apart < _BLANK_EM * span["size"]:
            gone.add(first - 1)
        gone.update(range(at + 1, end))
        for place, to in ((at, order.index(first)), (end, order.index(last) + 2)):
            order.remove(place)
            order.insert(to, place)
            moved[place] = drawn[first][0]
    if not moved:
        return
    for line in lines:
        line["spans"] = []
    for place in order:
        line, span, char = drawn[place]
        line = moved.get(place, line)
        if place in gone:
            continue
        if not line["spans"] or line["spans"][-1]["from"] is not span:
            line["spans"].append({**span, "chars": [], "from": span})
        line["spans"][-1]["chars"].append(char)


def _inside(
    drawn: Sequence[tuple[Line, Span, Char]], at: int, opening: Char, closing: Char, size: float
) -> tuple[int, int]:
    """The first and the last of the characters drawn just before a bracket that stand between it and its other half."""
    first, last, place = at, at, at
    left, right, base = opening["bbox"][2], closing["bbox"][0], opening["origin"][1]
    while place:
        place -= 1
        char = drawn[place][2]
        if char["c"] == " ":
            continue
        if not left < (char["bbox"][0] + char["bbox"][2]) / 2 < right or abs(char["origin"][1] - base) > size:
            break
        first = place
        last = place if last == at else last
    return first, last


def _is_bracket(blank: Char, size: float) -> bool:
    """Whether a blank of the extension font is the largest "(", which has its code."""
    return not blank["synthetic"] and blank["bbox"][2] - blank["bbox"][0] > _WIDE_EM * size


def _code(sign: str, name: str) -> int:
    """TeX's code of a glyph with this character and name."""
    if sign == "ð":
        return _INTEGRAL
    number = _NUMBER.fullmatch(name)
    return int(number[1]) if number else ord(sign)


def _names(page: pymupdf.Page, font: str) -> dict[int, str]:
    """The names of the codes of a page's font, as far as its encoding names them and its subsets agree."""
    found: dict[int, set[str]] = defaultdict(set)
    for xref, _, _, base, *_ in page.get_fonts():
        if base.rpartition("+")[2] != font:
            continue
        code = 0
        for token in _DIFFERENCE.findall(page.parent.xref_get_key(xref, "Encoding/Differences")[1]):
            if token[0] == "/":
                found[code].add(token[1:])
                code += 1
            else:
                code = int(token)
    return {code: names.pop() for code, names in found.items() if len(names) == 1}
