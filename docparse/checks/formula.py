"""LaTeX: braces balance, commands are known, and it reads as MathML (latex2mathml, extra `math`)."""

from __future__ import annotations

import functools
import importlib.util
import re

from docparse.schemas.document import Check, Formula

_TOKEN = re.compile(r"\\(?:begin|end)\s*\{[A-Za-z*]+\}|\\(?:left|right)(?![A-Za-z])|\\.|[{}]", re.DOTALL)
_UNKNOWN = re.compile(r"<mi>(\\[A-Za-z]+)</mi>")
_MAX_REPAIR = 3  # braces that are added or taken away; more is no slip
_LONGEST = 20_000
_DEEPEST = 60


def check_formula(block: Formula, *, quick: bool = False) -> None:
    """Check and repair a formula's LaTeX and set its MathML; `quick` looks at the structure alone."""
    if not block.latex:
        return
    latex, repaired, fault = balance(block.latex)
    if repaired:
        block.flags.append("latex_repaired")
        block.checks.append(Check(name="braces", outcome="repaired", detail=f"was: {block.latex[:200]}"))
        block.latex = latex
    if fault:
        block.flags.append("latex_invalid")
        block.checks.append(Check(name="latex", outcome="failed", detail=fault))
    elif not quick:
        _as_mathml(block)


def _as_mathml(block: Formula) -> None:
    if not available():
        block.checks.append(Check(name="latex", outcome="skipped", detail="extra 'math' (latex2mathml) is missing"))
        return
    try:
        block.mathml = to_mathml(block.latex)
    except ValueError as error:
        block.flags.append("latex_invalid")
        block.checks.append(Check(name="latex", outcome="failed", detail=str(error)))
    else:
        block.checks.append(Check(name="latex", outcome="passed"))


@functools.cache
def available() -> bool:
    return importlib.util.find_spec("latex2mathml") is not None


def to_mathml(latex: str) -> str:
    """MathML of a formula. Raises ValueError saying what is wrong, ImportError without latex2mathml."""
    from latex2mathml.converter import convert

    if len(latex) > _LONGEST or _depth(latex) > _DEEPEST:
        raise ValueError("too long or nested too deeply for a formula")
    try:
        mathml = str(convert(latex))
    except Exception as error:  # the library has a family of errors and lets IndexError and others through
        raise ValueError(f"{type(error).__name__.removesuffix('Error')}: {error}".strip(": ")[:200]) from error
    unknown = sorted(set(_UNKNOWN.findall(mathml)))
    if unknown:
        raise ValueError(f"unknown command {', '.join(unknown[:5])}")
    return mathml


def _depth(latex: str) -> int:
    depth = deepest = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest


def balance(latex: str) -> tuple[str, bool, str]:
    """(LaTeX, whether braces were mended, what is still wrong).

    Braces that are missing at the end are added and ones that close nothing there are taken away; anything else could
    change the meaning and is left alone.
    """
    depth = 0
    stray: list[int] = []
    environments: list[str] = []
    lefts = 0
    for match in _TOKEN.finditer(latex):
        token = match[0]
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth < 0:
                stray.append(match.start())
                depth = 0
        elif token.startswith(r"\begin"):
            environments.append(token[6:].strip())
        elif token.startswith(r"\end"):
            if not environments or environments.pop() != token[4:].strip():
                return latex, False, f"{token} closes nothing"
        elif token in (r"\left", r"\right"):
            lefts += 1 if token == r"\left" else -1
            if lefts < 0:
                return latex, False, r"\right without \left"
    if environments:
        return latex, False, rf"\begin{environments[-1]} is never closed"
    if lefts:
        return latex, False, r"\left without \right"
    return _mended(latex, depth, stray)


def _mended(latex: str, open_braces: int, stray: list[int]) -> tuple[str, bool, str]:
    if not open_braces and not stray:
        return latex, False, ""
    at_end = all(not latex[place:].strip("} \t\n") for place in stray)
    if open_braces + len(stray) > _MAX_REPAIR or not at_end or (open_braces and stray):
        return latex, False, "unbalanced braces"
    if stray:
        return latex[: stray[0]] + latex[stray[0] :].replace("}", ""), True, ""
    return latex + "}" * open_braces, True, ""
