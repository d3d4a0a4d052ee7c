"""Glyphs that name no character in an otherwise sound text layer ("wri\ufffden"), read from the picture.

Word processors draw "ti" or "tt" as one glyph and forget to say what it stands for; shaped scripts lose half their
signs so. OCR reads the lines with such words; what it reads counts where it has the letters that the layer knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from docparse.geometry import union
from docparse.model.base import Deadline
from docparse.model.embedded import ocr
from docparse.model.embedded.ocr_script import script_in
from docparse.schemas.page import HOLE, PageImage, Word

_TRUSTED = 0.5  # of the words that need no filling OCR must read so: it fails where it lacks the language's data
_SURE = 0.5  # OCR's confidence, on top of all known letters being in place
_MOST = 5  # characters that one glyph stands for: consonants with what joins them
_TELLING = 4  # known letters by which a word is found within what OCR ran together
_PARTS = 12  # of a word, known and unknown: with many more no search would end
_BETWEEN = "\x00"  # pieces of a word, between which something may be missing
_LONG, _SAMPLE = 16, 5  # a longer word is a line of a script without blanks, and compared by such samples
_RUNS = re.compile(f"([{HOLE}{_BETWEEN}]+)")
_CLOSE = 0.1  # of the size, between pieces of a word


def fill_holes(
    page: PageImage, words: Sequence[Word], *, languages: tuple[str, ...], deadline: Deadline | None
) -> tuple[Sequence[Word], tuple[str, ...]]:
    """The words with what OCR reads in place of unknown glyphs, and the flag `glyphs_from_ocr` where it read any."""
    holed = [word for word in words if word.has_hole]
    if not holed or page.pixels is None:
        return words, ()
    languages = languages or (script_in("".join([word.text for word in holed])).name,)
    read = ocr.read_words(page, languages=languages, deadline=deadline, near=[word.bbox for word in holed]).words
    if _agreement(words, read) < _TRUSTED:
        return words, ()
    filled = [word for pieces in _units(words) for word in _filled(pieces, read)]
    return filled, ("glyphs_from_ocr",) if filled != [*words] else ()


def _agreement(words: Sequence[Word], read: Sequence[Word]) -> float:
    """Share of what the layer knows whole that OCR reads so, on the lines that it read."""
    texts = {_parted(other.text)[1] for other in read}
    whole = "".join([unicodedata.normalize("NFC", other.text) for other in read])
    right = all_ = 0
    for word in words:
        known = _parted(word.text)[1]
        if len(known) < 2 or not known[0].isalpha() or not any(_beside(word, other) for other in read):
            continue
        if len(known) > _LONG:
            samples = [part for run in _RUNS.split(known) for part in _samples(run) if HOLE not in part]
            right += sum(part in whole for part in samples)
            all_ += len(samples)
        elif HOLE not in known:
            right += known in texts
            all_ += 1
    return right / max(1, all_)


def _samples(text: str) -> list[str]:
    return [text[at : at + _SAMPLE] for at in range(0, len(text) - _SAMPLE + 1, _SAMPLE)]


def _units(words: Sequence[Word]) -> list[list[Word]]:
    """Words of which the layer makes several where a glyph without a name is drawn over its neighbours, together."""
    units: list[list[Word]] = []
    for word in words:
        if units and _touch(units[-1][-1], word):
            units[-1].append(word)
        else:
            units.append([word])
    return units


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"


def _touch(word: Word, other: Word) -> bool:
    if (word.font, word.size) != (other.font, other.size) or abs(word.baseline - other.baseline) > _CLOSE * word.size:
        return False
    if not (HOLE in word.text + other.text or (_is_letter(word.text[-1]) and _is_letter(other.text[0]))):
        return False
    return -_common_width(word, other) < _CLOSE * word.size


def _filled(pieces: list[Word], read: Sequence[Word]) -> list[Word]:
    """One word in place of the pieces, if OCR has what the layer knows of it."""
    known = _BETWEEN.join([piece.text for piece in pieces])
    if HOLE not in known and _BETWEEN not in known:
        return pieces
    whole = pieces[0]._replace(bbox=union([piece.bbox for piece in pieces]), space=pieces[-1].space)
    here = [other for other in read if _beside(whole, other)]
    if not here:
        return pieces
    confidence = min(other.confidence for other in here)
    if confidence < _SURE:
        return pieces
    texts = [other.text for other in here]
    for text in (*texts, "".join(texts)):
        if found := _match(known, text):
            return [whole._replace(text=found, confidence=confidence)]
    return pieces


def _match(known: str, text: str) -> str | None:
    """`known` with its holes filled from a text that has all its other letters, whatever signs stand around."""
    before, core, after = _parted(known)
    parts = [part for part in _RUNS.split(core) if part]
    if len(core) > _LONG:
        core = _filled_by_neighbours(parts, unicodedata.normalize("NFC", text))
        return None if HOLE in core else f"{before}{core}{after}"
    if len(parts) > _PARTS:
        return None
    pattern = "".join(map(_pattern, parts))
    found = re.fullmatch(pattern, _parted(text)[1])
    if found is None and len(_RUNS.sub("", core)) >= _TELLING:
        found = re.search(pattern, text)
    return f"{before}{found[0]}{after}" if found else None


def _filled_by_neighbours(parts: list[str], text: str) -> str:
    """A line without blanks: each hole from where the letters beside it stand in the text, and nowhere else."""
    filled = []
    for place, part in enumerate(parts):
        if part[0] not in (HOLE, _BETWEEN):
            filled.append(part)
            continue
        left = parts[place - 1][-_SAMPLE:] if place else ""
        right = parts[place + 1][:_SAMPLE] if place + 1 < len(parts) else ""
        found = re.findall(f"{re.escape(left)}({_pattern(part)}?){re.escape(right)}", text)
        sure = len(found) == 1 and len(left + right) >= _TELLING
        filled.append(found[0] if sure else part.replace(_BETWEEN, ""))
    return "".join(filled)


def _pattern(part: str) -> str:
    if part[0] not in (HOLE, _BETWEEN):
        return re.escape(part)
    return f"\\S{{{int(HOLE in part)},{_MOST * len(part)}}}"


def _parted(text: str) -> tuple[str, str, str]:
    """Punctuation before, what it stands around, and punctuation after, composed."""
    text = unicodedata.normalize("NFC", text)
    first = next((at for at, char in enumerate(text) if not _is_punctuation(char)), len(text))
    last = next((at for at in range(len(text), first, -1) if not _is_punctuation(text[at - 1])), first)
    return text[:first], text[first:last], text[last:]


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] == "P"


def _common_width(word: Word, other: Word) -> float:
    return min(word.bbox[2], other.bbox[2]) - max(word.bbox[0], other.bbox[0])


def _beside(word: Word, other: Word) -> bool:
    """Whether two readings are of one place."""
    middle = (other.bbox[1] + other.bbox[3]) / 2
    return word.bbox[1] < middle < word.bbox[3] and _common_width(word, other) > 0
