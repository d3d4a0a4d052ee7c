"""Characters of a text page, as MuPDF hands them out, gathered to `Word`s."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from docparse.schemas.page import Word, WordStyle
from docparse.source.accents import set_accents
from docparse.source.bidi import has_rtl, is_bare, rtl_runs, runs_left, whole_lines

# signs that fonts pass off as letters: those of Zapf Dingbats (in forms) and Wingdings by the letters' codes, and what
# macOS and Ghostscript call the first signs that they take out of OpenSymbol, where bullets come from
_DINGBATS = dict(zip("345678Hlnqu", "✓✔✕✖✗✘★●■❑◆", strict=True))
_DINGBATS |= {"G": "●"}  # where no font is embedded MuPDF takes the name of the points that R plots, "a71", for a code
_WINGDINGS = dict(zip("lnoqruvxØàèü§¨ýþ", "●■□❑❒◆❖☒➢→➔✓▪□☒☑", strict=True))
_WINGDINGS |= {chr(0xF000 + ord(code)): sign for code, sign in _WINGDINGS.items()}
_OTHER_WINGDINGS = re.compile(r"Wingdings ?[23]")
_OPENSYMBOL = dict.fromkeys('!"#$ï', "•")

Char = dict[str, Any]
Span = dict[str, Any]
Line = dict[str, Any]

# MuPDF's bits of a span's "char_flags" (fz_stext_char.flags)
_FAKE_BOLD, _PAINTED, _CLIPPED = 8, 16 | 32, 64
# plain ints: operations of IntFlag cost ten times as much, and there are some for every word
_BOLD, _HIDDEN, _ROTATED = int(WordStyle.BOLD), int(WordStyle.HIDDEN), int(WordStyle.ROTATED)
_DOWN, _LEFT, _UP = int(WordStyle.DOWN), int(WordStyle.LEFT), int(WordStyle.UP)
_SUPERSCRIPT, _SUBSCRIPT = int(WordStyle.SUPERSCRIPT), int(WordStyle.SUBSCRIPT)
_ITALIC = int(WordStyle.ITALIC)
_SPAN_STYLE = ((2, _ITALIC), (4, int(WordStyle.SERIF)), (8, int(WordStyle.MONO)), (16, _BOLD))
TINY_PT = 0.7  # text smaller than this is for machines only
_BOX_SIZE = 1.3  # height of a font's box in sizes
_SMALLER = 0.86  # a script character is smaller than its line's main text
_SCRIPT_SHIFT = 0.08  # … and off its baseline by this share of the main size
_LOOK_AT = 40
_SPACED_SPANS = 7  # so many spans in a line may be the letters and blanks of a spaced-out title
_COLUMN_WORDS = 12  # so few characters are no page of columns
_DOUBLE_PT, _SHADOW = 4.0, 0.13  # what is drawn twice lies this close, in points and in sizes
_LOOKS = ("font", "size", "color", "flags", "alpha", "char_flags")
_SPACED_LETTERS = 4  # so many single letters with even gaps are one letterspaced word
_NARROW = 0.3  # of a letter's width: no blank between words

_ARBORTEXT = re.compile(r"Adv[A-Z]+\w*\.(BI?|I)(?:\+\w+)?")
_BOLD_NAME = re.compile(r"CM(?:SS)?B[X\d]|SFBX|LM\w*Demi|\w+-(?:Demi|Heavy|Black|Bd|Extrabold)|Nimbus\w+-Medi(?!um)")
_ITALIC_NAME = re.compile(r"CM(?:BX)?(?:TI|SL)|SF(?:TI|SL)|LM\w*Slant|\w+-(?:Regu|Medi)Ital")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Arabic presentation forms, Latin and Armenian ligatures, Kangxi radicals: shapes of letters that have their own code
_SHAPES = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc\u2f00-\u2fd5]")


def read_words(lines: list[Line]) -> list[Word]:
    """Words in drawing order, those that can't be seen with WordStyle.HIDDEN."""
    set_accents(lines)
    words: list[Word] = []
    rtl_page = runs_left(lines)
    lines = whole_lines(lines) if rtl_page else lines
    blanks = any(len(line["spans"]) >= _SPACED_SPANS for line in lines) and _has_blanks(lines)
    blank, before = True, 0
    for number, line in enumerate(lines):
        found = _line_words(line, number, rtl_page, blanks)
        if found and not blank:
            joined = _joined(words[-1], found[0], upright=bool(line["wmode"] and before))
            if joined is not None:
                words[-1] = joined
                del found[0]
        words += found
        blank, before = not words or (not found and _is_blank(line)), line["wmode"]
    return without_doubles(words)


