"""Chemical structures, drawn by RDKit from SMILES."""

from __future__ import annotations

import random
from typing import Any

from docparse.errors import MissingDependency
from docparse.schemas.document import Chemistry
from docparse.synth.content.figures import svg_figure
from docparse.synth.piece import Piece

# Cores with open places, and what is put there: most combinations are plausible molecules, all are valid ones.
_CORES = (
    "c1ccc({0})cc1", "c1cc({0})ccc1{1}", "c1ccc2c(c1)cc({0})[nH]2", "C1CCN({0})CC1", "c1ccnc({0})c1", "O=C({0})N{1}",
    "c1cc({0})sc1{1}", "C1CC({0})CCC1{1}", "c1ccc2nc({0})ccc2c1", "CC({0})C(=O)O", "O=C1NC(=O)C({0})N1",
    "c1cnc2c({0})ncnc2n1",
    "CC(C)({0})c1ccc({1})cc1", "O=c1cc({0})oc2ccccc12", "C1COC({0})O1", "N#Cc1ccc({0})cc1{1}", "CC12CCC({0})CC1CCC2{1}",
)  # fmt: skip
_GROUPS = (
    "C", "CC", "C(C)C", "O", "OC", "N", "NC", "N(C)C", "F", "Cl", "Br", "C(=O)O", "C(=O)OC", "C#N", "C(F)(F)F",
    "S(=O)(=O)N",
    "CO", "CCN", "c2ccccc2", "C2CC2", "NC(C)=O", "[N+](=O)[O-]", "c2ccncc2", "C=C", "SC",
)  # fmt: skip


def _rdkit() -> Any:
    try:
        from rdkit import Chem
        from rdkit.Chem import Draw
    except ImportError:
        raise MissingDependency(
            "drawing molecules needs RDKit", user_action="Install it with: pip install 'docparse[synth]'"
        ) from None
    return Chem, Draw


def smiles(rng: random.Random) -> str:
    """A molecule as RDKit's canonical SMILES."""
    chem, _ = _rdkit()
    while True:
        text = rng.choice(_CORES).format(rng.choice(_GROUPS), rng.choice(_GROUPS))
        molecule = chem.MolFromSmiles(text)
        if molecule is not None:
            return str(chem.MolToSmiles(molecule))


def chemistry(rng: random.Random) -> Piece:
    """A structural formula 140 to 220 points wide."""
    chem, draw = _rdkit()
    text = smiles(rng)
    width = rng.randint(140, 220)
    drawer = draw.rdMolDraw2D.MolDraw2DSVG(width * 2, int(width * rng.uniform(1.1, 1.5)))
    options = drawer.drawOptions()
    options.clearBackground = False
    options.padding = 0.02
    options.bondLineWidth = rng.choice((1, 2, 2, 3))
    if rng.random() < 0.6:
        options.useBWAtomPalette()
    options.rotate = rng.choice((0, 0, 30, 90, 180, 270))
    drawer.DrawMolecule(chem.MolFromSmiles(text))
    drawer.FinishDrawing()
    return svg_figure(Chemistry(smiles=text), drawer.GetDrawingText(), width)
