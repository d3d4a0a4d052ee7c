"""Bitmap fonts of TeX, whose glyphs have codes and no names that anybody knows.

dvips calls the glyph of code 105 "a105". So is a pencil called in Zapf Dingbats (Adobe's zapfdingbats.txt), and
Ghostscript writes that into the PDF as the glyph's Unicode: "♥♦t" for "not". pdfTeX names none, and MuPDF takes the
codes for Unicode: ligatures, quotation marks, dashes and bullets become control characters. TeX's encodings (T1, TS1,
OT1: LaTeX's encguide) say what such a code prints. Some versions of dvips name a glyph by its code in base 36: that of
"c" is "CR", and Ghostscript takes that for a carriage return.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from docparse.schemas.page import Word
from docparse.source.tex_fonts import UNKNOWN
from docparse.source.words import TINY_PT, width

Line = dict[str, Any]
Span = dict[str, Any]
Char = dict[str, Any]


_BITMAP = "Type3"  # what MuPDF calls a font without a name
# the signs named a1, a2, … in the order of their numbers; blanks stand for numbers that name none
_SIGNS = (
    "✁✂✄☎✆✝✞✟✠✡☛☞✌✍✎✏✑✒✓✔✕✖✗✘✙✚✛✜✢✣✤✥✦✧★✩✪✫✬✭✮✯✰✱✲✳✴✵✶✷✸✹✺✻✼✽✾✿❀❁❂❃❄❅❆❇❈❉❊❋●❍■❏❑▲▼◆❖ ◗❘❙❚❯❱❲❳❨❩❬❭❪❫❴❵❛❜❝❞"
    "❡❢❣❤✐❥❦❧♠♥♦♣    ✉✈✇①②③④⑤⑥⑦⑧⑨⑩❶❷❸❹❺❻❼❽❾❿➀➁➂➃➄➅➆➇➈➉➊➋➌➍➎➏➐➑➒➓➔→➣↔↕➙➛➜➝➞➟➠➡➢➤➥➦➧➨➩➫➭➯➲➳➵➸➺➻➼➽➾"
    "➚➪➶➹➘➴➷➬➮➱✃❐❒❮❰"
)
_CODES = {sign: code for code, sign in enumerate(_SIGNS, 1) if sign != " "}
_TELLING = frozenset(_CODES)
_OLD = (  # OT1, the first 32 codes and those that are not ASCII's
    "ΓΔΘΛΞΠΣΥΦΨΩ", ("ff", "fi", "fl", "ffi", "ffl"), "ıȷ`´ˇ˘¯˚¸ßæœøÆŒØ",
)  # fmt: skip
_OLD_ODD = {34: "”", 39: "’", 60: "¡", 62: "¿", 92: "“", 95: "˙", 96: "‘", 123: "–", 124: "—", 125: "˝", 126: "˜"}
_NEW = ("`´ˆ˜¨˝˚ˇ˘¯˙¸˛‚‹›“”„«»–—\u200b₀ıȷ", ("ff", "fi", "fl", "ffi", "ffl"))  # T1; what parts ligatures is dropped
_NEW_HIGH = "ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£"
_OLD_TABLE = {**{c: chr(c) for c in range(32, 127)}, **dict(enumerate(t for part in _OLD for t in part)), **_OLD_ODD}
_NEW_TABLE = {
    **{c: chr(c) for c in (*range(32, 127), *range(0xC0, 0x100))}, **dict(enumerate(t for part in _NEW for t in part)),
    **dict(enumerate(_NEW_HIGH, 0x80)), 39: "’", 96: "‘", 127: "-", 0xD7: "Œ", 0xDF: "ẞ", 0xF7: "œ", 0xFF: "ß",
}  # fmt: skip
_SYMBOLS = {  # TS1
    0x84: "†", 0x85: "‡", 0x87: "‰", 0x88: "•", 0x8C: "ƒ", 0x8D: "₡", 0x8E: "₩", 0x91: "₱", 0x92: "₤",
    0x94: "‽", 0x96: "₫", 0x97: "™", 0x98: "‱", 0x99: "¶", 0x9A: "฿", 0x9B: "№", 0x9E: "◦", 0xBF: "€",
}  # fmt: skip
_BARE = re.compile(r"Type3.*|[A-Z]{1,2}\d{1,4}")  # fonts without a name, and what TeX's programs call them
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OLD_LIGATURES, _NEW_LIGATURES, _ASCII = range(11, 16), range(27, 32), range(32, 127)
_ABBREVIATED = {"\u2104": "]", "\b": "@"}  # what "CL" and "BS" are taken for
_LETTERS, _BLANKS = 40, 0.13  # letters of a page that tell, and the share of blanks that no text has
_LOW, _TALL, _SIZE_OF_WIDTH = 0.4, 6.0, 2.1  # a letter is half as wide as its size, and never six times as tall
_WIDE = 1.5  # sizes: no letter is
_GREEK, _ACCENTS = range(11), range(13)  # of either encoding, hardly ever alone in text
_LONE = (2, 3)  # circumflex and tilde are, for those of ASCII
_SHARE = 0.2  # of a font's characters that are such signs: of q, r, s, t, P and the highest codes there are none
_PLAIN = 0.85  # of its text that is ASCII or letters then: less in a font of mathematics, whose encoding is another
_VOWELS = 0.2  # of the small letters: 0.28 and more in texts that were seen, at most 0.14 in fonts of mathematics
_BLANK_EM = 0.17


def has_bitmap_signs(words: Sequence[Word]) -> bool:
    """Whether a font without a name shows such signs."""
    fonts = {word.font for word in words}
    if not any(font.startswith(_BITMAP) for font in fonts):
        return False
    return not _TELLING.isdisjoint("".join([word.text for word in words if word.font.startswith(_BITMAP)]))


def has_bare_codes(font: str, text: str) -> bool:
    """Whether text in a font without a name has characters that print nothing, codes, or that are unknown."""
    return _BARE.fullmatch(font) is not None and (UNKNOWN in text or _CONTROL.search(text) is not None)


def name_bare_codes(lines: list[Line]) -> None:
    """What TeX prints in place of the codes of its bitmap fonts, in "rawdict" lines; U+FFFD where nothing tells."""
    texts: dict[str, Counter[str]] = {}
    for line in lines:
        for span in line["spans"]:
            if _BARE.fullmatch(span["font"]):
                texts.setdefault(span["font"], Counter()).update(c["c"] for c in span["chars"] if c["c"] != " ")
    coded = {font: text for font, text in texts.items() if _CONTROL.search("".join(text))}
    if not coded:
        return
    old = sum(_count(text, _OLD_LIGATURES) for text in coded.values())
    encoding = _OLD_TABLE if old > sum(_count(text, _NEW_LIGATURES) for text in coded.values()) else _NEW_TABLE
    fonts = texts if encoding is _NEW_TABLE else coded
    tables = {font: {chr(c): t for c, t in _bare_table(text, encoding).items()} for font, text in fonts.items()}
    for line in lines:
        for span in line["spans"]:
            for char in span["chars"] if span["font"] in tables else ():
                sign = char["c"]
                char["c"] = tables[span["font"]].get(sign, UNKNOWN if _CONTROL.fullmatch(sign) else sign)


def set_codes(lines: list[Line], coded: Iterable[Line]) -> None:
    """Codes for U+FFFD, in place, from the lines with codes; other signs of a font without a name may be pictures."""
    codes = {
        (span["font"], char["origin"]): char["c"] for line in coded for span in line["spans"] for char in span["chars"]
    }
    for line in lines:
        for span in line["spans"]:
            for char in span["chars"] if needs_codes(span) else ():
                if char["c"] == UNKNOWN:
                    code = codes.get((span["font"], char["origin"]), UNKNOWN)
                    char["c"] = code if is_tiny(span) or _CONTROL.fullmatch(code) else UNKNOWN


def name_tiny_letters(lines: list[Line]) -> None:
    """Letters of fonts that count in dots named and sized, in place; their codes stand for U+FFFD already."""
    fonts: dict[str, list[Span]] = {}
    for line in lines:
        for span in line["spans"]:
            if is_tiny(span):
                fonts.setdefault(span["font"], []).append(span)
    upright = {id(span) for line in lines if line["dir"] == (1.0, 0.0) for span in line["spans"]}
    chars = {font: [char for span in spans for char in span["chars"]] for font, spans in fonts.items()}
    returns = _has_returns([char for each in chars.values() for char in each])
    for font, spans in fonts.items():
        lacks_c = returns and not any(char["c"] == "c" for char in chars[font])
        for char in chars[font]:
            if lacks_c and char["c"] == " " and not char["synthetic"]:
                char["c"] = "c"
            char["c"] = _ABBREVIATED.get(char["c"], char["c"])
        _set_size([span for span in spans if id(span) in upright])


def _has_returns(chars: list[Char]) -> bool:
    """Whether the blanks that a page's file has are too few to part words: they are carriage returns."""
    letters = sum(char["c"].isalpha() for char in chars)
    blanks = sum(char["c"] == " " and not char["synthetic"] for char in chars)
    return bool(letters >= _LETTERS and blanks < _BLANKS * letters)


