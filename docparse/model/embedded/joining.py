"""Words and lines to text: spaces, hyphenation at line ends, scripts without spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.model.embedded.alphabets import alphabet_of, in_alphabet
from docparse.model.embedded.indices import index_texts
from docparse.model.embedded.lines import Line
from docparse.model.embedded.script import is_cjk, is_unspaced
from docparse.schemas.page import Word

# MuPDF puts no blank behind a sign beyond U+20CF, however wide the gap is, and so one before it alone
_SIGN_GAP_EM = 0.17
_INDEX_GAP_EM = 0.2  # a slanted letter leans away from its index: MuPDF takes that for a blank
_RELATION = "∈∉∋⊂⊃⊆⊇⊊∩∪∼≃≅≈≠≡≤≥→←↔⇒⇐⇔↦⟶⟹⟺"
_HALF_SET = re.compile(
    rf"(?<=\s)([{_RELATION}]+)(?=[^\s{_RELATION}.,;:)])|(?<=[^\s{_RELATION}(])([{_RELATION}]+)(?=\s)"
)
_DOTS = re.compile(r"(?<![.\w])(?<!\. )\. \. \.(?! ?\.)")  # an ellipsis set as three spaced full stops
_QUOTES = (("‘‘", "“"), ("’’", "”"), ("‚‚", "„"))  # set as two signs where a font has no double ones
_LIMITED = frozenset("∑∏∫∮⋃⋂")  # stand off from their limits
_HYPHENS = "-‐‑\u00ad"
_STOPS = ".,;"  # stand off from what they follow when a browser draws them apart, never by a blank
_PICTURE_EM = 0.9  # before a comma stands a small picture, as of an author's account


def words_text(words: Sequence[Word], *, rtl: bool = False) -> str:
    """Text of words that follow one another on one line; from right to left where that is said."""
    text = " ".join([word.text for word in words])
    if not (text.isascii() and _are_apart(words)):
        text = _joined(words, rtl=rtl)
    if ". . ." in text:
        text = _DOTS.sub("...", text)
    if text.isascii():
        return text
    for pair, sign in _QUOTES:
        if pair in text:
            text = text.replace(pair, sign)
    return _HALF_SET.sub(_with_blanks, text)


def _are_apart(words: Sequence[Word]) -> bool:
    """Whether the file itself has a blank after each word, and all are of one line, size and alphabet: most are so."""
    if not words:
        return True
    size, line = words[0].size, words[0].line
    for word in words:
        if not word.space or word.line != line or word.size != size:
            return False
        if len(word.text) == 1 and alphabet_of(word.font):
            return False
    return line >= 0


def _joined(words: Sequence[Word], *, rtl: bool) -> str:
    """The words with their indices raised and lowered, and a blank where the file or a gap says so."""
    parts: list[str] = []
    last: Word | None = None
    end = 0.0
    for word, shown in zip(words, index_texts(words), strict=True):
        if (
            last is not None
            and (last.space if rtl and word.line == last.line >= 0 else _blank(last, word, end))
            and (shown is word.text or (word.bbox[0] - end > _INDEX_GAP_EM * word.size and last.text not in _LIMITED))
        ):
            parts.append(" ")
        parts.append(in_alphabet(shown, word.font) if shown is word.text and word.font else shown)
        end = max(end, word.bbox[2]) if parts else word.bbox[2]
        last = word
    return "".join(parts)


def _with_blanks(sign: re.Match[str]) -> str:
    return f"{sign[1]} " if sign[1] else f" {sign[2]}"


def _blank(last: Word, word: Word, end: float) -> bool:
    """Whether a blank stands between two words; `end` is the right edge of all words before."""
    left, right = last.text[-1], word.text[0]
    same = last.line >= 0 and word.line == last.line
    if same and last.space and left.isascii():
        return True
    em = max(last.size, word.size)
    gap = max(word.bbox[0] - (last.bbox[2] if same else max(end, last.bbox[2])), last.bbox[0] - word.bbox[2])
    if is_cjk(left) and is_cjk(right):
        return gap > 0.8 * em
    if same:
        return last.space or gap > (_SIGN_GAP_EM if "\u20d0" <= left < "\u2e80" else 0.3) * em
    if not last.font and left.isdigit() and right.isdigit():
        return True  # OCR found two texts: "8" and "00" are no 800, whatever was printed between them
    if last.font and right in _STOPS:
        return gap > 0.3 * em and (right == "." or gap < _PICTURE_EM * em)
    return gap > 0.12 * em or (last.space and gap > -0.1 * em and last.line < 0)


def line_text(line: Line) -> str:
    return words_text(line.words, rtl=line.rtl)


def join_lines(lines: Sequence[Line], breaks: Sequence[bool] = ()) -> str:
    """Running text of lines; `breaks[i]` keeps the line end before line i as a newline."""
    text = ""
    for i, line in enumerate(lines):
        nxt = line_text(line)
        if not text:
            text = nxt
        elif i < len(breaks) and breaks[i]:
            text = f"{text}\n{nxt}"
        else:
            text = join_pair(text, nxt)
    return text.replace("\u00ad", "")


def join_pair(text: str, nxt: str) -> str:
    """Two line texts as one: a hyphen at the line end goes where the word plainly runs on."""
    if not text or not nxt:
        return text or nxt
    last, first = text[-1], nxt[0]
    if last in _HYPHENS and len(text) > 1:
        if last == "\u00ad":
            return text[:-1] + nxt
        before = text.rsplit(None, 1)[-1][:-1]
        if before and before[-1].isalpha():
            return text[:-1] + nxt if _runs_on(before, nxt) else text + nxt
        return f"{text} {nxt}"
    if is_unspaced(last) and is_unspaced(first):
        return text + nxt
    if last in "/–—" and text[-2:-1].strip() and last == "/":
        return text + nxt
    return f"{text} {nxt}"


def _runs_on(before: str, nxt: str) -> bool:
    """Whether "before-" + next word is one word cut at the line end, rather than a compound."""
    first = nxt.split(None, 1)[0]
    if not first[0].islower():
        return False
    if any(hyphen in before for hyphen in _HYPHENS):
        return False
    return before.lower() not in _PREFIXES


_PREFIXES = frozenset({"self", "non", "well", "semi", "quasi", "ex", "all", "e"})
