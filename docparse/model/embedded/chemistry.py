"""Drawings of molecules to SMILES by OSRA, when that program is installed."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.base import Deadline

_TIMEOUT_S = 6.0  # a molecule takes well under a second; what takes longer is none
_DPI, _COARSE_DPI = 300.0, 120.0  # what OSRA reads best, and below which a crop is enlarged to that
_MOST_PIXELS = 6_000_000
_ATOM = re.compile(r"\[[^\]]*\]|Br|Cl|[BCNOPSFI]|[bcnops]")
_ALPHABET = re.compile(r"[A-Za-z0-9@+\-\[\]()=#$:/\\.%*]+")
_IMPOSSIBLE = re.compile(r"\[?O\]?\(?#|#\[?[OFS]\b|\(\)")
_MOST_FRAGMENTS = 3


def available() -> bool:
    return shutil.which("osra") is not None


def read_structures(
    crop: NDArray[np.uint8], *, dpi: float | None = None, deadline: Deadline | None = None
) -> list[str]:
    """SMILES of the structures in an RGB or grey crop; empty when OSRA is missing, fails or says nothing plausible.

    `dpi` is the crop's resolution where it is known: OSRA reads drawings of a page best at about 300.
    OSRA misreads about a third of clear drawings: take its answer for a proposal.
    """
    program = shutil.which("osra")
    if program is None or min(crop.shape[:2]) < 24 or crop.shape[0] * crop.shape[1] > _MOST_PIXELS:
        return []
    remaining = None if deadline is None else deadline.remaining_s
    timeout_s = _TIMEOUT_S if remaining is None else min(_TIMEOUT_S, remaining)
    with tempfile.TemporaryDirectory(prefix="docparse-") as folder:
        path = Path(folder) / "crop.png"
        _enlarged(Image.fromarray(crop), dpi).save(path)
        try:
            done = subprocess.run(
                [program, "-f", "smi", str(path)], capture_output=True, timeout=max(0.1, timeout_s), check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return []
    found = [line.split()[0] for line in done.stdout.decode("utf-8", "replace").splitlines() if line.split()]
    return [smiles for smiles in found if is_plausible(smiles) and (dpi is None or is_distinct(smiles))]


def _enlarged(image: Image.Image, dpi: float | None) -> Image.Image:
    times = round(_DPI / dpi) if dpi and dpi < _COARSE_DPI else 1
    if times < 2 or image.width * image.height * times**2 > _MOST_PIXELS:
        return image
    return image.resize((image.width * times, image.height * times), Image.Resampling.BICUBIC)


def is_plausible(smiles: str) -> bool:
    """Whether it can be a molecule: known characters, closed brackets and rings, some atoms, no impossible bond."""
    if not _ALPHABET.fullmatch(smiles) or _IMPOSSIBLE.search(smiles) or smiles.count(".") >= _MOST_FRAGMENTS:
        return False
    atoms = _ATOM.findall(smiles)
    unknown = smiles.count("*")
    if len(atoms) < 4 or unknown > 0.2 * len(atoms) or not _closed(smiles):
        return False
    return _rdkit_agrees(smiles)


def is_distinct(smiles: str) -> bool:
    """Whether a drawing among text is a molecule beyond doubt: no unknown atoms, and some that are not carbon.

    Graphs, lattices and meshes look like skeletons of carbon.
    """
    atoms = _ATOM.findall(smiles)
    return "*" not in smiles and any(atom.strip("[]").rstrip("@H+-0123456789") not in ("C", "c") for atom in atoms)


def _closed(smiles: str) -> bool:
    depth = 0
    for char in re.sub(r"\[[^\[\]]*\]", "*", smiles):
        if char in "[]":
            return False
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    bare = re.sub(r"\[[^\]]*\]", "", smiles)
    rings = re.findall(r"%\d\d|\d", bare)
    return depth == 0 and all(rings.count(ring) % 2 == 0 for ring in set(rings))


def _rdkit_agrees(smiles: str) -> bool:
    """RDKit's opinion where the extra is installed; without it, no objection."""
    if importlib.util.find_spec("rdkit") is None:
        return True
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(smiles) is not None
