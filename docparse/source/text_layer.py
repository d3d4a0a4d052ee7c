"""The text layer of a PDF page as `Word`s: what is seen, what is hidden, and what it is worth."""

from __future__ import annotations

import pymupdf

from docparse.geometry import Box
from docparse.schemas.page import TextLayer, TextQuality, Word, WordStyle
from docparse.source.bidi import has_rtl
from docparse.source.bitmap_fonts import (
    has_bitmap_signs,
    name_bare_codes,
    name_bitmap_letters,
    name_tiny_letters,
    needs_codes,
    set_codes,
)
from docparse.source.bracket_pieces import with_brackets
from docparse.source.fake_bold import with_fake_bold
from docparse.source.fixed_pitch import with_fixed_pitch
from docparse.source.glyph_numbers import has_numbers, name_numbers
from docparse.source.glyph_texts import drop_overstated
from docparse.source.pi_fonts import has_pi_signs, name_pi_signs
from docparse.source.quick_words import quick_words
from docparse.source.tex_fonts import UNKNOWN, has_unknown_tex, name_tex_glyphs
from docparse.source.text_quality import garbled_fonts, too_garbled
from docparse.source.words import Line, read_words, with_columns, with_dingbats

_HIDDEN, _ROTATED = int(WordStyle.HIDDEN), int(WordStyle.ROTATED)
_ABSURD = 6.0  # sizes: no letter is that tall, nor a sum or a bracket, which hang down from the baseline
_OFF_BASELINE = 0.5  # sizes from a word's box down to its baseline, which no font has: the box is said wrong
_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE  # TEXT_COLLECT_STYLES would take ten times as long
_CODES = pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
_NO_ACTUALTEXT = pymupdf.TEXT_IGNORE_ACTUALTEXT
_FEW_CHARS, _FEW_SHARE = 80, 0.75  # so few characters are no reason to read pixels unless most are bad
_NO_WIDTH, _NO_WIDTH_SHARE = 0.02, 0.5  # sizes a letter, and the share of letters that have no more
_FLAG_SHARE = 0.02  # of the characters in garbled fonts, from which on the page says so


def raw_words(page: pymupdf.Page, display_list: pymupdf.DisplayList, box: Box) -> list[Word]:
    """Every word that the page draws, hidden ones marked; U+FFFD stands for a glyph without Unicode."""
    text = _text_page(display_list)
    blocks = text.extractDICT()["blocks"]
    numbered = any(
        UNKNOWN in span["text"] and has_numbers(span["font"], span["text"])
        for block in blocks
        for line in block.get("lines", ())
        for span in line["spans"]
    )
    words = None if numbered else quick_words(blocks, text.extractWORDS())
    lines: list[Line] = []
    if words is None:
        lines = _char_lines(text)
        if any(has_rtl(line["spans"]) for line in lines):
            # MuPDF puts an ActualText at the wrong end of a run that it turns round, and loses letters of it
            lines = _char_lines(_text_page(display_list, _NO_ACTUALTEXT))
        bare = any(needs_codes(span) for line in lines for span in line["spans"])
        coded = _char_lines(_text_page(display_list, _CODES)) if bare or numbered else []
        if bare:
            set_codes(lines, coded)
            name_tiny_letters(lines)
        name_bare_codes(lines)
        if numbered:
            name_numbers(lines, coded)
        words = read_words(lines)
    raw = _with_pi_signs(text, display_list, page) if has_pi_signs(words) else None
    if raw is not None:
        lines = raw
        words = read_words(lines)
    elif has_unknown_tex(words):
        lines = lines or _char_lines(text)
        name_tex_glyphs(lines, _char_lines(_text_page(display_list, _CODES)))
        words = read_words(lines)
    if has_bitmap_signs(words):
        lines = lines or _char_lines(text)
        name_bitmap_letters(lines)
        words = read_words(lines)
    words = with_fixed_pitch(with_columns(with_dingbats(with_brackets(words))))
    words = with_fake_bold(words, display_list)
    left, top, right, bottom = (2 * side for side in box)
    for place, word in enumerate(words):
        x0, y0, x1, y1 = word.bbox
        far = y1 - y0 > _ABSURD * word.size or word.baseline - y1 > _OFF_BASELINE * word.size
        if far and not word.style & _ROTATED:
            words[place] = word = _at_baseline(word)
            x0, y0, x1, y1 = word.bbox
        if not (left <= x0 + x1 <= right and top <= y0 + y1 <= bottom):
            words[place] = word._replace(style=word.style | _HIDDEN)
    return words


def _with_pi_signs(text: pymupdf.TextPage, display_list: pymupdf.DisplayList, page: pymupdf.Page) -> list[Line] | None:
    """The lines with the signs of pi fonts named, and TeX's with them; None where there are none."""
    lines, coded = _char_lines(text), _char_lines(_text_page(display_list, _CODES))
    if not name_pi_signs(lines, coded, page):
        return None
    name_tex_glyphs(lines, coded)
    return lines


def _text_page(display_list: pymupdf.DisplayList, more: int = 0) -> pymupdf.TextPage:
    return pymupdf.TextPage(display_list.get_textpage(_FLAGS | more))


def _at_baseline(word: Word) -> Word:
    """A word with a box as letters have, where its font, which has no name, says anything."""
    x0, y0, x1, y1 = word.bbox
    if y0 + 0.1 * word.size < word.baseline < y1:
        return word
    return word._replace(bbox=(x0, word.baseline - word.size, x1, word.baseline + 0.25 * word.size))


def _char_lines(text: pymupdf.TextPage) -> list[Line]:
    lines = [line for block in text.extractRAWDICT()["blocks"] for line in block.get("lines", ())]
    drop_overstated(lines)
    return lines


def _has_no_width(word: Word) -> bool:
    x0, y0, x1, y1 = word.bbox
    return max(x1 - x0, y1 - y0 if word.style & _ROTATED else 0.0) < _NO_WIDTH * word.size * len(word.text)


def judge(words: list[Word]) -> tuple[TextLayer, tuple[str, ...]]:
    """The text layer that these words make, and flags of the page."""
    hidden = tuple([word for word in words if word.style & _HIDDEN])
    seen = tuple([word for word in words if not word.style & _HIDDEN] if hidden else words)
    if not seen:
        quality = TextQuality.HIDDEN if hidden else TextQuality.ABSENT
        return TextLayer(quality=quality, hidden=hidden, reason="every word is invisible" if hidden else ""), ()
    letters = sum([len(word.text) for word in seen])
    if sum([len(word.text) for word in seen if _has_no_width(word)]) > _NO_WIDTH_SHARE * letters:
        reason = "most words have no width: they are not those that are drawn"
        return TextLayer(words=seen, quality=TextQuality.GARBLED, hidden=hidden, reason=reason), ()
    fonts, share = garbled_fonts(seen)
    few = len(seen) < _FEW_CHARS and sum(len(word.text) for word in seen) < _FEW_CHARS
    if too_garbled(share) and not (few and share < _FEW_SHARE):
        reason = f"{share:.0%} of the characters are in fonts with wrong or no Unicode ({', '.join(sorted(fonts)[:3])})"
        return TextLayer(words=seen, quality=TextQuality.GARBLED, hidden=hidden, reason=reason), ()
    layer = TextLayer(words=seen, quality=TextQuality.SOUND, hidden=hidden)
    return layer, ("garbled_font",) if share > _FLAG_SHARE else ()
