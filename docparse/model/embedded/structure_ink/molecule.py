"""Atoms and bonds with their places to SMILES, by way of a molfile that RDKit checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docparse.model.embedded.structure_ink.groups import ABBREVIATIONS, Group
from docparse.model.embedded.structure_ink.strokes import Point

_MOST_ATOMS = 400


@dataclass(slots=True)
class Atom:
    symbol: str
    place: Point
    charge: int = 0


@dataclass(slots=True)
class Bond:
    a: int
    b: int
    order: int
    wedge: str = ""


class Molecule:
    """A molecule under construction; places are in bonds' lengths, y upwards."""

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self.bonds: list[Bond] = []

    def add(self, symbol: str, place: Point, charge: int = 0) -> int:
        self.atoms.append(Atom(symbol, place, charge))
        return len(self.atoms) - 1

    def bind(self, bond: Bond) -> None:
        """Adds a bond; a second one between the same atoms makes the first one double."""
        for other in self.bonds:
            if {other.a, other.b} == {bond.a, bond.b}:
                other.order = min(3, other.order + bond.order)
                return
        self.bonds.append(bond)

    def add_group(self, group: Group, place: Point) -> tuple[int, int]:
        """A label's atoms; the atoms that its first and its last bond lead to."""
        start = len(self.atoms)
        for symbol, charge in group.atoms:
            shift = 0.1 * (len(self.atoms) - start)
            self.add(symbol, (place[0] + shift, place[1] + shift / 2), charge)
        for a, b, order in group.bonds:
            self.bonds.append(Bond(start + a, start + b, order))
        first = start
        for on, name in group.named:
            root = self._add_smiles(ABBREVIATIONS[name], place)
            if on >= 0:
                self.bonds.append(Bond(start + on, root, 1))
            else:
                first = root
        return first, (start + group.last if group.atoms else first)

    def _add_smiles(self, smiles: str, place: Point) -> int:
        from rdkit import Chem

        part = Chem.MolFromSmiles(smiles)
        Chem.Kekulize(part, clearAromaticFlags=True)
        start = len(self.atoms)
        for number, atom in enumerate(part.GetAtoms()):
            self.add(atom.GetSymbol(), (place[0] + 0.1 * number, place[1] + 0.07 * number), atom.GetFormalCharge())
        for bond in part.GetBonds():
            a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            self.bonds.append(Bond(start + a, start + b, int(bond.GetBondTypeAsDouble())))
        return start

    def _charge(self) -> None:
        """Nitrogen with four bonds is charged, and so is an oxygen at it that has no other bond: signs are small."""
        for number, atom in enumerate(self.atoms):
            bonds = [bond for bond in self.bonds if number in (bond.a, bond.b)]
            if atom.symbol != "N" or sum(bond.order for bond in bonds) != 4:
                continue
            atom.charge = 1
            for bond in bonds:
                other = bond.b if bond.a == number else bond.a
                alone = sum(other in (b.a, b.b) for b in self.bonds) == 1
                if self.atoms[other].symbol == "O" and bond.order == 1 and alone:
                    self.atoms[other].charge = -1
                    break

    def molfile(self) -> str:
        lines = ["", "  docparse", "", f"{len(self.atoms):3d}{len(self.bonds):3d}  0  0  1  0  0  0  0  0999 V2000"]
        for atom in self.atoms:
            x, y = atom.place
            lines.append(f"{x:10.4f}{y:10.4f}{0:10.4f} {atom.symbol:<3} 0  0  0  0  0  0  0  0  0  0  0  0")
        for bond in self.bonds:
            stereo = {"up": 1, "down": 6}.get(bond.wedge, 0)
            lines.append(f"{bond.a + 1:3d}{bond.b + 1:3d}{bond.order:3d}{stereo:3d}")
        charged = [(n + 1, atom.charge) for n, atom in enumerate(self.atoms) if atom.charge]
        lines += [f"M  CHG  1{n:4d}{charge:4d}" for n, charge in charged]
        return "\n".join([*lines, "M  END", ""])

    def smiles(self) -> str | None:
        """Canonical SMILES; None where no such molecule can be."""
        if not 0 < len(self.atoms) <= _MOST_ATOMS or len(self.bonds) > 2 * len(self.atoms):
            return None
        from rdkit import Chem, rdBase

        self._charge()
        with rdBase.BlockLogs():
            try:
                molecule = Chem.MolFromMolBlock(self.molfile())
            except ValueError:
                return None
            return None if molecule is None else _largest(molecule)


def _largest(molecule: Any) -> str:
    """Without pieces that are dust beside the rest: a dash of the text around is no ethane."""
    from rdkit import Chem

    pieces = Chem.GetMolFrags(molecule, asMols=True)
    most = max(piece.GetNumHeavyAtoms() for piece in pieces)
    kept = [p for p in pieces if p.GetNumHeavyAtoms() >= max(3, 0.3 * most) or p.GetNumHeavyAtoms() == most]
    return ".".join(sorted(Chem.MolToSmiles(piece) for piece in kept))
