"""`read_formula`: from a box of an image to LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula import is_number
from docparse.model.embedded.formula_ink.blots import blots_of, levelled, own_blots, sharp, type_height
from docparse.model.embedded.formula_ink.sheet import Sheet
from docparse.model.embedded.formula_ink.touching import parted
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.formula_tree import to_latex
from docparse.schemas.page import Word

_MOST_BLOTS = 300
_ROOM = 0.15  # around the box, in its heights: its edge may cut a sign
_COMMAND = re.compile(r"\\[A-Za-z]+ ?")
_OLD_NAMES = (("\\overset{", "\\stackrel{"), ("\\square", "\\Box"))  # what every TeX knows
_PAIRS = (("(", ")"), ("[", "]"), ("\\{", "\\}"))
_CONDITIONED = tuple("|)]")  # what may have a condition as its lower index
_WITH_LIMITS = frozenset(
    ("sum", "prod", "int", "oint", "iint", "bigcup", "bigcap", "bigoplus", "bigotimes", "lim", "max", "min", "sup",
     "inf")
)  # fmt: skip


class Reading(NamedTuple):
    """LaTeX, how sure the recogniser is of its signs, and the formula's number where one stands beside it."""

    latex: str
    confidence: float
    number: str = ""


def read_formula(image: NDArray[np.uint8], box: Box, stretch: float = 1.0) -> Reading | None:
    """The formula in a box of an RGB image (pixels); None where a part of it stays unclear.

    `stretch` is by how much the image is too tall for its width.
    """
    if not ocr_rapid.available():
        return None
    room = _ROOM * (box[3] - box[1])
    x0, y0 = (max(0, int(side - room)) for side in box[:2])
    cutting = image[y0 : int(box[3] + room) + 1, x0 : int(box[2] + room) + 1]
    if not cutting.size:
        return None
    pixels, mask = sharp(cutting, stretch)
    blots = blots_of(mask)
    if not blots:
        return None
    pixels, level = levelled(pixels, mask, type_height(blots))
    if level is not mask:
        mask, blots = level, blots_of(level)
    down, across = (new / old for new, old in zip(mask.shape, cutting.shape[:2], strict=True))
    inner = (across * (box[0] - x0), down * (box[1] - y0), across * (box[2] - x0), down * (box[3] - y0))
    blots = own_blots(blots, inner, mask.shape)
    if not blots or len(blots) > _MOST_BLOTS:
        return None
    mask, blots = parted(pixels, mask, blots, type_height(blots))
    sheet = Sheet(pixels, mask)
    try:
        sheet.take_apart(blots, 0)
    except Unclear:
        return None
    words, number = apart_number(sheet.words)
    latex = to_latex(words, sheet.rules, sheet.nodes)
    for ours, theirs in _OLD_NAMES:
        latex = latex and latex.replace(ours, theirs)
    latex = latex and _with_parallels(latex)
    if not latex or not sheet.scores or not is_plausible(latex):
        return None
    return Reading(latex, float(np.mean(sheet.scores)), number)


def _with_parallels(latex: str) -> str:
    """Two upright strokes that open and close no norm, as an index or between two vectors, as the sign of parallels."""
    latex = latex.replace("_{\\|}", "_{\\parallel}").replace("^{\\|}", "^{\\parallel}")
    return latex.replace("\\|", "\\parallel ") if latex.count("\\|") == 1 else latex


def apart_number(words: Sequence[Word]) -> tuple[list[Word], str]:
    """Signs of a formula, and the number in brackets that stands apart at its right ("" without one)."""
    ordered = sorted(words, key=lambda word: word.bbox[0])
    for at in range(len(ordered) - 1, 0, -1):
        word, before = ordered[at], ordered[at - 1]
        if word.text == "(" and word.bbox[0] - max(w.bbox[2] for w in ordered[:at]) > 0.9 * before.size:
            number = "".join(w.text for w in ordered[at:])
            return (ordered[:at], number.strip("()")) if is_number(number) else (list(words), "")
    return list(words), ""


def is_plausible(latex: str) -> bool:
    """No index is torn: brackets close where they open, relations stand in limits alone, little hangs on nothing."""
    lead = re.match(r"\{\}(?:[_^](?:\{([^{}]*)\}|\S))+", latex)
    if lead and len(_COMMAND.sub("x", lead[1] or "")) > 2:
        return False
    open_in_indices = [0] * len(_PAIRS)
    for index in re.finditer(r"(\\[a-z]+\s*(?:[_^](?:\{[^{}]*\}|[^\s{]))?)?[_^](\{|[^\s{])", latex):
        group = _group_at(latex, index.end() - 1) if index[2] == "{" else index[2]
        open_in_indices = [
            n + group.count(a) - group.count(b) for n, (a, b) in zip(open_in_indices, _PAIRS, strict=True)
        ]
        mark = index.end() - 2
        conditioned = latex[mark] == "_" and latex[:mark].rstrip()[-1:] in _CONDITIONED
        big = index[1] and index[1].lstrip("\\").split("_")[0].split("^")[0].strip() in _WITH_LIMITS
        if not (big or conditioned) and any(sign in group for sign in ("=", "\\approx", "\\simeq", "\\equiv")):
            return False
    return not any(open_in_indices)  # of tensors, brackets go on from index to index


def _group_at(latex: str, start: int) -> str:
    """What the braces that open at `start` hold."""
    depth = 0
    for end in range(start, len(latex)):
        if latex[end] in "{}" and latex[end - 1 : end] != "\\":
            depth += 1 if latex[end] == "{" else -1
            if not depth:
                return latex[start + 1 : end]
    return latex[start + 1 :]
