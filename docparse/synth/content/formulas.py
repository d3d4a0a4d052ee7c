"""Formulas as LaTeX that KaTeX sets: a grammar for display formulas, short ones inside a line."""

from __future__ import annotations

import random

from docparse.schemas.document import Formula
from docparse.synth.piece import Piece, text_html

_LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWX"
_GREEK = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "theta",
    "lambda",
    "mu",
    "sigma",
    "phi",
    "omega",
    "Omega",
    "psi",
)
_FUNCTIONS = (r"\sin", r"\cos", r"\log", r"\exp", r"\ln", r"\tanh")
_RELATIONS = ("=", r"\leq", r"\geq", r"\approx", "<", r"\equiv", r"\sim", r"\neq")
_DISPLAYS = (
    r"\int_{{{a}}}^{{{b}}} {f} \, d{x} = {g}",
    r"\sum_{{{i}={n}}}^{{{N}}} {f} {rel} {g}",
    r"\frac{{\partial {x}}}{{\partial {y}}} = {f}",
    r"\lim_{{{x} \to \infty}} {f} = {g}",
    r"\begin{{pmatrix}} {p} & {q} \\ {r} & {s} \end{{pmatrix}} \begin{{pmatrix}} {x} \\ {y} \end{{pmatrix}}"
    r" = \lambda \begin{{pmatrix}} {x} \\ {y} \end{{pmatrix}}",
    r"{x} = \begin{{cases}} {f} & \text{{if }} {y} > {n} \\ {g} & \text{{otherwise}} \end{{cases}}",
    r"\begin{{aligned}} {x} &= {f} \\ {y} &= {g} \end{{aligned}}",
    r"\left( {f} \right)^{{{n}}} {rel} \sqrt{{{g}}}",
    r"\prod_{{{i}=1}}^{{{N}}} \left( 1 - {q} \right) = {f}",
    r"\nabla \times \mathbf{{{U}}} = -\frac{{\partial \mathbf{{{V}}}}}{{\partial t}}",
    r"\hat{{{x}}} = \arg\min_{{{y} \in \mathbb{{R}}}} \left\| {f} \right\|_2^2",
    r"{x} {rel} \frac{{{f}}}{{{g}}} + \overline{{{y}}}",
)


def expression(rng: random.Random, depth: int = 2) -> str:
    """An expression; its size grows with `depth`."""
    if depth <= 0:
        return _atom(rng)
    choice = rng.randrange(9)
    a, b = expression(rng, depth - 1), expression(rng, depth - 1)
    if choice == 0:
        return rf"\frac{{{a}}}{{{b}}}"
    if choice == 1:
        return rf"\sqrt{{{a}}}"
    if choice == 2:
        return rf"{rng.choice(_FUNCTIONS)} \left( {a} \right)"
    if choice == 3:
        return rf"{_symbol(rng)}^{{{a}}}"
    if choice == 4:
        return rf"{_symbol(rng)}_{{{rng.randint(0, 9)}}} {b}"
    return f"{a} {rng.choice(('+', '-', chr(92) + 'cdot'))} {b}"


def _symbol(rng: random.Random) -> str:
    return rng.choice(_LETTERS) if rng.random() < 0.65 else "\\" + rng.choice(_GREEK)


def _atom(rng: random.Random) -> str:
    choice = rng.random()
    if choice < 0.25:
        return str(rng.randint(1, 20))
    if choice < 0.5:
        return f"{_symbol(rng)}_{{{rng.choice('ijkmn012')}}}"
    if choice < 0.65:
        return f"{_symbol(rng)}^{{{rng.choice('23nk')}}}"
    return _symbol(rng)


def display_latex(rng: random.Random) -> str:
    x, y, i = rng.sample(_LETTERS[:20], 3)
    return rng.choice(_DISPLAYS).format(
        x=x, y=y, i=i, N=rng.choice("NMKn"), n=rng.randint(0, 4), rel=rng.choice(_RELATIONS),
        a=rng.choice(("0", "-1", r"-\infty", "a")), b=rng.choice(("1", r"\infty", r"\pi", "b")), f=expression(rng),
        g=expression(rng, 1), p=_atom(rng), q=_atom(rng), r=_atom(rng), s=_atom(rng), U=rng.choice("EFBA"),
        V=rng.choice("BDHu"),
    )  # fmt: skip


def inline_latex(rng: random.Random) -> str:
    left = _symbol(rng)
    return f"{left} {rng.choice(_RELATIONS)} {expression(rng, 1)}" if rng.random() < 0.5 else _atom(rng)


def formula(rng: random.Random, number: int | None = None) -> Piece:
    """A display formula; a numbered one ends in its `\\tag{…}`, as its LaTeX would."""
    latex = display_latex(rng)
    if number is not None:
        latex = rf"{latex} \tag{{{number}}}"
    return Piece(Formula(latex=latex), f'<div class="display tex">{text_html(latex)}</div>')
