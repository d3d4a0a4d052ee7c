"""A reading held against its drawing: ink that nothing explains, bonds whose strokes aren't there, odd valences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docparse.model.embedded.music_ink.raster import Mask, Part, parts
from docparse.model.embedded.structure_ink.groups import Token
from docparse.model.embedded.structure_ink.hashes import groups_of
from docparse.model.embedded.structure_ink.letters import Label, gap_to
from docparse.model.embedded.structure_ink.strokes import Graph, Stroke

if TYPE_CHECKING:
    from docparse.model.embedded.structure_ink.molecule import Molecule
    from docparse.model.embedded.structure_ink.read import Drawing

_NEAR = 0.8  # bonds' lengths from the reading to ink that may belong to it
_LEAST = 0.25  # of a bond's length that such ink is long
_DUST, _MOST_DUST = 4, 300  # pieces too small for strokes: those that are a row, and that are looked at
_DUST_GAP = 0.22  # of a bond's length between those of a row
_FULL = 0.6  # of a stroke's thickness: rims of strokes that aren't quite straight are thinner
_BROAD, _DOUBLE, _HASHED = 0.36, 0.84, 0.5  # of a bond's length about bonds and wedges, doubles, hashed ones
_ASIDE = 0.25, 0.45  # of a bond's length to either side where strokes beside a single bond and those of others are
_HALOGENS = {"F", "Cl", "Br", "I"}
_BONDS = {
    "N": {3}, "O": {2}, "S": {2, 4, 6}, "P": {3, 5}, "B": {3}, "Si": {4}, "Se": {2, 4},
    "F": {1}, "Cl": {1}, "Br": {1}, "I": {1},
}  # fmt: skip


def unexplained(drawing: Drawing) -> float:
    """The ink at the reading that is part of no bond and no letter of it, in bonds' lengths."""
    usual, found = drawing.usual, parts(_without(drawing))[0]
    points = [drawing.graph.points[n] for s in drawing.graph.strokes for n in (s.a, s.b)]
    points += [(letter.x, letter.y) for label, _ in drawing.ends.values() for letter in label.letters]
    near = [part for part in found if any(gap_to(part, *point) < _NEAR * usual for point in points)]
    long = [_long(part) / usual for part in near if part.size > _FULL * drawing.sheet.thick * _long(part)]
    small = [part for part in near if _long(part) <= _LEAST * usual]
    rows = groups_of(small, _DUST_GAP * usual) if _DUST <= len(small) <= _MOST_DUST else ()
    spans = [_span(row) / usual for row in rows if len(row) >= _DUST]
    return sum(size for size in long if size > _LEAST) + sum(span for span in spans if span > _LEAST)


def _long(part: Part) -> int:
    return max(part.wide, part.high)


def _span(row: list[Part]) -> float:
    """How far apart the pieces of a row are at most, along or across."""
    x, y = [part.x for part in row], [part.y for part in row]
    return max(max(x) - min(x), max(y) - min(y))


def _without(drawing: Drawing) -> Mask:
    """The ink, specks too, without the letters, be they read or not, and the strokes of the reading."""
    sheet, graph = drawing.sheet, drawing.graph
    told = [letter.part for label in drawing.labels for letter in label.letters] + drawing.unread
    keep = np.ones(int(sheet.labels.max()) + 1, np.uint8)
    keep[[0, *(part.label for part in told)]] = 0
    image = Image.fromarray(keep[sheet.labels])
    pen = ImageDraw.Draw(image)
    for part in sheet.specks:
        pen.rectangle((part.x0, part.y0, part.x1 - 1, part.y1 - 1), fill=1)
    for stroke in graph.strokes:
        ends = [graph.points[stroke.a], graph.points[stroke.b]]
        pen.line(ends, fill=0, width=round(_breadth(stroke, sheet.thick, drawing.usual)))
        for x, y in ends:  # thick corners
            pen.ellipse((x - sheet.thick, y - sheet.thick, x + sheet.thick, y + sheet.thick), fill=0)
    return np.asarray(image)


