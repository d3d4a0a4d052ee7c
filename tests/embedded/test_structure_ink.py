"""Structure drawings read from their ink: RDKit draws molecules, their SMILES come back."""

from __future__ import annotations

import io
import time
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFilter import GaussianBlur

from docparse.model.embedded import chemistry
from docparse.model.embedded.music_ink.raster import Part, parts
from docparse.model.embedded.structure_ink import read, read_structure, strokes
from docparse.model.embedded.structure_ink.groups import group_of, reversed_tokens, tokens_of
from docparse.model.embedded.structure_ink.hashes import fine_hashes
from docparse.model.embedded.structure_ink.letters import labels_of, letters_of
from docparse.model.embedded.structure_ink.molecule import Molecule
from docparse.model.embedded.structure_ink.pieces import with_letters
from docparse.model.embedded.structure_ink.sheet import Sheet, sheet_of
from docparse.model.embedded.structure_ink.strokes import usual_length
from docparse.model.embedded.structure_ink.thin import loose_ends, paths_of, thinned

Chem = pytest.importorskip("rdkit.Chem")


def drawn(
    smiles: str, *, bond_px: int = 50, line_px: int = 3, two_toned: bool = True, coloured: bool = False
) -> NDArray[np.uint8]:
    from rdkit.Chem import rdDepictor
    from rdkit.Chem.Draw import rdMolDraw2D

    molecule = Chem.MolFromSmiles(smiles)
    rdDepictor.SetPreferCoordGen(True)
    rdDepictor.Compute2DCoords(molecule)
    canvas = rdMolDraw2D.MolDraw2DCairo(-1, -1)
    options = canvas.drawOptions()
    if not coloured:
        options.useBWAtomPalette()
    options.fixedBondLength = options.scalingFactor = bond_px
    options.fixedFontSize = round(0.4 * bond_px)
    options.bondLineWidth = line_px
    options.scaleBondWidth = False
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, molecule)
    canvas.FinishDrawing()
    picture = Image.open(io.BytesIO(canvas.GetDrawingText())).convert("RGB" if coloured else "L")
    values = np.asarray(picture)
    return np.where(values < 140, 0, 255).astype(np.uint8) if two_toned and not coloured else values


@pytest.mark.parametrize(
    "smiles",
    [
        "CC(=O)Oc1ccccc1C(=O)O",
        "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
        "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
        "N#Cc1ccc(Cl)cc1",
        "O=S(=O)(N1CCOCC1)c1ccc(Br)cc1",
        "C[C@H](N)C(=O)O",
        "C/C=C/C(=O)c1ccccc1",
    ],
)
@pytest.mark.parametrize("two_toned", [True, False])
def test_a_drawn_molecule_is_read(smiles: str, two_toned: bool) -> None:
    found = read_structure(drawn(smiles, two_toned=two_toned))
    assert found is not None
    assert found.smiles == Chem.CanonSmiles(smiles)
    assert found.confidence > 0.7


def test_pale_colours_are_ink() -> None:
    found = read_structure(drawn("CSc1cc(Cl)ccc1F", coloured=True))
    assert found is not None
    assert (found.smiles, found.confidence >= 0.8) == ("CSc1cc(Cl)ccc1F", True)


def _assert_doubted(clear: NDArray[np.uint8], spoilt: NDArray[np.uint8]) -> None:
    sure, unsure = read_structure(clear), read_structure(spoilt)
    assert sure is not None
    assert sure.confidence >= 0.8
    assert unsure is None or unsure.confidence < 0.8


def test_finely_hashed_bonds_are_seen() -> None:
    found = read_structure(drawn("C[C@H]1CC[C@@H](N)C1", bond_px=40, line_px=2))
    assert found is not None
    assert (found.smiles, found.confidence >= 0.8) == (Chem.CanonSmiles("C[C@H]1CC[C@@H](N)C1"), True)


def test_dust_where_a_bond_was_makes_a_reading_doubtful() -> None:
    clear = drawn("COc1ccc(C)cc1")
    dusty = Image.fromarray(clear)
    place = _letters(clear)[0]
    for step in range(6):
        x, y = place.x + 8 + 6 * step, place.y - 25 - 4 * (step % 2)
        ImageDraw.Draw(dusty).rectangle((x, y, x + 1, y + 1), fill=0)
    _assert_doubted(clear, np.asarray(dusty))


