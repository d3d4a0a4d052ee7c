"""The words of a page that must be read from its pixels.

PP-OCRv6 reads Latin, Chinese and Japanese. It finds the lines of every script, so some of them are read first: where it
makes nothing of them, Tesseract takes over with the script that fits, when it is installed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, overlap
from docparse.model.base import Deadline
from docparse.model.embedded import ocr_foreign, ocr_fractions, ocr_leaders, ocr_rapid, ocr_tesseract
from docparse.model.embedded.ocr_detect import TextBox, detect_text, sampled
from docparse.model.embedded.ocr_script import (
    SCRIPTS,
    Script,
    foreign_share,
    is_foreign,
    is_ideographic,
    looks_vietnamese,
    script_of,
)
from docparse.model.embedded.ocr_types import OcrLine, OcrResult
from docparse.model.embedded.preprocess import grey
from docparse.model.embedded.script import is_cjk
from docparse.schemas.page import PageImage, Word

__all__ = ["OcrResult", "read_words"]

_FOREIGN = 0.35  # share of unreadable probes from which a page counts as foreign
_LEAST_UNREAD = 12.0  # their length in heights: some 20 letters
_BY_STAFF = 5.0  # spaces over and under a staff: notes and lyrics
_LOW, _LOW_WIDE = 0.65, 0.85  # of a page in letters, and of one in Chinese characters, which look more like others
_NOISE = 0.3
_SPECK = 0.7  # of the usual height of lines: lone signs that are smaller on both sides
_MORE_THAN_ONE = 1.5  # of the usual height of unread passages: what is shorter is a letter or less
_INK = 60.0  # of 255, between ink and paper
_STRAY_SHARE = 0.2  # of a page's letters: Chinese characters beyond this are no misread ornaments
_ROW, _ROW_KINDS = 8, 0.4  # Chinese characters in a line, and the share of different letters in it, of no text
_RULES = "一二三"  # what lines drawn with hyphens and equal signs look like
_DASH = "一"
_CLEAR = 0.97  # confidence of every probe on a page of clear print
_CLEAR_LINE = 10  # signs
_DOUBTFUL = "low_confidence"
_PLAIN = re.compile(r"[\w.,:%+−–/ -]*\w[\w.,:%+−–/ -]*")  # words and numbers, no pieces of formulas
_KNOWN = ("Latin", "HanS", "HanT", "Japanese")


def read_words(
    page: PageImage, *, languages: tuple[str, ...] = (), deadline: Deadline | None = None,
    near: Sequence[Box] | None = None,
) -> OcrResult:  # fmt: skip
    """Words of the page image in page units, line by line, each with the engine's confidence.

    `languages` are Tesseract names ("deu", "rus") or scripts ("Cyrillic"); `near` has only lines read that touch one of
    these places (page units). The page should be upright: see `orientation.upright`. Never fails on
    a page: what could not be read is said in the flags.
    """
    if page.pixels is None or not (ocr_rapid.available() or ocr_tesseract.available()):
        return OcrResult(flags=("ocr_unavailable",))
    image = page.pixels
    fractions: list[OcrLine] = []
    if ocr_rapid.available():
        boxes = detect_text(image)
        if near is None:
            image, fractions = ocr_fractions.take_out(image, boxes)
            boxes = ocr_fractions.cut(detect_text(image), fractions) if fractions else boxes
        else:
            places = [page.to_px(place) for place in near]
            boxes = [box for box in boxes if any(overlap(box.bbox, place) > 0 for place in places)]
        lines, complete, flags = _read(image, boxes, languages, deadline)
    else:
        lines, complete, flags = _read_without_models(image, languages, deadline)
    unread: list[OcrLine] = []
    if any(flag.startswith("script_unsupported:") for flag in flags):
        unread = [line for line in lines if is_foreign(line) and _is_inked(image, line.bbox)]
        lines = [line for line in lines if not is_foreign(line)]
        if not unread:
            flags = ()
    lines = _without_ornaments(_without_specks([line for line in lines if not _is_noise(line)]))
    lines = ocr_leaders.joined(lines, image)
    lines = ocr_fractions.put_in(lines, fractions)
    if not complete:
        flags = (*flags, "ocr_incomplete")
    least = _LOW_WIDE if is_ideographic("".join(line.text for line in lines)) else _LOW
    if lines and _mean_confidence(lines) < least and _DOUBTFUL not in flags:
        flags = (*flags, _DOUBTFUL)
    passages = tuple(page.to_units(box) for box in _larger(_passages([line.bbox for line in unread])))
    return OcrResult(_page_words(_sorted(lines), page), flags, passages)


def _read(
    image: NDArray[np.uint8], boxes: list[TextBox], languages: tuple[str, ...], deadline: Deadline | None
) -> tuple[list[OcrLine], bool, tuple[str, ...]]:
    probes = sampled(boxes)
    lines, complete = ocr_rapid.recognise(image, probes, deadline=deadline)
    probed = _with_unread(lines, probes)
    wanted = [s for name in languages if (s := script_of(name)) is not None and s.name not in _KNOWN]
    script: Script | None = wanted[0] if wanted else None
    flags: tuple[str, ...] = ()
    if script is None and looks_vietnamese(lines):
        script = SCRIPTS["Vietnamese"]
    if script is None and _is_foreign_page(image, probed):
        script, flags = ocr_foreign.find_script(image, probed, deadline=deadline)
    clear = bool(lines) and min(_mean_confidence([line]) for line in lines) >= _CLEAR
    if script is None or script.name == "Latin":
        lines, complete = ocr_rapid.recognise(image, boxes, clear=clear, again=not flags, deadline=deadline)
        if flags:
            return _with_unread(lines, boxes), complete, flags
        return lines, complete, (_DOUBTFUL,) if _are_vouched_for(probed) and _are_unread(probed) else ()
    if script.languages[0] not in ocr_tesseract.languages():
        lines, complete = ocr_rapid.recognise(image, boxes, deadline=deadline)
        flags = (f"script_unsupported:{script.name}", f"install:{script.package}")
        return _with_unread(lines, boxes), complete, flags
    seen = _with_unread(lines, boxes)
    found, complete = ocr_foreign.read_script(image, script, seen, deadline=deadline)
    if wanted or not complete or ocr_foreign.bears_out(found, script):
        return _with_plain(image, found, boxes, deadline), complete, (f"script:{script.name}",)
    found, complete = ocr_foreign.read_latin(image, deadline=deadline)
    if found:
        return found, complete, ()
    lines, complete = ocr_rapid.recognise(image, boxes, deadline=deadline)
    return _with_unread(lines, boxes), complete, ("script_unsupported:unknown",)


def _with_plain(
    image: NDArray[np.uint8], lines: list[OcrLine], boxes: Sequence[TextBox], deadline: Deadline | None
) -> list[OcrLine]:
    """The lines of a page in another script, and the numbers and Latin words that Tesseract left out."""
    missed = set(ocr_foreign.left_out([box.bbox for box in boxes], lines))
    plain, _ = ocr_rapid.recognise(image, [box for box in boxes if box.bbox in missed], deadline=deadline)
    sure = [line for line in plain if not is_foreign(line) and _PLAIN.fullmatch(line.text)]
    return ocr_foreign.with_lines(lines, sure)


def _is_foreign_page(image: NDArray[np.uint8], probes: list[OcrLine]) -> bool:
    """Whether most of the probes are text in an unknown script, not labels of a drawing or notes between staves."""
    from docparse.model.embedded.music_ink import find_staves

    if not _are_foreign(probes):
        return False
    # rules to write on are as even as a staff, but stand further apart than what is written between them is tall
    places = [(staff.space, staff.around(_BY_STAFF)) for staff in find_staves(grey(image))]
    text = [
        line for line in probes
        if not any(line.bbox[3] - line.bbox[1] >= space and overlap(line.bbox, place) > 0 for space, place in places)
    ]  # fmt: skip
    return len(text) == len(probes) or _are_foreign(text)


def _are_foreign(probes: Sequence[OcrLine]) -> bool:
    """Whether most are in another script; a clear line of Chinese or Japanese says that the others are bad print."""
    return _are_unread(probes) and not _are_vouched_for(probes)


def _are_vouched_for(probes: Sequence[OcrLine]) -> bool:
    return any(len(p.text) >= _CLEAR_LINE and is_ideographic(p.text) and not is_foreign(p) for p in probes)


def _are_unread(probes: Sequence[OcrLine]) -> bool:
    unread = sum((p.bbox[2] - p.bbox[0]) / max(1.0, p.bbox[3] - p.bbox[1]) for p in probes if is_foreign(p))
    return unread >= _LEAST_UNREAD and foreign_share(probes) > _FOREIGN


def _read_without_models(
    image: NDArray[np.uint8], languages: tuple[str, ...], deadline: Deadline | None
) -> tuple[list[OcrLine], bool, tuple[str, ...]]:
    installed = ocr_tesseract.languages()
    langs = tuple(name for name in languages if name in installed) or tuple({"eng"} & installed)
    if not langs:
        return [], True, ("ocr_unavailable", "install:tesseract-ocr-eng")
    lines, complete = ocr_tesseract.read_lines(image, langs, deadline=deadline)
    return lines, complete, ()


def _with_unread(lines: list[OcrLine], boxes: Sequence[TextBox]) -> list[OcrLine]:
    """The lines, and an empty one for each box in which nothing was read."""
    read = {line.bbox for line in lines}
    return lines + [OcrLine((), box.bbox, 0.0) for box in boxes if box.bbox not in read]


def _passages(boxes: Sequence[Box]) -> list[Box]:
    """Lines that stand closely one under the other as one box."""
    passages: list[Box] = []
    for box in sorted(boxes, key=lambda box: box[1]):
        for place, (x0, y0, x1, y1) in enumerate(passages):
            if box[1] - y1 < 1.2 * (box[3] - box[1]) and min(x1, box[2]) > max(x0, box[0]):
                passages[place] = (min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3]))
                break
        else:
            passages.append(box)
    return passages


def _larger(passages: list[Box]) -> list[Box]:
    """Without those that hold no more than a letter beside others: dots and ends of strokes, at most page numbers."""
    usual = float(np.median([min(x1 - x0, y1 - y0) for x0, y0, x1, y1 in passages])) if passages else 0.0
    large = [(x0, y0, x1, y1) for x0, y0, x1, y1 in passages if max(x1 - x0, y1 - y0) >= _MORE_THAN_ONE * usual]
    return large or passages


def _is_inked(image: NDArray[np.uint8], box: Box) -> bool:
    """Whether something is printed there, not only shines through from the back of the sheet."""
    x0, y0, x1, y1 = (max(0, round(side)) for side in box)
    values = image[y0:y1, x0:x1].mean(axis=2)
    if not values.size:
        return False
    dark, light = np.quantile(values, (0.02, 0.8))
    return bool(light - dark > _INK)


def _is_noise(line: OcrLine) -> bool:
    """Specks and strokes that were taken for text."""
    letters = sum(char.isalnum() for char in line.text)
    return line.confidence < _NOISE or (line.confidence < 0.5 and letters < 3)


def _without_specks(lines: list[OcrLine]) -> list[OcrLine]:
    """Without signs on lines of their own that are much smaller than letters: dust, dots of a screen, ends of rules."""
    heights = [line.bbox[3] - line.bbox[1] for line in lines if any(map(str.isalnum, line.text))]
    least = _SPECK * float(np.median(heights)) if heights else 0.0
    return [
        line for line in lines
        if len(line.text) > 2 or any(map(str.isalnum, line.text))
        or max(line.bbox[2] - line.bbox[0], line.bbox[3] - line.bbox[1]) >= least
    ]  # fmt: skip


def _without_ornaments(lines: list[OcrLine]) -> list[OcrLine]:
    """Without the rows of stars and dashes that came out as Chinese characters: the same few again and again, or
    doubtful ones on a Latin page."""
    lines = [line for line in lines if not _is_row(line)]
    letters = [char for line in lines for char in line.text if char.isalpha()]
    if sum(map(is_cjk, letters)) > _STRAY_SHARE * len(letters):
        return lines
    lines = [line for line in lines if line.confidence >= _LOW or not any(map(is_cjk, line.text)) or _latin(line) >= 3]
    return [_with_dash(line, lines) if line.text == _DASH else line for line in lines]


def _with_dash(sign: OcrLine, lines: Sequence[OcrLine]) -> OcrLine:
    """The dash before an item of a list, read as a Chinese numeral, as tall as the item."""
    x0, y0, x1, y1 = sign.bbox
    for line in lines:
        _, top, _, bottom = line.bbox
        if top < (y0 + y1) / 2 < bottom and 0 < line.bbox[0] - x0 < 3 * (bottom - top):
            y0, y1 = top, bottom
            x1 = max(x0 + 1, min(x1, line.bbox[0] - 0.25 * (bottom - top)))
    words = tuple(word._replace(text="–", bbox=(x0, y0, x1, y1)) for word in sign.words)
    return sign._replace(words=words, bbox=(x0, y0, x1, y1))


def _is_row(line: OcrLine) -> bool:
    letters = [char for char in line.text if char.isalpha()]
    if len(letters) >= 3 and len(set(letters)) == 1 and letters[0] in _RULES:
        return True
    return sum(map(is_cjk, letters)) >= _ROW and len(set(letters)) <= _ROW_KINDS * len(letters)


def _latin(line: OcrLine) -> int:
    return sum(char.isalpha() and not is_cjk(char) for char in line.text)


def _mean_confidence(lines: Sequence[OcrLine]) -> float:
    weight = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / max(1, weight)


def _sorted(lines: list[OcrLine]) -> list[OcrLine]:
    """Top to bottom, lines side by side from left to right."""
    rows: list[list[OcrLine]] = []
    for line in sorted(lines, key=lambda line: line.bbox[1] + line.bbox[3]):
        middle = (line.bbox[1] + line.bbox[3]) / 2
        if rows and rows[-1][0].bbox[1] < middle < rows[-1][0].bbox[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.bbox[0])]


def _page_words(lines: list[OcrLine], page: PageImage) -> list[Word]:
    words: list[Word] = []
    for number, line in enumerate(lines):
        height = median([word.bbox[3] - word.bbox[1] for word in line.words]) / page.scale_y
        baseline = median([word.bbox[3] for word in line.words]) / page.scale_y - 0.2 * height
        size = height if line.tight else 0.8 * height
        for word in line.words:
            words.append(
                Word(
                    word.text, page.to_units(word.bbox), size=size, baseline=baseline, line=number,
                    space=word.space, confidence=word.confidence,
                )
            )  # fmt: skip
    return words
