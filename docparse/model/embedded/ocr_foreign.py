"""Pages in scripts that PP-OCRv6 does not know: find the script, then let Tesseract read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, centre, contains_point, iou, union
from docparse.model.base import Deadline
from docparse.model.embedded import ocr_strips, ocr_tesseract, preprocess
from docparse.model.embedded.ocr_script import SCRIPTS, Script, is_foreign, language_of, script_of, script_share
from docparse.model.embedded.ocr_types import OcrLine, OcrWord

_PROBES = 3
_SURE_SIGN = 0.88  # in clear print of their own script most signs are surer, in others few
_SURE, _POSSIBLE = 0.75, 0.5  # share of sure signs in the script of a page
_SURE_WORD = 0.8
_LEAST_LETTERS = 8
_LEAST_LATIN = 0.4  # bad print, whose page is flagged; other scripts read as Latin at up to 0.33
# clear print reads at 0.69 and 0.46 or more, bad print in wrong scripts at 0.63 and 0.41
_SURE_PAGE, _LIKELY_PAGE = 0.67, 0.45
_COVERED = 0.6
_WIDE, _READ, _LEGIBLE, _LEAST_SIGNS = 1.5, 0.5, 0.6, 2
_BLANK = 0.6  # of the height: a wider one parts columns
_ROOM = 0.5  # of the height of a line, on both sides of its ink together
_MOSTLY, _SAME_PLACE = 0.5, 0.4
_LIKE_LATIN = ("Latin", "Vietnamese", "Cyrillic", "Greek")
_NO_BLANKS = ("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "CJK", "HIRAGANA", "KATAKANA")
_last_found: list[Script] = []  # scripts of the pages before: a document rarely changes its script


def find_script(
    image: NDArray[np.uint8], lines: Sequence[OcrLine], *, deadline: Deadline | None = None
) -> tuple[Script | None, tuple[str, ...]]:
    """The script of lines that PP-OCRv6 could not read, and flags: data that Tesseract lacks for it.

    Tesseract's own guess and then one script after the other reads some of the lines; the first that is sure of
    letters of its own script wins.
    """
    installed = ocr_tesseract.languages()
    ranked = sorted((line for line in lines if is_foreign(line)), key=lambda line: line.bbox[0] - line.bbox[2])
    boxes = [line.bbox for line in ranked[:_PROBES]]
    found = ocr_tesseract.orientation_and_script(preprocess.grey(image, 2000)) if installed else None
    guess = script_of(found[2]) if found is not None else None
    if guess is not None and found is not None and found[3] >= 2 and not _data(guess, installed):
        return None, (f"script_unsupported:{guess.name}", f"install:{guess.package}")
    best: tuple[float, Script] | None = None
    for script in _candidates(guess):
        data = _data(script, installed)
        if not data or (deadline is not None and deadline.passed):
            continue
        share = _sure_share(ocr_strips.read_signs(image, boxes, data[:1], deadline=deadline), script)
        if best is None or share > best[0]:
            best = (share, script)
        if share >= _SURE:
            break
    if best is None or best[0] < _POSSIBLE:
        return None, ("script_unsupported:unknown",)
    return best[1], ()


def read_script(
    image: NDArray[np.uint8], script: Script, others: Sequence[OcrLine], *, deadline: Deadline | None = None
) -> tuple[list[OcrLine], bool]:
    """Lines of a page in the script (with English), and whether all was read. `others` are PP-OCRv6's.

    Lines that Tesseract's page analysis missed in whole or for the most part are read one by one.
    """
    languages = _page_languages(image, script, others, deadline)
    lines, complete = ocr_tesseract.read_lines(image, languages, deadline=deadline)
    if sum(not _covers(lines, line) for line in others) > (1 - _COVERED) * len(others):
        lines = ocr_strips.read_boxes(image, [line.bbox for line in others], languages, deadline=deadline)
    else:
        lines = _with_missed(image, lines, script, languages, others, deadline)
    lines = _in_script(image, lines, script, languages, deadline)
    return [_joined(line) for line in lines], complete


def _with_missed(
    image: NDArray[np.uint8], lines: list[OcrLine], script: Script, languages: tuple[str, ...],
    others: Sequence[OcrLine], deadline: Deadline | None,
) -> list[OcrLine]:  # fmt: skip
    """The lines, and those beside pictures or over columns of which Tesseract's page analysis left out most."""
    wide = [line.bbox for line in others if is_foreign(line) and _is_wide(line.bbox)]
    read = ocr_strips.read_boxes(image, left_out(wide, lines), languages, deadline=deadline)
    return with_lines(lines, [
        line for line in read
        if line.confidence >= _LEGIBLE and script_share(line.text, script) >= _MOSTLY and len(line.text) >= _LEAST_SIGNS
    ])  # fmt: skip