def _is_blank(line: Line) -> bool:
    return all(char["c"].isspace() for span in line["spans"] for char in span["chars"])


def _joined(last: Word, word: Word, *, upright: bool) -> Word | None:
    """One word of two that MuPDF put on lines of their own: a mark and its letter, or letters of a vertical font."""
    size, box, after = word.size, last.bbox, word.bbox
    style = last.style
    if upright and last.font == word.font and last.size == size:
        below = abs(after[0] - box[0]) < 0.2 * size and -0.2 * size < after[1] - box[3] < 0.6 * size
        beside = abs(after[1] - box[1]) < 0.2 * size and -0.95 * size < after[0] - box[2] < 0.2 * size
        if not below and not beside:
            return None
        style = style if below else style & ~(_ROTATED | _DOWN)
    elif not (
        unicodedata.category(word.text[0])[0] == "M"
        and abs(word.baseline - last.baseline) < 0.3 * size
        and -size < after[0] - box[2] < 0.35 * size
    ):
        return None
    bbox = (min(box[0], after[0]), min(box[1], after[1]), max(box[2], after[2]), max(box[3], after[3]))
    return word._replace(text=last.text + word.text, bbox=bbox, style=style, baseline=last.baseline, line=last.line)


def _line_words(line: Line, number: int, rtl_page: bool, blanks: bool) -> list[Word]:
    way = _way(line["dir"])
    across = not way
    spans: list[Span] = [_sized(span, line["dir"]) if span["size"] < TINY_PT else span for span in line["spans"]]
    spans = _whole(spans) if blanks and len(spans) >= _SPACED_SPANS else spans
    size, base = _main(spans) if len(spans) > 1 and across else (0.0, 0.0)
    words: list[Word] = []
    if across and (has_rtl(spans) or (rtl_page and is_bare(spans))):
        for run in rtl_runs(spans, rtl_page=rtl_page):
            style = _style(run.span, size, base) | way
            word = _word(run.chars, run.span, style, number, space=run.space, across=False)
            if word is not None:
                words.append(word)
        return words
    for span in spans:
        style = _style(span, size, base) | way
        for chars, space in _runs(span["chars"], words):
            word = _word(chars, span, style, number, space=space, across=across)
            if word is not None:
                words.append(word)
    if words:
        words[-1] = words[-1]._replace(space=True)
    return words


def _has_blanks(lines: list[Line]) -> bool:
    """Whether the file has blanks between its words: where MuPDF puts in all of them, letters apart may be words."""
    chars = (char for line in lines for span in line["spans"] for char in span["chars"] if char["c"] == " ")
    counts = Counter([bool(char["synthetic"]) for char in chars])
    return counts[False] > counts[True]


def _whole(spans: list[Span]) -> list[Span]:
    """Spans with those put together that look alike: of spaced-out type MuPDF makes one of every letter and blank."""
    result: list[Span] = []
    for span in spans:
        last = result[-1] if result else None
        blank = all(char["c"].isspace() for char in span["chars"])
        if last is not None and (blank or all(last[key] == span[key] for key in _LOOKS)):
            result[-1] = {**last, "chars": [*last["chars"], *span["chars"]]}
        else:
            result.append(span)
    return result


def _style(span: Span, size: float, base: float) -> int:
    first = span["chars"][0]["origin"] if span["chars"] else (0.0, base)
    return span_style({**span, "origin": first}, size, base)


def _sized(span: Span, direction: tuple[float, float]) -> Span:
    """Bitmap fonts (Type 3) count in dots: their nominal size says nothing, the box of their letters does."""
    low, high = (0, 2) if abs(direction[1]) > 0.7 else (1, 3)  # across the line
    height = max((char["bbox"][high] - char["bbox"][low] for char in span["chars"]), default=0.0)
    return {**span, "size": max(span["size"], height / _BOX_SIZE)}


def _way(direction: tuple[float, float]) -> int:
    """Style bits of a line that does not run to the right."""
    x, y = direction
    if x > 0.98:
        return 0
    return _ROTATED | (_LEFT if x < -0.9 else _DOWN if y > 0.9 else _UP if y < -0.9 else 0)


