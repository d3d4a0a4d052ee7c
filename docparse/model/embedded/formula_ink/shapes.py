"""Tall signs and accents of formulas by the shape of their ink: too large or too small for a recogniser of lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.formula_ink.forms import Form

_LARGE, _LIKE = frozenset("∑∏∐∫∮⋃⋂⨁⨂⨀⋀⋁"), 0.8
DOT = "\u0307"
_ARROW = "\u20d7"
_BAR, _HAT, _TILDE, _DOTS = "\u0304", "\u0302", "\u0303", "\u0308"


def sign_of(ink: NDArray[np.bool_]) -> str | None:
    """A bracket, bar, integral, sum or product; None for any other shape."""
    height, width = ink.shape
    if width <= max(2, 0.07 * height):
        return "|"
    sign, likeness, _ = Form(ink).best
    if sign in _LARGE and likeness > _LIKE:
        return sign
    return _bracket_of(ink) if width <= 0.5 * height else None


def _bracket_of(ink: NDArray[np.bool_]) -> str | None:
    height, width = ink.shape
    left, right = _edges(ink)
    foot = max(1, height // 40)
    inner = ink[height // 8 : -height // 8]
    if ink[:foot].mean() > 0.7 and ink[-foot:].mean() > 0.7:
        half = max(1, width // 2)
        if not inner[:, -half:].any():
            return "["
        return "]" if not inner[:, :half].any() else None
    top, middle, bottom = (_mean_x(ink, at) for at in (0.03, 0.5, 0.97))
    if right[: height // 6].max() > 0.85 and left[-height // 6 :].min() < 0.15 and 0.3 < middle < 0.7:
        return "∫" if ink[height // 4 : -height // 4].mean() < 0.45 else None
    if top > middle + 0.25 and bottom > middle + 0.25:
        return "(" if _is_bow(left) else "{"
    if top < middle - 0.25 and bottom < middle - 0.25:
        return ")" if _is_bow(1 - right) else "}"
    return None


def _edges(ink: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last ink of every row, in widths."""
    width = ink.shape[1]
    return ink.argmax(axis=1) / width, 1 - ink[:, ::-1].argmax(axis=1) / width


def _mean_x(ink: NDArray[np.bool_], at: float) -> float:
    """Where the ink of a row is on average, in widths."""
    height, width = ink.shape
    row = round(at * (height - 1))
    rows = ink[max(0, row - 1) : row + 2]
    return float(np.nonzero(rows)[1].mean() / width) if rows.any() else 0.5


def _is_bow(edge: NDArray[np.float64]) -> bool:
    """A round bracket's outer edge goes on from a sixth of its height to a third; a brace's is straight by then."""
    height = len(edge)
    quarter = (edge[height // 6] + edge[-height // 6]) / 2
    third = (edge[height // 3] + edge[-height // 3]) / 2
    return bool(quarter - third > 0.12)


def _is_arrow(mark: NDArray[np.bool_]) -> bool:
    """Whether a mark is thin on the left, and has a head on the right."""
    tall = mark.sum(axis=0)
    half = mark.shape[1] // 2
    return bool(tall[:half].max() <= 0.45 * mark.shape[0] and tall[half:].max() >= 0.6 * mark.shape[0])


def accent_of(marks: Sequence[NDArray[np.bool_]], wide: float) -> str | None:
    """The combining accent that small blots over a letter of width `wide` make; None where they make none."""
    if len(marks) == 2:
        return _DOTS if all(max(mark.shape) < 0.45 * wide + 2 for mark in marks) else None
    if len(marks) != 1:
        return None
    (mark,) = marks
    height, width = mark.shape
    if width >= 1.5 * height and Form(mark).best[0] in "→⟶" and _is_arrow(mark):
        return _ARROW
    if width <= 1.6 * height and mark.mean() > 0.6:
        return DOT
    if mark.mean() > 0.75 and width >= 3 * height:
        return _BAR
    if width < 3:
        return None
    columns = np.arange(width)
    level = np.array([np.flatnonzero(mark[:, x]).mean() if mark[:, x].any() else np.nan for x in columns])
    third = width // 3
    thirds = level[:third], level[third:-third], level[-third:]
    if any(np.isnan(part).all() for part in thirds):
        return None
    left, mid, right = (float(np.nanmean(part)) for part in thirds)
    if mid < left - 0.15 * height and mid < right - 0.15 * height:
        return _HAT
    return _TILDE if height < 0.6 * width else None