def left_out(boxes: Sequence[Box], lines: Sequence[OcrLine]) -> list[Box]:
    """The boxes of lines, as generous as the detector's, over less than half of which words were read."""
    words = [word.bbox for line in lines for word in line.words]
    return [box for box in boxes if not _is_read(box, words)]


def with_lines(lines: Sequence[OcrLine], found: Sequence[OcrLine]) -> list[OcrLine]:
    """The lines and those found besides, in place of words that stand in them; a part of a line goes into it."""
    places = [line.bbox for line in found]
    kept: list[OcrLine] = []
    for line in lines:
        rest = tuple(word for word in line.words if not any(contains_point(box, *centre(word.bbox)) for box in places))
        if rest:
            kept.append(line if len(rest) == len(line.words) else _of_words(line, rest))
    for line in found:
        at = next((i for i, other in enumerate(kept) if _is_part(line.bbox, other)), None)
        if at is None:
            kept.append(line)
        else:
            kept[at] = _of_words(kept[at], (*kept[at].words, *line.words))
    return kept


def _is_part(box: Box, line: OcrLine) -> bool:
    """Whether a box stands in a line with a word beside it; a line over two columns has nothing between them."""
    near = _BLANK * (box[3] - box[1])
    return contains_point(line.bbox, *centre(box)) and any(
        max(word.bbox[0] - box[2], box[0] - word.bbox[2]) < near for word in line.words
    )


def _of_words(line: OcrLine, words: Sequence[OcrWord]) -> OcrLine:
    """The line with these words, in the direction in which its own run."""
    back = line.words[0].bbox[0] > line.words[-1].bbox[0]
    ordered = sorted(words, key=lambda word: word.bbox[0], reverse=back)
    return line._replace(words=tuple(ordered), bbox=union(word.bbox for word in ordered))


def _is_wide(box: Box) -> bool:
    return box[2] - box[0] >= _WIDE * (box[3] - box[1])


def _is_read(box: Box, words: Sequence[Box]) -> bool:
    x0, y0, x1, y1 = box
    inside = [(left, right) for left, top, right, bottom in words if y0 < (top + bottom) / 2 < y1]
    ink = x1 - x0 - _ROOM * (y1 - y0)
    return sum(max(0.0, min(x1, right) - max(x0, left)) for left, right in inside) >= _READ * ink


def _in_script(
    image: NDArray[np.uint8],
    lines: list[OcrLine],
    script: Script,
    languages: tuple[str, ...],
    deadline: Deadline | None,
) -> list[OcrLine]:
    """The lines with words that came out as English ones read again in their script alone; the surer reading counts.

    Short words of joined scripts look like some English one. Letters that are alike in both scripts prove nothing.
    """
    torn = [
        at for at, line in enumerate(lines)
        if any(map(_is_latin, line.words)) and script_share(line.text, script) >= _MOSTLY
    ]  # fmt: skip
    if len(languages) < 2 or script.name in _LIKE_LATIN or not torn:
        return lines
    again = ocr_strips.read_boxes(image, [lines[at].bbox for at in torn], languages[:1], deadline=deadline)
    own = [word for line in again for word in line.words if script_share(word.text, script) == 1]
    for at in torn:
        words = tuple(_surer(word, own) if _is_latin(word) else word for word in lines[at].words)
        lines[at] = lines[at]._replace(words=words)
    return lines


def _is_latin(word: OcrWord) -> bool:
    return any(unicodedata.name(char, "").startswith("LATIN") for char in word.text)


def _surer(word: OcrWord, others: Sequence[OcrWord]) -> OcrWord:
    """The word, or what another reading has in its place, if that is surer."""
    same = [other for other in others if iou(other.bbox, word.bbox) > _SAME_PLACE]
    best = max(same, key=lambda other: other.confidence, default=word)
    return word._replace(text=best.text, confidence=best.confidence) if best.confidence > word.confidence else word


