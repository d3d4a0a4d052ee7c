"""How far a reading of a drawing can be trusted: what of its ink, its bonds and its letters speaks against it."""

from __future__ import annotations

from math import atan2, degrees
from typing import TYPE_CHECKING

import numpy as np

from docparse.model.embedded.structure_ink.groups import tokens_of
from docparse.model.embedded.structure_ink.letters import gap_to
from docparse.model.embedded.structure_ink.proof import odd_orders, odd_valences, rare_bonds, unexplained
from docparse.model.embedded.structure_ink.strokes import Graph, bend

if TYPE_CHECKING:
    from docparse.model.embedded.structure_ink.read import Drawing

REACH = 1.1  # capitals' heights from the end of a bond to its letter
_UNREAD = 0.3  # what each letter costs that isn't read
_UNEXPLAINED, _LEAST_UNEXPLAINED = 0.3, 0.5  # what unexplained ink costs, and bonds' lengths of it that do
_VALENCE, _ORDER, _APART = 0.3, 0.15, 0.3  # what odd valences, bonds of other strokes and several pieces cost
_STUB, _STUBBED = 0.6, 0.3  # of a bond's length that one to nothing is at least, and what shorter ones cost
_STRAY = 0.9  # bonds' lengths from a reading to letters that should be its own
_FLAT = 0.85  # cosine of the least bend at an atom
_ODD, _SPARSE = 1.5, 7.0  # what odd strokes cost; thicknesses that a bond is long at least
_ALIKE, _HEXAGON_DEG = 0.2, 15.0  # how far lengths and angles of a skeleton's bonds stray
_MOSTLY, _HALF = 0.7, 0.5  # of the lengths and of the angles are so
_BARE, _IRREGULAR = 0.25, 0.5  # what drawings without a letter cost: all single bonds, not drawn as bonds are


def confidence(drawing: Drawing) -> float:
    """Less where letters are doubtful, strokes aren't as bonds are, letters among them belong to none, or what is read
    isn't what is drawn; where no letter vouches for the drawing its bonds must be like bonds.
    """
    used = [letter for label, _ in drawing.ends.values() for letter in label.letters]
    sure = min((letter.likeness for letter in used), default=0.5)
    value = min(1.0, 0.25 + 0.85 * sure) - 0.3 * len(drawing.doubts) - 0.25 * _strays(drawing)
    value -= _UNREAD * _unread_ends(drawing)
    value -= _ODD * max(0.0, _odd(drawing) - 0.05)
    value -= _UNEXPLAINED * (unexplained(drawing) > _LEAST_UNEXPLAINED) + _ORDER * odd_orders(drawing)
    value -= _STUBBED * _stubs(drawing)
    value -= _VALENCE * (odd_valences(drawing) + rare_bonds(drawing.molecule)) + _APART * (len(drawing.pieces) > 1)
    if _flat(drawing):
        value -= 0.25
    if drawing.usual < _SPARSE * drawing.sheet.thick:
        value -= 0.3
    if not drawing.ends and not _is_regular(drawing):
        value -= _IRREGULAR
    if not drawing.ends and all(stroke.order == 1 for stroke in drawing.graph.strokes):
        value -= _BARE
    return min(1.0, max(0.0, round(value, 2)))


def _flat(drawing: Drawing) -> bool:
    """Whether carbons lie on a straight line of single and double bonds: more likely a line that was broken."""
    graph = drawing.graph
    for point in {n for s in graph.strokes for n in (s.a, s.b)}:
        here = graph.at(point)
        if any(s.wedge for s in here):  # whose ends are not so clear
            continue
        if len(here) == 2 and max(s.order for s in here) < 3 and sum(s.order for s in here) < 4:
            ends = [graph.points[s.other(point)] for s in here]
            if bend(ends[0], graph.points[point], ends[1]) > _FLAT:
                return True
    return False


def _is_regular(drawing: Drawing) -> bool:
    """Whether bonds are of one length and meet as in hexagons and zigzags: graphs, trees and figures' don't."""
    graph = drawing.graph
    lengths = np.array([graph.length(stroke) for stroke in graph.strokes])
    angles = np.array([a for n in {n for s in graph.strokes for n in (s.a, s.b)} for a in _angles(graph, n)])
    if not len(lengths) or not len(angles):
        return False
    alike = np.abs(lengths / np.median(lengths) - 1) < _ALIKE
    return bool(alike.mean() >= _MOSTLY and (np.abs(angles - 120) < _HEXAGON_DEG).mean() >= _HALF)


def _angles(graph: Graph, point: int) -> list[float]:
    """Degrees between neighbouring strokes at a point, the least one where there are two."""
    x, y = graph.points[point]
    ends = [graph.points[stroke.other(point)] for stroke in graph.at(point)]
    ways = sorted(degrees(atan2(v - y, u - x)) % 360 for u, v in ends)
    if len(ways) < 2:
        return []
    apart = [(b - a) % 360 for a, b in zip(ways, [*ways[1:], ways[0]], strict=True)]
    return [min(apart)] if len(ways) == 2 else apart


def _odd(drawing: Drawing) -> float:
    """The share of the strokes that are much shorter or longer than most."""
    graph = drawing.graph
    inner = [s for s in graph.strokes if s.a not in drawing.ends and s.b not in drawing.ends]
    return sum(not 0.6 < graph.length(s) / drawing.usual < 1.7 for s in inner) / max(1, len(inner))


def _unread_ends(drawing: Drawing) -> int:
    """How many pieces like letters that weren't read bonds lead to."""
    free = [drawing.graph.points[n] for s in drawing.graph.strokes for n in (s.a, s.b) if n not in drawing.ends]
    reach = REACH * (drawing.capital or max((p.high for p in drawing.unread), default=0))
    return sum(any(gap_to(part, *point) < reach for point in free) for part in drawing.unread)


def _stubs(drawing: Drawing) -> int:
    """Bonds from a corner that end freely and are far shorter than others: of letters that were taken for strokes."""
    graph = drawing.graph
    return sum(
        graph.length(stroke) < _STUB * drawing.usual
        and not {stroke.a, stroke.b} & drawing.ends.keys()
        and 1 in (graph.degree(stroke.a), graph.degree(stroke.b))
        for stroke in graph.strokes
    )


def _strays(drawing: Drawing) -> int:
    """Labels of atoms that stand at the strokes or at other labels, and at no end of a bond."""
    hung = [label for label, _ in drawing.ends.values()]
    points = [drawing.graph.points[n] for s in drawing.graph.strokes for n in (s.a, s.b)]
    points += [(letter.x, letter.y) for label in hung for letter in label.letters]
    return sum(
        label not in hung
        and tokens_of(label.text) is not None
        and min(label.gap(*point) for point in points) < _STRAY * drawing.usual
        for label in drawing.labels
    )
