"""A structure drawing from its pixels to SMILES."""

from __future__ import annotations

import importlib.util
import re
from math import isinf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink.raster import Part
from docparse.model.embedded.structure_ink.groups import Token, group_of, heavy, reversed_tokens, tokens_of
from docparse.model.embedded.structure_ink.hashes import fine_hashes
from docparse.model.embedded.structure_ink.letters import (
    Label,
    Letter,
    gap_to,
    is_compact,
    is_line,
    labels_of,
    letters_of,
)
from docparse.model.embedded.structure_ink.mend import mend
from docparse.model.embedded.structure_ink.molecule import Bond, Molecule
from docparse.model.embedded.structure_ink.pairs import hashed, join_doubles, mark_wedges
from docparse.model.embedded.structure_ink.pieces import with_letters
from docparse.model.embedded.structure_ink.sheet import Sheet, sheet_of
from docparse.model.embedded.structure_ink.strokes import Graph, Stroke, distance, strokes_of, usual_length
from docparse.model.embedded.structure_ink.trust import REACH, confidence

_AHEAD = 0.7  # capitals' heights, on from there along the bond
_HAS_ONE_BOND = re.compile("HO|OH|H2N|NH2|HS|SH|F|Cl|Br|H3C|CH3")
_LEAST_STROKES = 3
_LEVELS = (0.5, 0.3)  # of the way from paper to ink: thin lines are paler than letters
_GOOD = 0.8
_LETTER = 0.2, 0.8  # bonds' lengths that a letter is high
_PIECE = 0.3  # of the largest piece, in length of its lines


class Structure(NamedTuple):
    """SMILES and how sure it is: 1 where all ink is explained and every letter clear."""

    smiles: str
    confidence: float


def available() -> bool:
    return importlib.util.find_spec("rdkit") is not None


def read_structure(pixels: NDArray[np.uint8]) -> Structure | None:
    """The structure that a crop shows; None where there is none, or it can't be a molecule."""
    if not available():
        return None
    best: Structure | None = None
    for level in _LEVELS:
        sheet = sheet_of(pixels, level)
        usual = 0.0 if sheet is None else usual_length(sheet.ink, sheet.thick)
        if isinf(usual):
            break
        reading = _read(sheet, usual) if sheet is not None and usual else None
        if reading is not None and (best is None or reading.confidence > best.confidence):
            best = reading
        if best is not None and best.confidence >= _GOOD:
            break
    return best


def _read(sheet: Sheet, usual: float) -> Structure | None:
    drawing = Drawing(sheet, usual)
    smiles = drawing.smiles()
    return None if smiles is None else Structure(smiles, confidence(drawing))