def _breadth(stroke: Stroke, thick: float, usual: float) -> float:
    if stroke.wedge:
        return (_HASHED if stroke.wedge == "down" else _BROAD) * usual
    return max((_BROAD if stroke.order == 1 else _DOUBLE) * usual, 4 * thick)


def odd_orders(drawing: Drawing) -> int:
    """Single bonds that are drawn with more strokes side by side, and others drawn with fewer than they should be."""
    sheet, graph = drawing.sheet, drawing.graph
    told = [letter.part for label in drawing.labels for letter in label.letters]
    keep = np.ones(int(sheet.labels.max()) + 1, bool)
    keep[[0, *(part.label for part in told)]] = False
    ink = keep[sheet.labels]
    odd = 0
    for stroke in graph.strokes:
        if not stroke.wedge and graph.length(stroke) > 0.5 * drawing.usual:
            single = stroke.order == 1
            count = _strokes_across(graph, stroke, ink, _ASIDE[not single] * drawing.usual)
            odd += count > 1 if single else count < min(3, stroke.order)
    return odd


def _strokes_across(graph: Graph, stroke: Stroke, ink: NDArray[np.bool_], reach: float) -> int:
    """How many strokes lie side by side at most places of a bond, up to so far from its middle."""
    (px, py), (qx, qy) = graph.points[stroke.a], graph.points[stroke.b]
    size = graph.length(stroke)
    aside = np.arange(-reach, reach + 0.1, 0.5)
    counts = []
    for share in np.linspace(0.35, 0.65, 7):
        x = np.rint(px + share * (qx - px) - (qy - py) / size * aside).astype(int).clip(0, ink.shape[1] - 1)
        y = np.rint(py + share * (qy - py) + (qx - px) / size * aside).astype(int).clip(0, ink.shape[0] - 1)
        row = np.concatenate([[False], ink[y, x]])
        counts.append(int((row[1:] & ~row[:-1]).sum()))
    return int(np.median(counts))


def odd_valences(drawing: Drawing) -> int:
    """Labels of one atom whose bonds and hydrogens aren't as many as it has: hydrogen is always written. Charges may be
    missing where their signs are small: of nitrogen with four bonds, and of as many oxygens with one.
    """
    odd, charged, oxides = 0, 0, 0
    for label in drawing.labels:
        points = [point for point, (owner, _) in drawing.ends.items() if owner is label]
        tokens = drawing.tokens(label, points) if points else None
        if not tokens or (atom := _lone(tokens)) is None:
            continue
        name, hydrogens, charge = atom
        bonds = sum(stroke.order for point in points for stroke in drawing.graph.at(point)) + hydrogens
        if name == "N" and bonds == 4:
            charged += 1
        elif (name, bonds, charge) == ("O", 1, 0):
            oxides += 1
        elif not _has_hydrogen_by(label, drawing):
            odd += bonds - charge not in _BONDS.get(name, {bonds - charge})
    return odd + max(0, oxides - charged)


def _has_hydrogen_by(label: Label, drawing: Drawing) -> bool:
    """Whether hydrogen stands close by that isn't at it, as where its index isn't read."""
    hung = [owner for owner, _ in drawing.ends.values()]
    return any(
        other not in hung
        and other.text.strip("23") == "H"
        and min(label.gap(letter.x, letter.y) for letter in other.letters) < 1.5 * drawing.capital
        for other in drawing.labels
    )


def _lone(tokens: list[Token]) -> tuple[str, int, int] | None:
    """The one atom of a label with its hydrogens and its charge; None where there are more."""
    heavy = [(name, count) for name, count in tokens if name not in ("H", "+", "-")]
    if len(heavy) != 1 or heavy[0][1] != 1:
        return None
    hydrogens = sum(count for name, count in tokens if name == "H")
    return heavy[0][0], hydrogens, sum((name == "+") - (name == "-") for name, _ in tokens)


def rare_bonds(molecule: Molecule) -> int:
    """Halogens at oxygen or nitrogen: more likely a letter misread."""
    pairs = [{molecule.atoms[bond.a].symbol, molecule.atoms[bond.b].symbol} for bond in molecule.bonds]
    return sum(bool(pair & _HALOGENS) and bool(pair & {"N", "O"}) for pair in pairs)