def test_dashes_along_a_line_are_a_hashed_bond_from_its_narrow_end() -> None:
    sheet = Image.new("L", (120, 60), 0)
    for place, x in enumerate(range(20, 100, 8)):
        ImageDraw.Draw(sheet).line([(x, 30 - place), (x, 30 + place)], fill=1)
    dashes, _ = parts(np.asarray(sheet))
    ((start, end, row),) = fine_hashes(dashes, 80.0)
    assert len(row) == 10
    assert start == pytest.approx((16, 30), abs=1)
    assert end == pytest.approx((96, 30), abs=1)
    assert fine_hashes(dashes, 800.0) == []


def _letters(pixels: NDArray[np.uint8]) -> list[Part]:
    found = parts((pixels < 140).astype(np.uint8))[0]
    return sorted((part for part in found if 12 < part.high < 24 and 8 < part.wide < 24), key=lambda part: part.x)


@pytest.mark.parametrize("smiles", ["COCc1ccc(C)cc1", "Oc1ccc2ccccc2c1"])
def test_a_letter_that_is_missing_makes_a_reading_doubtful(smiles: str) -> None:
    whole = drawn(smiles)
    sure = read_structure(whole)
    assert sure is not None
    assert (sure.smiles, sure.confidence >= 0.8) == (Chem.CanonSmiles(smiles), True)
    for letter in _letters(whole):
        torn = whole.copy()
        torn[letter.y0 : letter.y1, letter.x0 : letter.x1] = 255
        unsure = read_structure(torn)
        assert unsure is None or unsure.smiles == sure.smiles or unsure.confidence < 0.8


def test_ink_that_is_no_bond_makes_a_reading_doubtful() -> None:
    pixels = drawn("CC(=O)Oc1ccc(C)cc1")
    spoilt = Image.fromarray(pixels)
    place = _letters(pixels)[0]
    pen = ImageDraw.Draw(spoilt)
    pen.arc((place.x0 - 5, place.y1 + 20, place.x0 + 55, place.y1 + 60), 0, 200, fill=0, width=3)
    _assert_doubted(pixels, np.asarray(spoilt))


def test_a_grey_ground_of_dots_is_no_part_of_a_drawing() -> None:
    clear = np.asarray(Image.fromarray(drawn("CC(=O)Oc1ccccc1C(=O)O")).resize((900, 700)))
    screened = clear.copy()
    screened[2::9, 2::9] = screened[3::9, 2::9] = 0
    found = read_structure(screened)
    assert found is not None
    assert (found.smiles, found.confidence >= 0.8) == ("CC(=O)Oc1ccccc1C(=O)O", True)


def test_lines_paler_than_the_letters_are_seen() -> None:
    dark = drawn("CC(=O)Oc1ccccc1C(=O)O", two_toned=False)
    _, labels = parts((dark < 140).astype(np.uint8))
    large = np.bincount(labels.reshape(-1))[1:] > 250  # the strokes that hang together
    pale = np.where(np.isin(labels, np.flatnonzero(large) + 1) & (dark < 140), 150, dark).astype(np.uint8)
    found = read_structure(pale)
    assert found is not None
    assert found.smiles == "CC(=O)Oc1ccccc1C(=O)O"