def needs_codes(span: Span) -> bool:
    """Whether codes may tell more of a span: its font has no name, and counts in dots or has characters unknown."""
    if is_tiny(span):
        return True
    return _BARE.fullmatch(span["font"]) is not None and any(char["c"] == UNKNOWN for char in span["chars"])


def is_tiny(span: Span) -> bool:
    """Whether a span is of a font without a name that counts in dots, or in points, as those of dvips do."""
    return has_tiny_letters(span, len(span["chars"]))


def has_tiny_letters(span: Span, letters: int) -> bool:
    """Whether so many letters of a font without a name have a nominal size that says nothing."""
    x0, _, x1, _ = span["bbox"]
    odd = span["size"] < TINY_PT or x1 - x0 > _WIDE * span["size"] * letters
    return odd and _BARE.fullmatch(span["font"]) is not None


def _set_size(spans: list[Span]) -> None:
    """What the widths of the letters say, where their boxes are those of no letter."""
    chars = [char for span in spans for char in span["chars"]]
    letters = [char for char in chars if char["c"].islower()] or [char for char in chars if char["c"] != " "]
    widths = [width(char) for char in letters]
    tall = max(char["bbox"][3] - char["bbox"][1] for char in chars) if chars else 0.0
    if not widths or _LOW * median(widths) < tall < _TALL * median(widths):
        return
    size = median(widths) * _SIZE_OF_WIDTH
    for span in spans:
        span["size"] = size
        span["chars"] = [char for char in span["chars"] if not (char["synthetic"] and width(char) < _BLANK_EM * size)]
        for char in span["chars"]:
            (x0, _, x1, _), baseline = char["bbox"], char["origin"][1]
            char["bbox"] = (x0, baseline - 0.75 * size, x1, baseline + 0.25 * size)


