"""Drawings of molecules to SMILES: read from their ink (extra `chem`), and by OSRA where that leaves doubt.

OSRA is a program of its own; without it what is read from the ink counts alone, without the extra what OSRA says.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.base import Deadline
from docparse.model.embedded import structure_ink
from docparse.model.embedded.programs import printed

_CPU_S = 12  # most molecules take under a second, large ones 5, half as much again beside other work
_DPI, _COARSE_DPI = 300.0, 120.0  # what OSRA reads best, and below which a crop is enlarged to that
_MOST_PIXELS = 6_000_000
_ATOM = re.compile(r"\[[^\]]*\]|Br|Cl|[BCNOPSFI]|[bcnops]")
_ALPHABET = re.compile(r"[A-Za-z0-9@+\-\[\]()=#$:/\\.%*]+")
_IMPOSSIBLE = re.compile(r"\[?O\]?\(?#|#\[?[OFS]\b|\(\)")
_MOST_FRAGMENTS = 3


_INK, _OSRA = "structure_from_ink", "osra"
_SURE = 0.8  # of what is read from the ink: OSRA isn't asked
_LIKELY = 0.6  # counts where OSRA has no answer
_ALONE, _AGREED, _MOST_SURE = 0.4, 0.9, 0.9  # confidence in OSRA's word, in what both say, and at most
_BORNE_OUT, _LEAST_BORNE_OUT = 0.3, 0.2  # what OSRA's agreement adds to the ink's confidence, and what it needs
_OSRA_SURE = 0.75  # its own estimate (-p): 0.86 to 6 for molecules, mostly below 0.7 for graphs, trees and figures


class Structures(NamedTuple):
    """SMILES of the structures in a picture, how sure they are, and what read them, as flag."""

    smiles: list[str]
    confidence: float
    source: str


def available() -> bool:
    """Whether anything can read drawings here."""
    return structure_ink.available() or shutil.which("osra") is not None


def read_structures(
    crop: NDArray[np.uint8], *, dpi: float | None = None, deadline: Deadline | None = None
) -> Structures | None:
    """The structures in an RGB or grey crop; None where nothing plausible is read.

    `dpi` is the crop's resolution where it is known. OSRA misreads about a third of clear drawings: its answer counts
    where the ink is not understood.
    """
    if not _has_size(crop):
        return None
    drawn = structure_ink.read_structure(crop)
    if drawn is not None and not _fits(drawn.smiles, dpi):
        drawn = None
    if drawn is not None and drawn.confidence >= _SURE:
        return Structures([drawn.smiles], min(_MOST_SURE, drawn.confidence), _INK)
    answers = _ask_osra(crop, dpi=dpi, deadline=deadline)
    found = [smiles for smiles, _ in answers]
    believed = drawn is not None and drawn.confidence >= _LEAST_BORNE_OUT
    if drawn is not None and believed and found and _canonical(".".join(found)) == drawn.smiles:
        return Structures([drawn.smiles], min(_AGREED, round(drawn.confidence + _BORNE_OUT, 2)), _INK)
    if found and all(sure >= _OSRA_SURE and has_chemistry(smiles) for smiles, sure in answers):
        return Structures(found, _ALONE, _OSRA)
    if drawn is not None and drawn.confidence >= _LIKELY:
        return Structures([drawn.smiles], drawn.confidence, _INK)
    return None


def read_clear(crop: NDArray[np.uint8]) -> Structures | None:
    """The structure of a picture that is one by its ink alone: every stroke a bond, and letters that vouch for it."""
    drawn = structure_ink.read_structure(crop) if _has_size(crop) else None
    if drawn is None or drawn.confidence < _SURE or not (is_plausible(drawn.smiles) and is_distinct(drawn.smiles)):
        return None
    return Structures([drawn.smiles], min(_MOST_SURE, drawn.confidence), _INK)


def _has_size(crop: NDArray[np.uint8]) -> bool:
    height, width = int(crop.shape[0]), int(crop.shape[1])
    return min(height, width) >= 24 and height * width <= _MOST_PIXELS


def _fits(smiles: str, dpi: float | None) -> bool:
    return is_plausible(smiles) and (dpi is None or is_distinct(smiles))


def _ask_osra(crop: NDArray[np.uint8], *, dpi: float | None, deadline: Deadline | None) -> list[tuple[str, float]]:
    """What OSRA sees and how sure it is; it reads drawings of a page best at about 300 dpi. Empty where it fails."""
    program = shutil.which("osra")
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="docparse-") as folder:
        path = Path(folder) / "crop.png"
        _enlarged(Image.fromarray(crop), dpi).save(path)
        said = printed([program, "-p", "-f", "smi", str(path)], cpu_s=_CPU_S, deadline=deadline) or b""
    return [(smiles, sure) for smiles, sure in _answers(said.decode("utf-8", "replace")) if _fits(smiles, dpi)]


def _answers(said: str) -> Iterator[tuple[str, float]]:
    """SMILES and OSRA's estimate of each, as it prints them, one a line."""
    for line in said.splitlines():
        if found := re.fullmatch(r"(\S+)\s+(-?\d[\d.e+-]*)\s*", line):
            yield found[1], float(found[2])


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


def has_chemistry(smiles: str) -> bool:
    """Whether there is an atom other than carbon or a multiple bond: without, it may be any net of lines."""
    return is_distinct(smiles) or re.search(r"[=#:]|[bcnops]", smiles) is not None


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


def _canonical(smiles: str) -> str:
    """As RDKit writes it, which is there where the ink was read."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return str(Chem.CanonSmiles(smiles))  # type: ignore[no-untyped-call]