def _label(text: str, size: int = 60) -> Image.Image:
    sheet = Image.new("L", (size * (len(text) + 1), 2 * size), 255)
    ImageDraw.Draw(sheet).text((size // 2, size // 2), text, fill=0, font=ImageFont.load_default(size))
    return sheet


def _signs(sheet: Image.Image, usual: float = 90.0) -> list[str]:
    mask = (np.asarray(sheet) < 128).astype(np.uint8)
    found, labels = parts(mask)
    whole = with_letters(Sheet(mask, 4.5, found, labels), usual)
    letters, capital = letters_of(whole, usual)
    return [label.text for label in labels_of(letters, capital)]


def test_letters_that_touch_are_parted() -> None:
    touching = np.asarray(_label("OH")).copy()
    ink = np.flatnonzero((touching < 128).any(axis=0))
    gap = next(at for at in ink if at + 1 not in ink)
    row = int(np.flatnonzero((touching < 128).any(axis=1)).mean())
    touching[row - 2 : row + 3, gap - 2 : gap + 14] = 0
    assert parts((touching < 128).astype(np.uint8))[0][1:] == []
    assert _signs(Image.fromarray(touching)) == ["OH"]


def test_a_letter_torn_in_two_is_one() -> None:
    torn = np.asarray(_label("O")).copy()
    middle = int(np.flatnonzero((torn < 128).any(axis=0)).mean())
    torn[:, middle - 2 : middle + 2] = 255
    assert len(parts((torn < 128).astype(np.uint8))[0]) == 2
    assert _signs(Image.fromarray(torn)) == ["O"]


def test_an_index_may_stand_under_its_letter() -> None:
    sheet = _label("H C")
    ImageDraw.Draw(sheet).text((68, 78), "3", fill=0, font=ImageFont.load_default(36))
    assert _signs(sheet) == ["H3C"]


def test_a_letter_that_is_not_read_makes_a_reading_doubtful() -> None:
    pixels = drawn("N#Cc1ccc(Cl)cc1")
    found, _ = parts((pixels < 140).astype(np.uint8))
    rightmost = max((part for part in found if part.high > 10 and part.wide > 8), key=lambda part: part.x)
    ImageDraw.Draw(spoilt := Image.fromarray(pixels)).rectangle(
        (rightmost.x0, rightmost.y0, rightmost.x1, rightmost.y1), fill=255
    )
    pen = ImageDraw.Draw(spoilt)
    pen.line([(rightmost.x0, rightmost.y0), (rightmost.x1, rightmost.y1)], fill=0, width=3)
    pen.line([(rightmost.x0, rightmost.y1), (rightmost.x1, rightmost.y0)], fill=0, width=3)
    pen.ellipse((rightmost.x0, rightmost.y0, rightmost.x1, rightmost.y1), outline=0, width=2)
    _assert_doubted(pixels, np.asarray(spoilt))


def test_a_page_of_print_is_given_up_soon() -> None:
    sheet = Image.new("L", (1200, 1600), 255)
    pen = ImageDraw.Draw(sheet)
    for y in range(40, 1560, 40):
        pen.text((30, y), "WAXKZ HEFT MINX 4TY7 " * 3, fill=0, font=ImageFont.load_default(26))
    started_s = time.process_time()
    assert read_structure(np.asarray(sheet)) is None
    assert time.process_time() - started_s < 10


def test_a_drawing_of_dashes_is_given_up_soon() -> None:
    sheet = Image.new("L", (900, 700), 255)
    pen = ImageDraw.Draw(sheet)
    for y in range(40, 660, 60):
        pen.line([(20, y), (880, y)], fill=0, width=3)
        for x in range(20, 880, 14):
            pen.line([(x, y + 30), (x + 7, y + 30)], fill=0, width=3)
    started_s = time.process_time()
    found = read_structure(np.asarray(sheet))
    assert found is None or found.confidence < 0.6
    assert time.process_time() - started_s < 15


def test_a_sure_reading_asks_no_other_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chemistry, "_ask_osra", lambda *args, **named: pytest.fail("OSRA was asked"))
    found = chemistry.read_structures(drawn("CC(=O)Oc1ccccc1C(=O)O"))
    assert found is not None
    assert (found.smiles, found.source) == (["CC(=O)Oc1ccccc1C(=O)O"], "structure_from_ink")


def figure(*lines: list[tuple[float, float]]) -> NDArray[np.uint8]:
    sheet = Image.new("RGB", (600, 500), "white")
    for line in lines:
        ImageDraw.Draw(sheet).line(line, fill="black", width=2)
    return np.asarray(sheet)


_TREE = [[(x, 60 + 120 * depth), (x + side * 240 / 2**depth, 180 + 120 * depth)]
         for depth, places in enumerate([(300,), (60, 540)]) for x in places for side in (-1, 1)]  # fmt: skip
_TRIANGLE = [[(60, 440), (540, 440), (250, 60), (60, 440)], [(250, 60), (250, 440)], [(60, 440), (400, 250)]]


@pytest.mark.parametrize("lines", [_TREE, _TRIANGLE])
@pytest.mark.parametrize("said", [[], [("CC(C)CC(C)C", 0.7)], [("CCC(C)CN", 0.4)]])
def test_figures_and_trees_are_no_molecules(
    monkeypatch: pytest.MonkeyPatch, lines: list[list[tuple[float, float]]], said: list[tuple[str, float]]
) -> None:
    monkeypatch.setattr(chemistry, "_ask_osra", lambda *args, **named: said)
    assert chemistry.read_structures(figure(*lines)) is None


def test_a_skeleton_without_letters_counts_where_its_bonds_are_bonds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chemistry, "_ask_osra", lambda *args, **named: [])
    found = chemistry.read_structures(drawn("c1ccc2ccccc2c1"))
    assert found is not None
    assert found.smiles == ["c1ccc2ccccc2c1"]