class Drawing:
    """What is found in a drawing, step by step."""

    def __init__(self, sheet: Sheet, usual: float) -> None:
        self.usual = usual
        self.doubts: list[str] = []
        self.pieces: list[str] = []  # of the molecule, which `smiles` makes
        self.sheet = sheet = with_letters(sheet, usual)
        letters, self.capital = letters_of(sheet, self.usual)
        self.labels = labels_of(letters, self.capital)
        self.graph = self._strokes(letters)
        self.ends: dict[int, tuple[Label, Letter]] = {}
        self._hang_labels()
        mend(self.graph, set(self.ends))
        self._keep_main()

    def _strokes(self, letters: list[Letter]) -> Graph:
        sheet = self.sheet
        taken = {letter.part.label for letter in letters}
        rest = [p for p in sheet.parts if p.label not in taken]
        self.unread = [p for p in rest if self._is_unread(p)]
        taken |= {p.label for p in self.unread}
        rest = [p for p in rest if p.label not in taken]
        dashes = [p for p in rest if p.size > 2 and max(p.wide, p.high) < 0.5 * self.usual]
        rows = fine_hashes([*dashes, *sheet.specks], self.usual)
        told = {p.label for _, _, row in rows for p in row}
        rows += hashed([p for p in dashes if p.label not in told], self.usual, sheet.thick)
        gone = taken | {p.label for _, _, row in rows for p in row} | {p.label for p in dashes if self._is_speck(p)}
        keep = np.ones(int(sheet.labels.max()) + 1, np.uint8)
        keep[[0, *(label for label in gone if label > 0)]] = 0
        mask = keep[sheet.labels]
        graph = strokes_of(mask, sheet.thick, self.usual)
        join_doubles(graph)
        mark_wedges(graph, mask)
        for start, end, _ in rows:
            self._add_hashed(graph, start, end)
        return graph

    def _is_unread(self, part: Part) -> bool:
        """Whether a piece is of the size and the form of a letter, though it can't be said of which."""
        low, high = _LETTER[0] * self.usual, _LETTER[1] * self.usual
        return low < part.high < high and part.wide < high and is_compact(self.sheet, part)

    def _is_speck(self, part: Part) -> bool:
        if max(part.wide, part.high) >= 0.25 * self.usual:
            return False
        return self._between(part) < 2

    def _between(self, part: Part) -> int:
        """How many letters a short stroke leads to."""
        if max(part.wide, part.high) < 2.2 * self.sheet.thick or not is_line(self.sheet, part):
            return 0
        return sum(gap_to(part, letter.x, letter.y) < self.capital for n in self.labels for letter in n.letters)

    def _add_hashed(self, graph: Graph, start: tuple[float, float], end: tuple[float, float]) -> None:
        graph.points += [start, end]
        a, b = len(graph.points) - 2, len(graph.points) - 1
        graph.strokes.append(Stroke(a, b, np.array([start, end]), wedge="down"))
        for mine in (a, b):
            near = [
                (distance(graph.points[mine], graph.points[n]), n)
                for n in {n for s in graph.strokes if s.b != b for n in (s.a, s.b)}
            ]
            if near and min(near)[0] < 0.45 * graph.usual:
                graph.unite(min(near)[1], mine)

    def _hang_labels(self) -> None:
        """Every end of a bond with a label in reach is that label's."""
        graph = self.graph
        for point in {n for s in graph.strokes for n in (s.a, s.b)}:
            if graph.degree(point) != 1 or not self.labels:
                continue
            x, y = graph.points[point]
            stroke = graph.at(point)[0]
            start = graph.points[stroke.other(point)]
            size = max(1e-6, distance(start, (x, y)))
            step = _AHEAD * self.capital / size
            ahead = (x + (x - start[0]) * step, y + (y - start[1]) * step)
            found = []
            for label in self.labels:
                for letter in label.letters:
                    here, there = gap_to(letter.part, x, y), gap_to(letter.part, *ahead)
                    towards = there < max(0.1 * self.capital, here - 0.3 * self.capital)
                    if here < REACH * self.capital and towards:
                        found.append((here + 2 * there, label, letter))
            if found:
                _, label, letter = min(found, key=lambda item: item[0])
                self.ends[point] = (label, letter)
        self._drop_second_ends()

    def _drop_second_ends(self) -> None:
        """Labels that have one bond keep that of the largest piece of the drawing: the other is of text beside it."""
        names = self.graph.pieces([])
        sizes: dict[int, float] = {}
        for stroke in self.graph.strokes:
            sizes[names[stroke.a]] = sizes.get(names[stroke.a], 0.0) + self.graph.length(stroke)
        for label in self.labels:
            points = [point for point, (owner, _) in self.ends.items() if owner is label]
            if len(points) > 1 and _HAS_ONE_BOND.fullmatch(label.text):
                kept = max(points, key=lambda point: sizes[names[point]])
                self.ends = {n: end for n, end in self.ends.items() if n not in points or names[n] == names[kept]}

    def _keep_main(self) -> None:
        """The drawing without the lines of text around it: pieces that are small beside the rest."""
        graph = self.graph
        owners: dict[int, list[int]] = {}
        for point, (label, _) in self.ends.items():
            owners.setdefault(id(label), []).append(point)
        names = graph.pieces([(points[0], n) for points in owners.values() for n in points])
        total: dict[int, list[float]] = {}
        for stroke in graph.strokes:
            total.setdefault(names[stroke.a], []).append(graph.length(stroke))
        most = max((sum(lengths) for lengths in total.values()), default=0.0)
        kept = {
            name
            for name, lengths in total.items()
            if (sum(lengths) > _PIECE * most and float(np.median(lengths)) > 0.6 * self.usual) or sum(lengths) == most
        }
        graph.strokes = [s for s in graph.strokes if names[s.a] in kept]
        self.ends = {n: end for n, end in self.ends.items() if graph.degree(n)}

    def smiles(self) -> str | None:
        graph = self.graph
        if len(graph.strokes) < _LEAST_STROKES:
            return None
        self.molecule = molecule = Molecule()
        atom_of: dict[int, int] = {}
        for label in self.labels:
            points = [point for point, (owner, _) in self.ends.items() if owner is label]
            if points:
                self._add_label(molecule, label, points, atom_of)
        for point in sorted({n for s in graph.strokes for n in (s.a, s.b)} - set(atom_of)):
            atom_of[point] = molecule.add("C", self._place(*graph.points[point]))
        for stroke in graph.strokes:
            if atom_of[stroke.a] != atom_of[stroke.b]:
                molecule.bind(Bond(atom_of[stroke.a], atom_of[stroke.b], min(3, stroke.order), stroke.wedge))
        smiles = molecule.smiles()
        self.pieces = smiles.split(".") if smiles else []
        return smiles

    def tokens(self, label: Label, points: list[int]) -> list[Token] | None:
        """What a label says, given the bonds that come to it; None where it is no label of atoms."""
        tokens = tokens_of(label.text)
        order = sum(s.order for point in points for s in self.graph.at(point))
        if tokens == [("H", 1)] and order > 1:  # narrow print: hydrogen has one bond
            return [("N", 1)]
        if tokens == [("O", 1)] and order > 2:
            return [("C", 1)]
        if tokens == [("P", 1)] and order == 1:  # phosphorus has more than one
            return [("F", 1)]
        return tokens

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return (x / self.usual, -y / self.usual)

    def _add_label(self, molecule: Molecule, label: Label, points: list[int], atom_of: dict[int, int]) -> None:
        tokens = self.tokens(label, points)
        place = self._place(*self._centre(label, points, tokens))
        order = max(s.order for point in points for s in self.graph.at(point))
        if tokens is None:
            self.doubts.append(label.text)
            atom = molecule.add("*", place)
            atom_of.update(dict.fromkeys(points, atom))
            return
        at_end = [self._is_at_end(label, tokens, self.ends[point][1]) for point in points]
        turned = all(at_end)
        group = group_of(reversed_tokens(tokens) if turned else tokens, order)
        if group is None:
            self.doubts.append(label.text)
            group = group_of([("C", 1)], 1)
            assert group is not None
        first, last = molecule.add_group(group, place)
        for point, end in zip(points, at_end, strict=True):
            atom_of[point] = last if end and not turned else first

    def _centre(self, label: Label, points: list[int], tokens: list[Token] | None) -> tuple[float, float]:
        """Where the atom is that the first bond comes to."""
        letter = self.ends[points[0]][1]
        if tokens:
            first, last = self._first_and_last(tokens)
            where = label.letters.index(letter)
            letter = label.letters[
                min(last if abs(where - last) < abs(where - first) else first, len(label.letters) - 1)
            ]
        return letter.x, letter.y

    def _is_at_end(self, label: Label, tokens: list[Token], letter: Letter) -> bool:
        """Whether a bond comes to the last of a label's atoms, by the letter that it comes to."""
        if len(heavy(tokens)) < 2:
            return False
        first, last = self._first_and_last(tokens)
        where = label.letters.index(letter)
        return abs(where - last) < abs(where - first)

    def _first_and_last(self, tokens: list[Token]) -> tuple[int, int]:
        """The letters with which the first and the last atom of a label begin."""
        places = heavy(tokens)
        lengths = [len(name) + (len(str(count)) if count > 1 else 0) for name, count in tokens]
        return sum(lengths[: places[0]]), sum(lengths[: places[-1]])


__all__ = ["Drawing", "Structure", "available", "is_line", "read_structure"]
