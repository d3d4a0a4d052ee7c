"""Formulas as TeX's fonts set them, read from pixels: indices of indices, dots in them, accents, conditions, tilt."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import mathtext, rc_context
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray
from PIL import Image

from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula_ink import read_formula
from docparse.model.embedded.formula_ink.blots import Blot, blots_of, has_hole, ink_of
from docparse.model.embedded.formula_ink.ink import Ink
from docparse.model.embedded.formula_ink.parts import groups_of
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.picture_kinds import _strip_reading
from docparse.schemas.page import PageImage, Word

pytestmark = pytest.mark.skipif(not ocr_rapid.available(), reason="the OCR's models are not installed")


def typeset(latex: str, dpi: int = 150) -> Image.Image:
    file = io.BytesIO()
    with rc_context({"mathtext.fontset": "cm"}):
        mathtext.math_to_image(f"${latex}$", file, prop=FontProperties(size=14), dpi=dpi, format="png")
    ink = Image.open(file).convert("RGB")
    image = Image.new("RGB", (ink.width + 24, ink.height + 24), "white")
    image.paste(ink, (12, 12))
    return image


def pixels_of(image: Image.Image) -> NDArray[np.uint8]:
    return np.array(image)


def read(image: Image.Image) -> str:
    reading = read_formula(pixels_of(image), (0, 0, image.width, image.height))
    return "" if reading is None else "".join(reading.latex.split())


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        # a condition under a stroke or behind brackets has relations in it
        (r"Z(\beta)|_{\beta=\beta_H}+1", r"Z(\beta)|_{\beta=\beta_H}+1"),
        (r"S(p)_{p^2\simeq m^2}\rightarrow m", r"S(p)_{p^2\simeqm^2}\tom"),
        # primes and raised signs of a lower index
        (r"\delta x_{\vec{k}^{\prime}}=0", r"\deltax_{\vec{k}'}=0"),
        # dots of an index
        (r"x_{i_1\cdots i_p}=1", r"x_{i_1\cdotsi_p}=1"),
        (r"\gamma^{\mu_1\cdots\mu_7}_{ab}=0", r"\gamma_{ab}^{\mu_1\cdots\mu_7}=0"),
        # indices over one another: letters small by their type, accents over the letter itself, commas, spaces
        (r"\zeta_{r_{2i-1}s_{2i-1}}^{(i)}=1", r"\zeta_{r_{2i-1}s_{2i-1}}^{(i)}=1"),
        (r"\beta_{ij}\bar{u}_j^{in}=1", r"\beta_{ij}\bar{u}_j^{in}=1"),
        (r"\{b_n^a,b_m^c\}=0", r"\{b_n^a,b_m^c\}=0"),
        (r"10^{10}P_k^S=1", r"10^{10}P_k^S=1"),
        (r"k_{s_{2i}}^{(i)}\,.", r"k_{s_{2i}}^{(i)}."),
        (r"(\varphi_0^i,\varphi_0^{*i},g_0)=1", r"(\phi_0^i,\phi_0^{*i},g_0)=1"),
        # signs of several strokes, and two accents
        (r"\Xi+\rho(0)=1", r"\Xi+\rho(0)=1"),
        (r"\dot{\tilde{x}}^M=0", r"\dot{\tilde{x}}^M=0"),
        (r"d\vec{x}^{\parallel}=1", r"d\vec{x}^{\parallel}=1"),
        (r"\vec{n}\parallel\vec{B}=1", r"\vec{n}\parallel\vec{B}=1"),
        (r"\|\vec{n}\|=1", r"\|\vec{n}\|=1"),
    ],
)
def test_typeset_formulas(latex: str, wanted: str) -> None:
    assert read(typeset(latex)) == wanted


def test_long_formula_that_runs_askew_is_read_as_if_level() -> None:
    latex = r"g(z,\bar{z})=x(z,\bar{z})s+x^*(z,\bar{z})s^*+u^*(z,\bar{z})t+u(z,\bar{z})t^*+v(z,\bar{z})q+w(z)"
    level = typeset(latex, 130)
    askew = level.rotate(0.55, Image.Resampling.BICUBIC, fillcolor="white")
    assert read(level) != ""
    assert read(askew) == read(level)


def test_letter_with_indices_that_ocr_takes_for_a_word_leaves_a_strip_a_formula() -> None:
    image = typeset(r"S_k=-f_{k\ell}^mc^{\ell}b_m")
    page = PageImage(1, image.width, image.height, image.width, image.height, unit="px", pixels=pixels_of(image))
    words = [Word("fklmclbm", (0, 0, 10, 10)), Word("Sk", (0, 0, 10, 10)), Word("=", (0, 0, 10, 10))]
    assert _strip_reading(page, words) is not None
    name = typeset(r"E_{barrier}=\frac{m^2}{M}")
    page = PageImage(1, name.width, name.height, name.width, name.height, unit="px", pixels=pixels_of(name))
    assert _strip_reading(page, [Word("Ebarrier", (0, 0, 10, 10)), Word("=", (0, 0, 10, 10))]) is not None
    text = typeset(r"\mathrm{Number}_1=\mathrm{length}+\mathrm{breadth}")
    page = PageImage(1, text.width, text.height, text.width, text.height, unit="px", pixels=pixels_of(text))
    words = [Word(name, (0, 0, 10, 10)) for name in ("Number1", "=", "length", "+", "breadth")]
    assert _strip_reading(page, words) is None


def test_hole_of_a_letter() -> None:
    for latex, wanted in ((r"\Lambda", False), ("A", True), (r"\Delta", True), ("V", False)):
        mask = ink_of(pixels_of(typeset(latex)))
        (blot,) = blots_of(mask)
        assert has_hole(mask, blot) is wanted


def test_strokes_of_a_xi_are_one_group() -> None:
    strokes = [Blot(149, 44, 188, 56), Blot(155, 61, 182, 73), Blot(149, 79, 188, 91)]
    assert [sorted(group) for group in groups_of(strokes, 49.0)] == [sorted(strokes)]
    equals = [Blot(x, y, x + 40, y + 5) for x in (0, 60) for y in (10, 24)]
    assert len(groups_of(equals, 49.0)) == 2


@pytest.mark.parametrize(("read", "known"), [("ff", True), ("ffi", True), ("fg", False), ("if", False)])
def test_ligature_is_read_as_its_letters(monkeypatch: pytest.MonkeyPatch, read: str, known: bool) -> None:
    pixels = pixels_of(typeset("A"))
    mask = ink_of(pixels)
    ink = Ink(pixels, mask)
    monkeypatch.setattr(Ink, "_ocr", lambda self, blots: [(char, 0.0, 0.95) for char in read])
    if known:
        assert [char for char, _, _ in ink._alone(blots_of(mask))] == list(read)
    else:
        with pytest.raises(Unclear):
            ink._alone(blots_of(mask))