def _main(spans: list[Span]) -> tuple[float, float]:
    """Size and baseline of a line's main text: of the most characters, the larger size when they tie."""
    span = max(spans, key=lambda span: (len(span["chars"]) * span["size"] ** 2, span["size"]))
    return span["size"], span["chars"][0]["origin"][1] if span["chars"] else 0.0


@lru_cache(maxsize=256)
def _named_style(font: str) -> int:
    """What names of fonts say where flags say nothing: Arbortext's (AdvOT1415ea69.B, AdvOT7d6df7ab.I+03), TeX's."""
    found = _ARBORTEXT.fullmatch(font)
    marks = found[1] if found else ""
    bold, italic = "B" in marks or _BOLD_NAME.match(font), "I" in marks or _ITALIC_NAME.match(font)
    return (_BOLD if bold else 0) | (_ITALIC if italic else 0)


def span_style(span: Span, size: float, base: float) -> int:
    """Style bits of a span in a line whose main text has this size and baseline (size 0: nothing to compare with)."""
    style = 0
    if size and span["size"] < _SMALLER * size:
        shift = span["origin"][1] - base
        if abs(shift) > _SCRIPT_SHIFT * size:
            style |= _SUPERSCRIPT if shift < 0 else _SUBSCRIPT
    for bit, flag in _SPAN_STYLE:
        if span["flags"] & bit:
            style |= flag
    style |= _named_style(span["font"])
    drawn = span["char_flags"]
    if drawn & _FAKE_BOLD:
        style |= _BOLD
    painted = drawn & _PAINTED and span["alpha"] > 8
    if not (painted or drawn & _CLIPPED) or span["size"] < TINY_PT:
        style |= _HIDDEN
    return style


def _runs(chars: list[Char], words: list[Word]) -> Iterator[tuple[list[Char], bool]]:
    """Runs without white space, and whether white space follows; leading space is noted on the last of `words`."""
    start = -1
    spaced = _letterspaced(chars) if len(chars) >= 2 * _SPACED_LETTERS - 1 else frozenset()
    kept = [char for place, char in enumerate(chars) if place not in spaced] if spaced else chars
    for place, char in enumerate(kept):
        if char["c"].isspace():
            if start >= 0:
                yield kept[start:place], True
                start = -1
            elif words and not words[-1].space:
                words[-1] = words[-1]._replace(space=True)
        elif start < 0:
            start = place
    if start >= 0:
        yield kept[start:], False


def _letterspaced(chars: list[Char]) -> frozenset[int]:
    """Places of the blanks that MuPDF put between the letters of a spaced-out word."""
    if not any(char["synthetic"] for char in chars):
        return frozenset()
    runs: list[tuple[int, int]] = []
    place = 0
    while place < len(chars):
        end = place
        while (
            end + 2 < len(chars) and chars[end]["c"].isalpha() and chars[end + 1]["synthetic"]
            and chars[end + 2]["c"].isalpha()
        ):  # fmt: skip
            end += 2
        if end > place:
            runs.append((place, end))
        place = max(end, place + 1)
    if not any(_is_spaced(chars, start, end) for start, end in runs):
        return frozenset()
    found: set[int] = set()
    for start, end in runs:  # a long one among them shows that the short ones are spaced out, too
        gaps = {at: _gap(chars, at) for at in range(start + 1, end, 2)}
        usual = sorted(gaps.values())[len(gaps) // 2]
        found |= {at for at, gap in gaps.items() if gap < 1.5 * usual}
    return frozenset(found)


def _is_spaced(chars: list[Char], start: int, end: int) -> bool:
    """Whether a run of letters with blanks between them is spaced out: words of one letter have the blanks of words."""
    letters = (end - start) // 2 + 1
    before = start > 0 and chars[start - 1]["c"].isalpha()
    behind = end + 1 < len(chars) and chars[end + 1]["c"].isalpha()
    if letters < _SPACED_LETTERS:
        return False
    if letters - before - behind >= _SPACED_LETTERS:
        return True
    widths = sorted(width(char) for char in chars[start : end + 1 : 2])
    return max(_gap(chars, at) for at in range(start + 1, end, 2)) < _NARROW * widths[len(widths) // 2]


def width(char: Char) -> float:
    return float(char["bbox"][2] - char["bbox"][0])


def _gap(chars: list[Char], at: int) -> float:
    return float(chars[at + 1]["bbox"][0] - chars[at - 1]["bbox"][2])


def _word(chars: list[Char], span: Span, style: int, line: int, *, space: bool, across: bool) -> Word | None:
    text = clean("".join([char["c"] for char in chars]))
    if not text:
        return None
    first, last = chars[0]["bbox"], chars[-1]["bbox"]
    if across and last[2] >= first[2]:  # from left to right: the characters of a run share their top and bottom
        bbox = (first[0], first[1], last[2], first[3])
    else:
        boxes = [char["bbox"] for char in chars]
        bbox = (
            min(box[0] for box in boxes), min(box[1] for box in boxes),
            max(box[2] for box in boxes), max(box[3] for box in boxes),
        )  # fmt: skip
    return Word(
        text, bbox, span["size"], span["font"], style, span["color"], chars[0]["origin"][1], line, space
    )  # fmt: skip


def clean(text: str) -> str:
    """Text without control characters, with presentation forms as letters and soft hyphens as hyphens."""
    if text.isascii() and text.isprintable():
        return text
    text = _DROPPED.sub("", text).replace("\u00ad", "-")
    return _SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match[0]).strip(), text)


