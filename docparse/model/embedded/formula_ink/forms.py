"""Signs of formulas by the shape of their ink, against how fonts for formulas draw them (`scripts/make_formula_forms`).

A recogniser of lines knows few of these signs, and needs a line; this one needs the sign alone.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

SIDE = 20  # pixels of a form's longer side
_EDGE = 1  # pixels around it
_STYLES = ("MATHEMATICAL FRAKTUR", "MATHEMATICAL SCRIPT", "MATHEMATICAL DOUBLE", "BLACK-LETTER", "SCRIPT", "DOUBLE")
_RARE = 0.03  # what letters of these styles must be likelier by
_SLANT = 0.02  # what a letter in italics must be likelier by than an upright one
_TWINS = {"φ": "φϕ", "ϕ": "φϕ", "ε": "εϵ", "ϵ": "εϵ", "−": "-", "*": "∗", "⋆": "⋆∗", "·": ".", "'": "′", "’": "′"}
_WRITTEN = {"∗": "*", "-": "−", "•": "·"}
# signs whose shapes differ in size or place alone, or that mean the same
_SETS = (
    "cC",
    "oO0",
    "sS",
    "vV",
    "wW",
    "xX",
    "zZ",
    "kK",
    "pP",
    "uU",
    "∑Σ",
    "∏Π",
    "φϕ",
    "εϵ∈",
    "⋃∪",
    "⋂∩",
    "iı",
    "-−",
    "′'",
    ".·•",
    "⨂⊗",
    "⨁⊕",
    "⨀⊙",
    "⋀∧",
    "⋁∨",
    "⟶→",
    "⟵←",
    "⟼↦",
    "△▽",
    "∘o",
)
_SAME_SHAPE = {sign: signs for signs in _SETS for sign in signs}


class _Known(NamedTuple):
    signs: str  # each once
    starts: NDArray[np.intp]  # of the forms of each
    forms: NDArray[np.float32]  # of unit length, a row each
    rare: NDArray[np.float32]  # what a sign's likeness is lessened by
    upright: NDArray[np.bool_]  # of each form


@cache
def _known_of(signs: str) -> _Known:
    """What is known of some signs alone."""
    known = _known()
    ends = [*known.starts[1:].tolist(), len(known.forms)]
    places = [place for place, sign in enumerate(known.signs) if sign in signs]
    rows = [range(known.starts[place], ends[place]) for place in places]
    flat = [row for part in rows for row in part]
    kept = "".join(known.signs[place] for place in places)
    starts = np.cumsum([0, *map(len, rows[:-1])])
    return _Known(kept, starts, known.forms[flat], known.rare[places], known.upright[flat])


@cache
def _known() -> _Known:
    with resources.files(__package__).joinpath("forms.npz").open("rb") as file, np.load(file) as data:
        forms = data["forms"].reshape(len(data["forms"]), -1).astype(np.float32)
        of_forms = str(data["signs"])
        starts = [at for at, sign in enumerate(of_forms) if not at or of_forms[at - 1] != sign]
        signs = "".join(of_forms[at] for at in starts)
        rare = np.array([_RARE * (unicodedata.name(sign, "").startswith(_STYLES)) for sign in signs], np.float32)
        return _Known(signs, np.array(starts), _unit(forms), rare, data["upright"])


def _unit(forms: NDArray[np.float32]) -> NDArray[np.float32]:
    forms = forms - forms.mean(axis=1, keepdims=True)
    return np.asarray(forms / np.maximum(np.linalg.norm(forms, axis=1, keepdims=True), 1e-6), np.float32)


def shrunk(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The ink in the middle of a square, SIDE pixels wide, a little blurred; 0 to 1. Narrow signs are drawn wider and
    flat ones taller, by the root of their proportions: what tells them apart is seen."""
    height, width = ink.shape
    inner = SIDE - 2 * _EDGE
    narrow = (width / height) ** 0.5
    size = max(1, round(inner * min(1.0, narrow))), max(1, round(inner * min(1.0, 1 / narrow)))
    small = Image.fromarray(ink.astype(np.uint8) * 255).resize(size, Image.Resampling.BOX)
    sheet = Image.new("L", (SIDE, SIDE))
    sheet.paste(small, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / np.float32(255)


class Form:
    """How like the known signs a sign's ink is, or some of them: 1 is the same."""

    def __init__(self, ink: NDArray[np.bool_], signs: str = "") -> None:
        self._known = known = _known_of(signs) if signs else _known()
        likeness = known.forms @ _unit(shrunk(ink).reshape(1, -1))[0]
        self._likeness = likeness
        best = np.maximum.reduceat(likeness, known.starts) - known.rare
        self._found = dict(zip(known.signs, best.tolist(), strict=True))

    def like(self, sign: str) -> float | None:
        """How like one sign it is; None for a sign of unknown shape."""
        found = [self._found[twin] for twin in _TWINS.get(sign, sign) if twin in self._found]
        return max(found, default=None)

    def is_slanted(self, letter: str) -> bool:
        """Whether a letter is beyond doubt one of a formula's own, in italics, and no upright one of a name."""
        known = self._known
        place = known.signs.find(letter)
        if place < 0 or not letter.isalpha():
            return False
        part = slice(known.starts[place], known.starts[place + 1] if place + 1 < len(known.starts) else None)
        likeness, upright = self._likeness[part], known.upright[part]
        if upright.all() or not upright.any():
            return False
        return bool(likeness[~upright].max() > likeness[upright].max() + _SLANT)

    @property
    def best(self) -> tuple[str, float, float]:
        """The likest sign, its likeness, and by how much the next sign of another shape is less like it."""
        ranked = sorted(self._found.items(), key=lambda item: -item[1])
        sign, likeness = ranked[0]
        sign = _WRITTEN.get(sign, sign)
        same = _SAME_SHAPE.get(sign, sign)
        other = next((value for char, value in ranked if char not in same), 0.0)
        return sign, likeness, likeness - other
