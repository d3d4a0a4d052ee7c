"""How alike an element and its truth are: 0 to 1 each, by libraries that others keep well.

Needs the extra `bench`; a function whose library is missing raises MissingDependency.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import Any

from docparse.errors import MissingDependency

_MARKS = re.compile(r"[$\\{}^_]")  # of inline formulas: as printed, they are not there
_LATEX_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\S")
_LATEX_DROPPED = frozenset(
    (
        r"\left", r"\right", r"\big", r"\Big", r"\bigg", r"\Bigg", r"\displaystyle", r"\textstyle", r"\limits",
        r"\,", r"\;", r"\:", r"\!", "\\ ", r"\quad", r"\qquad", "&", "~",
    )
)  # fmt: skip
_LATEX_SAME = {r"\le": r"\leq", r"\ge": r"\geq", r"\ne": r"\neq", r"\to": r"\rightarrow", r"\|": r"\Vert", "*": r"\ast"}
_TAG = re.compile(r"\\(?:tag|label)\s*\{[^{}]*\}")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}")
_TOLERANCE = 0.05  # of a chart's value, as in DePlot's relative mapping similarity


def library(name: str) -> Any:
    """A module that a metric needs. Raises MissingDependency."""
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise MissingDependency(
            f"the metric needs {package}", user_action="Install it with: pip install 'docparse[bench]'"
        ) from None


def plain(text: str) -> str:
    """Text as printed: compatible characters made equal, white space joined, the marks of inline formulas taken out."""
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFKC", text)).split())


def sequence_similarity(truth: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """1 - edit distance / the longer length; 1 when both are empty."""
    distance = library("rapidfuzz.distance").Levenshtein
    return float(distance.normalized_similarity(truth, found))


def text_similarity(truth: str, found: str) -> float:
    return sequence_similarity(plain(truth), plain(found))


def latex_tokens(latex: str) -> list[str]:
    """Tokens without spacing, sizes, tags, environments and braces around one token."""
    text = _ENVIRONMENT.sub(" ", _TAG.sub(" ", latex))
    tokens = [_LATEX_SAME.get(token, token) for token in _LATEX_TOKEN.findall(text) if token not in _LATEX_DROPPED]
    kept: list[str] = []
    for token in tokens:
        if token == "}" and len(kept) > 1 and kept[-2] == "{":
            kept[-2:] = kept[-1:]
        else:
            kept.append(token)
    return kept


def latex_similarity(truth: str, found: str) -> float:
    return sequence_similarity(latex_tokens(truth), latex_tokens(found)) if found else 0.0


def smiles_exact(truth: str, found: str) -> float:
    """1 if both are the same molecule (RDKit's canonical SMILES)."""
    chem = library("rdkit.Chem")
    library("rdkit.RDLogger").DisableLog("rdApp.*")
    molecules = [chem.MolFromSmiles(text) if text else None for text in (truth, found)]
    if None in molecules:
        return 0.0
    a, b = (chem.MolToSmiles(molecule) for molecule in molecules)
    return float(a == b)


def abc_notes(abc: str) -> list[tuple[str, Fraction]]:
    """(pitches, length in quarters) of every note, chord and rest; empty when music21 can't read the tune."""
    converter = library("music21.converter")
    try:
        score = converter.parse(abc, format="abc")
    except Exception:  # music21 raises whatever its parser stumbles over
        return []
    return [
        (" ".join(p.nameWithOctave for p in getattr(note, "pitches", ())) or "rest", Fraction(note.quarterLength))
        for note in score.flatten().notesAndRests
    ]


def abc_similarity(truth: str, found: str) -> float:
    """Edit similarity of the notes (pitch and length)."""
    return sequence_similarity(abc_notes(truth), abc_notes(found)) if found else 0.0


def chart_f1(truth: Sequence[Sequence[str]], found: Sequence[Sequence[str]]) -> float:
    """F1 of (row, column, value) triples, matched best to best; the table may lie on its side.

    A pair counts as much as its names agree if the values are within 5 %. A single series needs no name.
    """
    wanted = _triples(truth)
    readings = [_triples(found), _triples(list(zip(*found, strict=False)))] if found else []
    return max((_triples_f1(wanted, reading) for reading in readings), default=0.0)


Triple = tuple[str, str, float]


def _triples(rows: Sequence[Sequence[str]]) -> list[Triple]:
    if len(rows) < 2:
        return []
    head = rows[0]
    single = max(len(row) for row in rows) <= 2
    found = []
    for row in rows[1:]:
        for col, text in enumerate(row[1:], 1):
            value = number(text)
            if value is not None:
                found.append((row[0], "" if single or col >= len(head) else head[col], value))
    return found


def number(text: str) -> float | None:
    """A number as charts print it ("1,234", "12 %", "−3.5"), or None."""
    cleaned = text.replace("−", "-").replace("%", "").replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", cleaned):
        cleaned = cleaned.replace(",", "")
    try:
        return float(cleaned)
    except ValueError:
        return None


def _triples_f1(truth: list[Triple], found: list[Triple]) -> float:
    if not truth or not found:
        return 0.0
    gain = [[_triple_gain(a, b) for b in found] for a in truth]
    total = sum(gain[i][j] for i, j in assign(gain))
    return 2 * total / (len(truth) + len(found))


def _triple_gain(truth: Triple, found: Triple) -> float:
    if abs(truth[2] - found[2]) > max(_TOLERANCE * abs(truth[2]), 1e-9):
        return 0.0
    row = text_similarity(truth[0], found[0])
    column = text_similarity(truth[1], found[1]) if truth[1] and found[1] else 1.0
    return row * column if min(row, column) >= 0.5 else 0.0


def assign(gain: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column) of the best one-to-one assignment with a gain above 0."""
    if not gain or not gain[0]:
        return []
    rows, columns = library("scipy.optimize").linear_sum_assignment(gain, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if gain[i][j] > 0]


Similarity = Callable[[str, str], float]