def without_doubles(words: list[Word]) -> list[Word]:
    """Without words that are drawn a second time at the same place (shadows; bold by overprinting is noted)."""
    often = Counter([word.text for word in words])
    seen: dict[tuple[str, int, int, int], int] = {}
    kept: list[Word] = []
    for word in words:
        if often[word.text] == 1:
            kept.append(word)
            continue
        x, y = word.bbox[0] / _DOUBLE_PT, word.baseline / _DOUBLE_PT
        hidden = word.style & _HIDDEN  # a hidden double must not drive out the visible word
        keys = ((word.text, int(x), int(y), hidden), (word.text, -1 - int(x + 0.5), -1 - int(y + 0.5), hidden))
        first = seen.get(keys[0], -1)
        if first < 0 or not _doubled(kept[first], word):
            first = seen.get(keys[1], -1)
        if first < 0 or not _doubled(kept[first], word):
            seen[keys[0]] = seen[keys[1]] = len(kept)
            kept.append(word)
        elif 0.01 < abs(word.bbox[0] - kept[first].bbox[0]) < 0.08 * word.size:
            kept[first] = kept[first]._replace(style=kept[first].style | _BOLD)
    return kept


def _doubled(first: Word, word: Word) -> bool:
    """Whether two words of one text lie on one another, a shadow's width apart at most."""
    reach = max(1.0, _SHADOW * word.size)
    return abs(word.bbox[0] - first.bbox[0]) < reach and abs(word.baseline - first.baseline) < reach


def with_dingbats(words: list[Word]) -> list[Word]:
    """Words with signs by name where a font of signs passes them off as letters: "4" for a tick."""
    tables = {font: signs for font in {word.font for word in words} if (signs := _signs_of(font))}
    if not tables:
        return words
    return [
        word._replace(text="".join([tables[word.font].get(char, char) for char in word.text]))
        if word.font in tables
        else word
        for word in words
    ]


def _signs_of(font: str) -> dict[str, str]:
    if "ingbat" in font or font.endswith("ZaDb"):
        return _DINGBATS
    if "Wingdings" in font and not _OTHER_WINGDINGS.search(font):
        return _WINGDINGS
    return _OPENSYMBOL if "OpenSymbol" in font else {}


def with_columns(words: list[Word]) -> list[Word]:
    """Words of one Chinese or Japanese character each that stand under one another, marked as running down.

    Browsers set vertical text so: every character upright, on a line of its own.
    """
    if not any(word.text >= "\u2e80" for word in words[:_LOOK_AT]):
        return words
    single = [len(word.text) == 1 and word.text >= "\u2e80" for word in words]
    if 2 * sum(single) <= len(words) or len(words) < _COLUMN_WORDS:
        return words
    result = list(words)
    start = 0
    for place in range(1, len(words) + 1):
        if place < len(words) and single[place - 1] and single[place] and _under(words[place - 1], words[place]):
            continue
        if place - start >= _SPACED_LETTERS - 1:
            for at in range(start, place):
                result[at] = words[at]._replace(style=words[at].style | _ROTATED | _DOWN)
        start = place
    return result


def _under(above: Word, below: Word) -> bool:
    size, a, b = above.size, above.bbox, below.bbox
    return abs(a[0] + a[2] - b[0] - b[2]) < 0.8 * size and 0.5 * size < b[1] - a[1] < 1.8 * size
