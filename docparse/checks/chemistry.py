"""SMILES: a molecule that exists on paper, its canonical form, InChIKey, formula and drawing (RDKit, extra `chem`)."""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

from docparse.schemas.document import Check, Chemistry

_LONGEST = 5000
_SIDE_PX = 300


def check_chemistry(block: Chemistry) -> None:
    """Check a block's SMILES and set what follows from it."""
    if not block.smiles:
        return
    if not available():
        block.checks.append(Check(name="smiles", outcome="skipped", detail="extra 'chem' (rdkit) is missing"))
        return
    try:
        molecule = read_smiles(block.smiles)
    except ValueError as error:
        block.flags.append("smiles_invalid")
        block.checks.append(Check(name="smiles", outcome="failed", detail=str(error)))
        return
    from rdkit import Chem
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    block.canonical = Chem.MolToSmiles(molecule)
    block.inchikey = str(Chem.MolToInchiKey(molecule))  # type: ignore[no-untyped-call]
    block.formula = CalcMolFormula(molecule)
    block.checks.append(Check(name="smiles", outcome="passed", detail=block.formula))


@functools.cache
def available() -> bool:
    return importlib.util.find_spec("rdkit") is not None


def read_smiles(smiles: str) -> Any:
    """The RDKit molecule of a SMILES text. Raises ValueError if it is none, ImportError without RDKit."""
    from rdkit import Chem
    from rdkit.rdBase import BlockLogs

    if len(smiles) > _LONGEST or "\n" in smiles.strip():
        raise ValueError("no single SMILES")
    with BlockLogs():
        molecule = Chem.MolFromSmiles(smiles.strip(), sanitize=False)
        if molecule is None or molecule.GetNumAtoms() == 0:
            raise ValueError("not SMILES")
        try:
            Chem.SanitizeMol(molecule)
        except ValueError as error:  # valences, rings that can't be aromatic
            raise ValueError(f"no possible molecule: {error}"[:200]) from error
    return molecule


def draw_svg(smiles: str) -> str:
    """The molecule as an SVG picture. Raises ValueError if it is none, ImportError without RDKit."""
    from rdkit.Chem.Draw.rdMolDraw2D import MolDraw2DSVG, PrepareAndDrawMolecule

    molecule = read_smiles(smiles)
    drawing = MolDraw2DSVG(_SIDE_PX, _SIDE_PX)
    PrepareAndDrawMolecule(drawing, molecule)
    drawing.FinishDrawing()
    return str(drawing.GetDrawingText())