def _bare_table(text: Counter[str], encoding: dict[int, str]) -> dict[int, str]:
    """What a font's codes print, empty where they are no TeX's."""
    if all(sign >= "\x80" for sign in text):
        return _SYMBOLS
    if not any(sign.isascii() and sign.isalpha() for sign in text):
        return {}  # signs of mathematics, or too little to tell
    common, odd = (_OLD_LIGATURES, _GREEK) if encoding is _OLD_TABLE else (_NEW_LIGATURES, _ACCENTS)
    ligatures = _count(text, common)
    if not ligatures:  # typewriter type: its quotes and slashes are what they seem
        encoding = {code: sign for code, sign in encoding.items() if code not in _ASCII}
    read = "".join(encoding.get(ord(sign[:1] or " "), sign) * count for sign, count in text.items())
    strange = _count(text, odd) - (_count(text, _LONE) if ligatures and encoding is _NEW_TABLE else 0)
    told = _is_plain(read) and strange <= ligatures and (not ligatures or _has_vowels(text))
    return encoding if told else {}


def _has_vowels(text: Counter[str]) -> bool:
    """Whether letters are those of words: where fonts of text have ligatures, those of mathematics have Greek."""
    small = sum(count for sign, count in text.items() if sign.isascii() and sign.islower())
    return sum(text[sign] for sign in "aeiou") > _VOWELS * small


def _count(text: Counter[str], codes: Iterable[int]) -> int:
    return sum(text[chr(code)] for code in codes)


def name_bitmap_letters(lines: list[Line]) -> None:
    """Letters in place of such signs, and blanks, which MuPDF puts between letters only, in "rawdict" lines."""
    texts: dict[str, Counter[str]] = {}
    for line in lines:
        for span in line["spans"]:
            if span["font"].startswith(_BITMAP):
                texts.setdefault(span["font"], Counter()).update(c["c"] for c in span["chars"] if c["c"] != " ")
    signed = {font: text for font, text in texts.items() if sum(text[s] for s in _CODES) > _SHARE * text.total()}
    table = _table(signed.values())
    tables = {
        font: table if _reads(text, table) else _SYMBOLS if len(text) == 1 else {} for font, text in signed.items()
    }
    for line in lines:
        for span in line["spans"]:
            known = tables.get(span["font"], {})
            for char in span["chars"] if known else ():
                char["c"] = known.get(_CODES.get(char["c"], -1), char["c"])
        if any(tables.get(span["font"]) is table for span in line["spans"]):
            _set_blanks(line)


def _table(texts: Iterable[Counter[str]]) -> dict[int, str]:
    """TeX's old encoding or the newer one, told by where the ligatures stand."""
    codes: Counter[int] = Counter()
    for text in texts:
        codes.update({_CODES[sign]: count for sign, count in text.items() if sign in _CODES})
    old, new = (sum(codes[code] for code in ligatures) for ligatures in (_OLD_LIGATURES, _NEW_LIGATURES))
    return _NEW_TABLE if new > old else _OLD_TABLE


def _reads(text: Counter[str], table: dict[int, str]) -> bool:
    read = {sign: table.get(_CODES.get(sign, -1), sign) for sign in text}
    # a ligature alone makes no font one of letters
    return _is_plain("".join((read[sign] if len(read[sign]) == 1 else UNKNOWN) * n for sign, n in text.items()))


def _is_plain(text: str) -> bool:
    return sum(sign < "\u0250" and (sign.isascii() or sign.isalpha()) for sign in text) > _PLAIN * len(text)


def _set_blanks(line: Line) -> None:
    """A blank in front of every character that stands apart from the one before it."""
    last: Char | None = None
    for span in line["spans"]:
        chars: list[Char] = []
        for char in span["chars"]:
            if last is not None and " " not in (last["c"], char["c"]):
                start, end = last["bbox"][2], char["bbox"][0]
                if end - start > _BLANK_EM * span["size"]:
                    box = (start, char["bbox"][1], end, char["bbox"][3])
                    chars.append({**char, "c": " ", "bbox": box, "origin": (start, char["origin"][1])})
            chars.append(char)
            last = char
        span["chars"] = chars
