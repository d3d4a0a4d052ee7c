"""Finely hashed bonds: many dashes, thinner than strokes and often broken, close together along a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink.raster import Part
from docparse.model.embedded.structure_ink.strokes import Point

_LEAST, _MOST = 5, 400  # pieces of a bond, and of a drawing
_GAP = 0.17  # of a bond's length between its pieces
_LONG, _WIDE = (0.3, 1.5), 0.25  # of a bond's length, and how far from its middle pieces lie
_SLIM = 0.3  # of its length, the same


def fine_hashes(pieces: Sequence[Part], usual: float) -> list[tuple[Point, Point, list[Part]]]:
    """Bonds made of small pieces: from the narrow end to the wide one, and the pieces; `usual` is a bond's length."""
    if not _LEAST <= len(pieces) <= _MOST:
        return []
    found = []
    for group in groups_of(pieces, _GAP * usual):
        if len(group) >= _LEAST and (ends := _ends(group, usual)) is not None:
            found.append((*ends, group))
    return found


def groups_of(pieces: Sequence[Part], gap: float) -> Iterator[list[Part]]:
    """Pieces that hang together when gaps are leapt."""
    boxes = np.array([(p.x0, p.y0, p.x1, p.y1) for p in pieces], float)
    across = np.maximum(boxes[:, None, 0], boxes[None, :, 0]) - np.minimum(boxes[:, None, 2], boxes[None, :, 2])
    down = np.maximum(boxes[:, None, 1], boxes[None, :, 1]) - np.minimum(boxes[:, None, 3], boxes[None, :, 3])
    near = np.hypot(across.clip(0), down.clip(0)) < gap
    left = set(range(len(pieces)))
    while left:
        queue, group = [left.pop()], []
        while queue:
            at = queue.pop()
            group.append(pieces[at])
            fresh = left.intersection(np.flatnonzero(near[at]).tolist())
            left -= fresh
            queue.extend(fresh)
        yield group


def _ends(group: Sequence[Part], usual: float) -> tuple[Point, Point] | None:
    """The narrow and the wide end of a group that lies along a line; None where it doesn't."""
    places = np.array([(p.x, p.y) for p in group])
    centre = places.mean(axis=0)
    axis: NDArray[np.float64] = np.linalg.eigh(np.cov((places - centre).T))[1][:, 1]
    along = (places - centre) @ axis
    aside = np.abs((places - centre) @ np.array([-axis[1], axis[0]]))
    span = float(np.ptp(along))
    if not _LONG[0] * usual < span < _LONG[1] * usual or aside.max() > min(_WIDE * usual, _SLIM * span):
        return None
    reach = aside + np.array([max(p.wide, p.high) for p in group]) / 2
    first, last = along < along.min() + span / 3, along > along.max() - span / 3
    if reach[first].max() > reach[last].max():
        axis, along = -axis, -along
    rim = span / len(group) / 2
    start, end = centre + (along.min() - rim) * axis, centre + (along.max() + rim) * axis
    return (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
