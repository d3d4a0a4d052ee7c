"""Brackets, sums and integrals of TeX's extension font, whose glyph names no Unicode list knows.

The characters follow from their codes (Knuth, Computer Modern Typefaces, "cmex"). The font hangs its glyphs from a
point at their top; boxes and baselines are set to where the glyphs stand, half above and half below the formula's axis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from docparse.schemas.page import Word
from docparse.source.tex_pieces import ADOBE, AXIS_EM, PIECES, join_pieces

Line = dict[str, Any]

UNKNOWN = "\ufffd"
_TELLING = PIECES | {UNKNOWN}
_EXTENSION = re.compile(r"CMEX\d*|MTEX|LMMathExtension\d*(?:-\w*)?")  # MuPDF cuts names off after 31 characters
_SYMBOLS = re.compile(r"CMB?SY\d*|LMMathSymbols\d*(?:-\w*)?")
_LETTERS = re.compile(r"CMMIB?\d*|LMMathItalic\d*(?:-\w*)?")
_WIDE_ACCENTS = re.compile(r"MSBM\d*")
_PICTURES = re.compile(r"LINEW?\d*|LCIRCLEW?\d*")  # strokes and arcs of LaTeX's picture environment
_FEET = {"→": "↦", "−": "⟼"}  # a long one goes on with its arrow
_HOOKS = {",": ("", "→", "↪"), "-": ("←", "", "↩")}  # code of a hook: what stands before it, behind it, and both as one
_WIDE = {"[": "\u0302", "\\": "\u0302", "]": "\u0303", "^": "\u0303"}
_CODES = (
    "()[]⌊⌋⌈⌉{}⟨⟩|‖/\\" "()()[]⌊⌋⌈⌉{}⟨⟩/\\" "()[]⌊⌋⌈⌉{}⟨⟩/\\/\\" "⎛⎞⎡⎤⎣⎦⎢⎥⎧⎫⎩⎭⎨⎬⎪⏐"
    "⎝⎠⎜⎟⟨⟩⊔⊔∮∮⨀⨀⨁⨁⨂⨂" "∑∏∫⋃⋂⨄⋀⋁∑∏∫⋃⋂⨄⋀⋁" "∐∐\u0302\u0302\u0302\u0303\u0303\u0303[]⌊⌋⌈⌉{}" "√√√√⎷│┌║↑↓╭╮╰╯⇑⇓"
)  # fmt: skip
# Ghostscript names codes of Latin Modern's extension font by what stands so many codes further on: 16, a parenthesis,
# as 49, which is the top of one. The widths of the pieces in em, in the order of their codes
_GHOSTSCRIPT, _FIRST_PIECE, _WIDTH_EM = 33, 0x30, 0.03
_PIECES = ADOBE | {"\uf8e6": "⏐"}
_PIECE_EM = (0.875,) * 2 + (0.667,) * 6 + (0.889,) * 7 + (0.667,) + (0.875,) * 4
# depth in em below the origin of the codes from each of these on
_DEPTHS = (
    (0x00, 1.16), (0x0C, 0.6), (0x0E, 1.16), (0x10, 1.76), (0x12, 2.36), (0x20, 2.96), (0x2E, 1.76), (0x30, 1.76),
    (0x44, 1.76), (0x46, 1.0), (0x47, 1.4), (0x48, 1.11), (0x49, 2.22), (0x4A, 1.0), (0x4B, 1.4), (0x4C, 1.0),
    (0x4D, 1.4), (0x4E, 1.0), (0x4F, 1.4), (0x50, 1.0), (0x52, 1.11), (0x53, 1.0), (0x58, 1.4), (0x5A, 2.22),
    (0x5B, 1.4), (0x60, 1.0), (0x61, 1.4), (0x62, 0.0), (0x68, 1.76), (0x70, 1.16), (0x71, 1.76), (0x72, 2.36),
    (0x73, 2.96), (0x74, 1.76), (0x75, 0.6), (0x7A, 0.0), (0x7E, 0.6),
)  # fmt: skip


def has_unknown_tex(words: Sequence[Word]) -> bool:
    """Whether some glyph without Unicode, or a piece of one, is of a font that is known here."""
    if _TELLING.isdisjoint("".join([word.text for word in words])):  # as on nearly all pages
        return False
    return any((UNKNOWN in word.text or word.text[0] in PIECES) and is_tex(word.font) for word in words)


def is_tex(font: str) -> bool:
    """Whether a font is one of TeX's whose codes are known here."""
    return any(kind.fullmatch(font) for kind in (_EXTENSION, _SYMBOLS, _LETTERS, _WIDE_ACCENTS, _PICTURES))


def name_tex_glyphs(lines: list[Line], coded: Iterable[Line]) -> None:
    """Unknown characters of "rawdict" lines named, in place; `coded` are the same lines with codes for them."""
    codes = {
        (span["font"], char["origin"]): char["c"]
        for line in coded for span in line["spans"] if is_tex(span["font"]) for char in span["chars"]
    }  # fmt: skip
    hung: list[tuple[dict[str, Any], int, float]] = []
    tall: list[dict[str, Any]] = []
    for line in lines:
        for span in line["spans"]:
            if _EXTENSION.fullmatch(span["font"]):
                hung += _named(span, codes)
                tall.append(span)
            elif _SYMBOLS.fullmatch(span["font"]):
                _with_feet(span["chars"])
            elif _PICTURES.fullmatch(span["font"]):
                span["chars"] = [char for char in span["chars"] if char["c"] != UNKNOWN]
        _with_hooks(line["spans"], codes)
    _with_wide_accents([span for line in lines for span in line["spans"]], codes)
    whole = join_pieces(tall)
    for char, code, size in hung:
        if id(char) not in whole:
            _place(char, code, size)
    for line in lines:
        line["spans"] = [span for span in line["spans"] if span["chars"]]
    lines[:] = [line for line in lines if line["spans"]]


