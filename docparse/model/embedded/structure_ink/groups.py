"""The text of a label to atoms: elements, condensed formulas (CO2CH3) and the usual abbreviations (Boc, Ph)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# as fragments that hang on their first atom
ABBREVIATIONS = {
    "Me": "C", "Et": "CC", "Pr": "CCC", "nPr": "CCC", "iPr": "C(C)C", "Bu": "CCCC", "nBu": "CCCC", "iBu": "CC(C)C",
    "sBu": "C(C)CC", "tBu": "C(C)(C)C", "Ph": "c1ccccc1", "Bn": "Cc1ccccc1", "Bz": "C(=O)c1ccccc1", "Ac": "C(C)=O",
    "Boc": "C(=O)OC(C)(C)C", "BOC": "C(=O)OC(C)(C)C", "Cbz": "C(=O)OCc1ccccc1", "CBZ": "C(=O)OCc1ccccc1",
    "Z": "C(=O)OCc1ccccc1", "Fmoc": "C(=O)OCC1c2ccccc2-c2ccccc12", "Ts": "S(=O)(=O)c1ccc(C)cc1", "Ms": "S(C)(=O)=O",
    "Tf": "S(=O)(=O)C(F)(F)F", "TMS": "[Si](C)(C)C", "TES": "[Si](CC)(CC)CC", "TBS": "[Si](C)(C)C(C)(C)C",
    "TBDMS": "[Si](C)(C)C(C)(C)C", "TBDPS": "[Si](c1ccccc1)(c1ccccc1)C(C)(C)C", "TIPS": "[Si](C(C)C)(C(C)C)C(C)C",
    "Tr": "C(c1ccccc1)(c1ccccc1)c1ccccc1", "Cy": "C1CCCCC1", "THP": "C1CCCCO1", "MOM": "COC", "PMB": "Cc1ccc(OC)cc1",
    "Bzl": "Cc1ccccc1", "Tos": "S(=O)(=O)c1ccc(C)cc1", "Mes": "S(C)(=O)=O",
}  # fmt: skip
_ELEMENTS = ("Br", "Cl", "Si", "Se", "Na", "Li", "Sn", "C", "N", "O", "S", "P", "F", "I", "B", "H", "K", "D")
_NAMES = sorted([*ABBREVIATIONS, *_ELEMENTS], key=len, reverse=True)
_TOKEN = re.compile(rf"({'|'.join(_NAMES)}|[()+-])(\d*)")
_SINGLE = {"F", "Cl", "Br", "I", "H", "D", "Na", "Li", "K"}


@dataclass(slots=True)
class Group:
    """Atoms (symbol, charge) and bonds (two atoms, order); what hangs on it hangs on the first or the last atom."""

    atoms: list[tuple[str, int]] = field(default_factory=list)
    bonds: list[tuple[int, int, int]] = field(default_factory=list)
    named: list[tuple[int, str]] = field(default_factory=list)  # abbreviations and the atom that each hangs on; -1 none
    last: int = 0

    def add(self, symbol: str, on: int, order: int = 1, charge: int = 0) -> int:
        self.atoms.append((symbol, charge))
        if on >= 0:
            self.bonds.append((on, len(self.atoms) - 1, order))
        return len(self.atoms) - 1


Token = tuple[str, int]


def tokens_of(text: str) -> list[Token] | None:
    """Names with their counts; None where the text is no label of atoms."""
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        found.append((match[1], int(match[2] or 1)))
        place = match.end()
    return found if found and not all(name in "()+-" for name, _ in found) else None


def heavy(tokens: list[Token]) -> list[int]:
    """Places of the tokens that bonds can lead to."""
    places = [i for i, (name, _) in enumerate(tokens) if name not in "H()+-D"]
    return places or [i for i, (name, _) in enumerate(tokens) if name in "HD"]


def reversed_tokens(tokens: list[Token]) -> list[Token]:
    """A label whose bond is at its right, from there: H3C, (CH3)2N, HO2C."""
    units: list[list[Token]] = []
    at = 0
    while at < len(tokens):
        if tokens[at][0] == "(":
            depth, end = 0, at
            for end in range(at, len(tokens)):
                depth += (tokens[end][0] == "(") - (tokens[end][0] == ")")
                if not depth:
                    break
            units.append(tokens[at : end + 1])
            at = end + 1
        else:
            units.append([tokens[at]])
            at += 1
    units.reverse()
    if units and units[0][0][0] == "H" and len(units) > 1:  # CH3, NH2 as they stand
        units[0], units[1] = units[1], units[0]
    return [token for unit in units for token in unit]


def group_of(tokens: list[Token], order: int) -> Group | None:
    """The atoms of tokens, the first one bound by a bond of that order; None where they can't be understood."""
    group = Group()
    if all(name in "HD" for name, _ in tokens):
        group.add("H", -1)
        return group
    rest = _chain(group, tokens, -1, order)
    return group if not rest and (group.atoms or group.named) else None


def _chain(group: Group, tokens: list[Token], on: int, order: int) -> list[Token]:
    """Tokens bound one to the next, up to a closing bracket."""
    at, hydrogens, given = on, 0, order
    tokens = list(tokens)
    while tokens:
        name, count = tokens.pop(0)
        if name == ")":
            return [(name, count), *tokens]
        if name == "(":
            copy = list(tokens)
            for _ in range(_count_after(copy)):
                tokens = _chain(group, copy, at, 2 if copy[:2] in ([("O", 1), (")", n)] for n in (1, 2, 3)) else 1)
            tokens = tokens[1:]
            continue
        if name in "+-":
            if at >= 0:
                group.atoms[at] = (group.atoms[at][0], 1 if name == "+" else -1)
            continue
        if name in ("H", "D"):
            hydrogens += count
            continue
        if name in ABBREVIATIONS:
            group.named += [(at, name)] * count
            continue
        symbol = group.atoms[at][0] if at >= 0 and at != on else ""
        if name in _SINGLE:
            for _ in range(count):
                new = group.add(name, at)
            at = at if at >= 0 and at != on else new
            continue
        if (
            name == "O"
            and symbol in ("C", "S", "N", "P")
            and (doubles := _oxo(symbol, count, hydrogens, tokens, given))
        ):
            for _ in range(doubles):
                charged = symbol == "N" and doubles == 2 and group.bonds and group.bonds[-1][2] == 2
                group.add("O", at, 1 if charged else 2, -1 if charged else 0)
                if charged:
                    group.atoms[at] = ("N", 1)
            if count > doubles:
                at, hydrogens = group.add("O", at), 0
                group.last = at
            continue
        if name == "N" and symbol == "C" and not hydrogens and not tokens and at == on + 1 == len(group.atoms) - 1:
            group.add("N", at, 3)
            continue
        for _ in range(count):
            at = group.add(name, at)
        hydrogens = 0
        if on < 0:
            group.last = at
    return []


def _count_after(tokens: list[Token]) -> int:
    depth = 1
    for name, count in tokens:
        depth += (name == "(") - (name == ")")
        if not depth:
            return count
    return 1


def _oxo(symbol: str, count: int, hydrogens: int, rest: list[Token], order: int) -> int:
    """How many of the oxygens after an atom are bound to it twice."""
    if symbol == "C":
        if hydrogens:
            return int(hydrogens == 1 and count == 1 and not rest)
        return int(order == 1 and (count == 2 or (bool(rest) and rest[0][0] not in ("H", "("))))
    if symbol == "N":
        return 2 if count == 2 else int(not rest and order == 1 and not hydrogens)
    if symbol == "S":
        return min(count, 2)
    return int(count > 1)