def bears_out(lines: Sequence[OcrLine], script: Script) -> bool:
    """Whether a page reads as the script that some lines of it were taken for; then the next page is likely in it, too.

    In bad print Tesseract's data for scripts of many small signs reads every letter as one of them or in English.
    """
    found = _confidence(lines) >= _SURE_PAGE or _trust(lines, script) >= _LIKELY_PAGE
    if found:
        _last_found[:] = [script]
    return found


def read_latin(image: NDArray[np.uint8], *, deadline: Deadline | None = None) -> tuple[list[OcrLine], bool]:
    """Lines of a page that is in no other script, in Latin letters; none where it reads as nothing."""
    script = SCRIPTS["Latin"]
    data = _data(script, ocr_tesseract.languages())
    lines, complete = ocr_tesseract.read_lines(image, data[:1], deadline=deadline) if data else ([], True)
    return (lines, complete) if _trust(lines, script) >= _LEAST_LATIN else ([], complete)


def _candidates(guess: Script | None) -> Iterable[Script]:
    first = [*_last_found, *([guess] if guess is not None else [])]
    return dict.fromkeys([*first, SCRIPTS["Latin"], *(s for s in SCRIPTS.values() if s.name != "Vietnamese")])


def _data(script: Script, installed: frozenset[str]) -> tuple[str, ...]:
    """Tesseract data for a script, best first: its language's; the script's own where it has several languages."""
    whole = (script.name, f"script/{script.name}")
    single = (*script.languages, *dict(script.letters))
    names = (*whole, *single) if script.letters else (*single, *whole)
    return tuple(name for name in names if name in installed)


def _trust(lines: Sequence[OcrLine], script: Script) -> float:
    """Confidence of what was read, times the share of it in the script; 0 for next to nothing."""
    text = " ".join(line.text for line in lines)
    if sum(char.isalpha() for char in text) < _LEAST_LETTERS:
        return 0.0
    return _confidence(lines) * script_share(text, script)


def _sure_share(signs: Sequence[tuple[str, float]], script: Script) -> float:
    """Share of letters and digits that are sure, times the share of letters in the script; 0 for next to nothing."""
    read = [(text, confidence) for text, confidence in signs if text[:1].isalnum()]
    if len(read) < _LEAST_LETTERS:
        return 0.0
    sure = sum(confidence > _SURE_SIGN for _, confidence in read)
    return sure / len(read) * script_share("".join(text for text, _ in signs), script)


def _confidence(lines: Sequence[OcrLine]) -> float:
    """Mean confidence of letters."""
    weight = sum(len(word.text) for line in lines for word in line.words)
    return sum(word.confidence * len(word.text) for line in lines for word in line.words) / max(1, weight)


def _page_languages(
    image: NDArray[np.uint8], script: Script, others: Sequence[OcrLine], deadline: Deadline | None
) -> tuple[str, ...]:
    """The language's data with English; the script's own data where the language's are not installed."""
    installed = ocr_tesseract.languages()
    data = _data(script, installed)
    language = script.languages[0]
    if script.letters and data and data[0] != language:
        boxes = [line.bbox for line in sorted(others, key=lambda line: line.bbox[0] - line.bbox[2])[:8]]
        read = ocr_strips.read_boxes(image, boxes, data[:1], deadline=deadline)
        sure = (word.text for line in read for word in line.words if word.confidence > _SURE_WORD)
        language = language_of(" ".join(sure), script)
    if language not in installed:
        return data[:1]
    return (language, "eng") if "eng" in installed and language != "eng" else (language,)


def _covers(lines: Iterable[OcrLine], line: OcrLine) -> bool:
    x, y = (line.bbox[0] + line.bbox[2]) / 2, (line.bbox[1] + line.bbox[3]) / 2
    return any(contains_point(other.bbox, x, y) for other in lines)


def _joined(line: OcrLine) -> OcrLine:
    """Tesseract puts blanks between the letters of scripts that have none: only wide gaps stay."""
    words: list[OcrWord] = []
    for i, word in enumerate(line.words):
        following = line.words[i + 1] if i + 1 < len(line.words) else None
        height = word.bbox[3] - word.bbox[1]
        tight = following is not None and following.bbox[0] - word.bbox[2] < 0.45 * max(height, 1.0)
        close = tight and following is not None and _unspaced(word.text[-1]) and _unspaced(following.text[0])
        words.append(word._replace(space=word.space and not close))
    return line._replace(words=tuple(words))


def _unspaced(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_NO_BLANKS)