def _named(span: dict[str, Any], codes: dict[tuple[str, Any], str]) -> list[tuple[dict[str, Any], int, float]]:
    """The characters of a span of the extension font that are named now, with their codes."""
    named = []
    for char in span["chars"]:
        known = codes.get((span["font"], char["origin"]), "") if char["c"] == UNKNOWN else ""
        code = ord(known) if known else _misnamed(char, span)
        if code is not None and code < len(_CODES):
            char["c"] = _CODES[code]
            named.append((char, code, span["size"]))
    return named


def _misnamed(char: dict[str, Any], span: dict[str, Any]) -> int | None:
    """The code of a whole bracket that goes by the name of a piece, told by its width; None of all others."""
    sign = _PIECES.get(char["c"], "") if span["font"].startswith("LM") else ""
    code = _CODES.find(sign) if sign else -1
    if code < _FIRST_PIECE:
        return None
    width = (char["bbox"][2] - char["bbox"][0]) / span["size"]
    return None if abs(width - _PIECE_EM[code - _FIRST_PIECE]) < _WIDTH_EM else code - _GHOSTSCRIPT


def _with_feet(chars: list[dict[str, Any]]) -> None:
    """The foot of an arrow, of no width, and the arrow as one sign."""
    for foot, arrow in pairwise(chars):
        if foot["c"] == UNKNOWN and arrow["c"] in _FEET:
            arrow["c"] = _FEET[arrow["c"]]
            foot["c"] = ""
    chars[:] = [char for char in chars if char["c"]]


def _with_wide_accents(spans: list[dict[str, Any]], codes: dict[tuple[str, Any], str]) -> None:
    """An accent over several letters stands behind the first of them: text has no wider ones."""
    for span in spans:
        if not _WIDE_ACCENTS.fullmatch(span["font"]):
            continue
        for accent in [char for char in span["chars"] if char["c"] == UNKNOWN]:
            accent["c"] = _WIDE.get(codes.get((span["font"], accent["origin"]), ""), UNKNOWN)
            found = _first_under(accent, spans, span["size"]) if accent["c"] != UNKNOWN else None
            if found:
                first, chars = found
                span["chars"].remove(accent)
                accent |= {"bbox": first["bbox"], "origin": first["origin"]}
                chars.insert(chars.index(first) + 1, accent)


def _first_under(
    accent: dict[str, Any], spans: list[dict[str, Any]], size: float
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The letter with which the shortest run begins that is as wide as the accent or wider and centred under it, and
    the characters of its span."""
    x0: float = accent["bbox"][0]
    x1: float = accent["bbox"][2]
    base: float = accent["origin"][1]
    near = [
        (char, span) for span in spans for char in span["chars"]
        if char is not accent and char["c"] != " " and -size < 2 * (char["origin"][1] - base) < 2 * size
    ]  # fmt: skip
    slack, most = 0.1 * size, 4 * (x1 - x0)
    runs = [
        (last["bbox"][2] - first["bbox"][0], first, span["chars"])
        for first, span in near if _LETTERS.fullmatch(span["font"]) and first["bbox"][0] < x0 + slack
        for last, _ in near if x1 - slack < last["bbox"][2] < first["bbox"][0] + most
        and abs(first["bbox"][0] + last["bbox"][2] - x0 - x1) < 2 * slack
    ]  # fmt: skip
    return min(runs, key=lambda run: run[0])[1:] if runs else None


def _with_hooks(spans: list[dict[str, Any]], codes: dict[tuple[str, Any], str]) -> None:
    """The hook at one end of an arrow, a letter of another font, and the arrow as one sign."""
    found = [(span, char) for span in spans for char in span["chars"] if char["c"] != " "]
    for place, (span, hook) in enumerate(found):
        if hook["c"] != UNKNOWN or not _LETTERS.fullmatch(span["font"]):
            continue
        before, behind, sign = _HOOKS.get(codes.get((span["font"], hook["origin"]), ""), ("", "", ""))
        for at, wanted in ((place - 1, before), (place + 1, behind)):
            if wanted and 0 <= at < len(found) and found[at][1]["c"] == wanted:
                arrow = found[at][1]
                arrow["c"] = sign
                arrow["bbox"] = _around(arrow["bbox"], hook["bbox"])
                span["chars"].remove(hook)


def _around(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float, float]:
    """The box of two, as high as the first."""
    return min(first[0], second[0]), first[1], max(first[2], second[2]), first[3]


def _place(char: dict[str, Any], code: int, size: float) -> None:
    """The character of a code of the extension font, with its own box and the baseline of the formula it is in."""
    x, y = char["origin"]
    depth = next(depth for first, depth in reversed(_DEPTHS) if code >= first) * size
    char["bbox"] = (char["bbox"][0], y - 0.04 * size, char["bbox"][2], y + depth)
    if depth:
        char["origin"] = (x, y + depth / 2 + AXIS_EM * size)