def test_osra_says_how_sure_it_is() -> None:
    assert list(chemistry._answers("CCO 3.08\nno answer\nC1CC1 -0.4\n")) == [("CCO", 3.08), ("C1CC1", -0.4)]


@pytest.mark.parametrize(
    ("text", "at_right", "smiles"),
    [
        ("CO2CH3", False, "COC(C)=O"),
        ("H3CO", True, "COC"),
        ("HO2C", True, "CC(=O)O"),
        ("OSO2CH3", False, "COS(C)(=O)=O"),
        ("NO2", False, "C[N+](=O)[O-]"),
        ("O2N", True, "C[N+](=O)[O-]"),
        ("CN", False, "CC#N"),
        ("NC", True, "CC#N"),
        ("CF3", False, "CC(F)(F)F"),
        ("NHBoc", False, "CNC(=O)OC(C)(C)C"),
        ("N(CH3)2", False, "CN(C)C"),
        ("Et2N", True, "CCN(C)CC"),
        ("CONH2", False, "CC(N)=O"),
        ("CHO", False, "CC=O"),
        ("CH2OH", False, "CCO"),
        ("OMe", False, "COC"),
    ],
)
def test_a_label_is_a_group_of_atoms(text: str, at_right: bool, smiles: str) -> None:
    tokens = tokens_of(text)
    assert tokens is not None
    group = group_of(reversed_tokens(tokens) if at_right else tokens, 1)
    assert group is not None
    molecule = Molecule()
    carbon = molecule.add("C", (-1.0, 0.0))
    first, _ = molecule.add_group(group, (0.0, 0.0))
    from docparse.model.embedded.structure_ink.molecule import Bond

    molecule.bind(Bond(carbon, first, 1))
    written = Chem.MolFromMolBlock(molecule.molfile())
    assert Chem.MolToSmiles(written) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize("text", ["Qx", "(4)", "+"])
def test_other_text_is_no_label(text: str) -> None:
    assert tokens_of(text) is None


def test_what_is_no_structure_is_not_read() -> None:
    sheet = Image.new("L", (400, 300), 255)
    pen = ImageDraw.Draw(sheet)
    assert read_structure(np.asarray(sheet)) is None
    for level in range(40, 280, 40):
        pen.line([(30, level), (370, level)], fill=0, width=2)
        pen.line([(level, 20), (level, 280)], fill=0, width=2)
    found = read_structure(np.asarray(sheet))
    assert found is None or found.confidence < 0.7


def test_grain_is_no_drawing_and_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).normal(size=(900, 1200))
    smooth = np.asarray(Image.fromarray((noise * 40 + 128).clip(0, 255).astype(np.uint8)).filter(GaussianBlur(2.0)))
    lines = np.where(np.abs(smooth.astype(int) - np.median(smooth)) < 2, 0, 255).astype(np.uint8)
    inked = []
    monkeypatch.setattr(read, "sheet_of", lambda *args: inked.append(sheet_of(*args)) or inked[-1])
    monkeypatch.setattr(strokes, "paths_of", lambda *args, **named: pytest.fail("the grain's lines were followed"))
    assert read_structure(lines) is None
    assert len(inked) == 1  # not once more with more ink
    sheet = inked[0]
    assert sheet is not None
    assert usual_length(sheet.ink, sheet.thick) == inf


def test_the_lines_of_small_print_are_not_all_followed() -> None:
    ink = np.zeros((400, 800), np.uint8)
    ink[4:396:8, 4:796] = 1
    ink[:, ::20] = 0
    thin = thinned(ink)
    assert loose_ends(thin) == 2 * len(paths_of(thin)[1])
    assert len(paths_of(thin, most=3000)[1]) == len(paths_of(thin)[1])
    assert paths_of(thin, most=400) == ([], [])
