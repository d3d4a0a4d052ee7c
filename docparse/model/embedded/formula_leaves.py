"""The words of a formula as nodes with their LaTeX: letters by their fonts, names, arrows and dots of several glyphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from docparse.geometry import union
from docparse.model.embedded.formula_grid import Node
from docparse.model.embedded.formula_symbols import FUNCTIONS, symbols
from docparse.schemas.page import Word, WordStyle

BRACKETS = frozenset("()[]{}|‖∣∥⟨⟩⌊⌋⌈⌉")
_SHORT_WORDS = frozenset(("if", "or", "as", "on", "in", "at", "is", "of", "to", "by"))
_ALPHABETS = (
    (re.compile(r"MSBM|bbm|bbold|dsfont|DSROM", re.I), "mathbb"),
    (re.compile(r"EUF[MB]|frak", re.I), "mathfrak"),
    (re.compile(r"rsfs", re.I), "mathscr"),
    (re.compile(r"CMB?SY|LMMathSymbols|EUS[MB]", re.I), "mathcal"),
)
_SLANTED = re.compile(r"CMMI|MathIt|Ital|Slant|Obli|CMTI", re.I)
_NAME = re.compile(r"[A-Za-z]{2,}")
_PARTS = re.compile(r"[A-Za-z]+|\.{3}|·{3}|⋅{3}|[^A-Za-z]")
_SHAFT = re.compile("[-−–=]+")
_ARROW = re.compile("[-−–=]*[→⇒]|[←⇐][-−–=]*|[←⇐][-−–=]*[→⇒]|⟼")
_LONG = {
    ("", "→"): "⟶", ("←", ""): "⟵", ("←", "→"): "⟷", ("", "⇒"): "⟹", ("⇐", ""): "⟸", ("⇐", "⇒"): "⟺",
}  # fmt: skip
# in sizes of the type: of what is one sign, of the dots of an ellipsis, of two integrals, of dots over one another
_ONE, _DOTS, _INTEGRALS, _COLUMN = 0.02, 0.4, 0.05, 0.55
_FREE = 0.2  # beside a relation
_MANY_INTEGRALS = {"∫∫": "∬", "∬∫": "∭"}


class Unclear(Exception):
    """The glyphs don't fit any pattern that is known here."""


def leaves(words: Sequence[Word]) -> list[Node]:
    """Nodes of a formula's words, each one sign or name."""
    nodes = [_leaf(word) for whole in words for word in _single_brackets(whole)]
    for join in (_joined_limits, _joined_arrows, _joined_integrals, _joined_dots):
        nodes = join(nodes)
    return _with_norms(nodes)


def _single_brackets(word: Word) -> list[Word]:
    """Tall brackets that a text layer has as one word, one by one."""
    x0, y0, x1, y1 = word.bbox
    if len(word.text) < 2 or not BRACKETS.issuperset(word.text) or y1 - y0 < 1.5 * word.size:
        return [word]
    step = (x1 - x0) / len(word.text)
    return [
        word._replace(text=sign, bbox=(x0 + at * step, y0, x0 + (at + 1) * step, y1))
        for at, sign in enumerate(word.text)
    ]


def _leaf(word: Word) -> Node:
    return Node(_word_latex(word), word.bbox, word.size, word.baseline, word.text)


def _word_latex(word: Word) -> str:
    text = word.text
    name = unicodedata.normalize("NFKC", text)
    if name in FUNCTIONS:
        return _function(name)
    if text == "√":
        return "√"
    if _ARROW.fullmatch(text) and len(text) > 1:
        text = _LONG[text[0] if text[0] in "←⇐" else "", text[-1] if text[-1] in "→⇒" else ""]
    if _is_text(word):
        return f"\\text{{ {text} }}"
    alphabet = next((command for font, command in _ALPHABETS if font.search(word.font)), None)
    upright = not word.style & WordStyle.ITALIC and not _SLANTED.search(word.font)
    parts = [_part(part, alphabet, upright=upright) for part in _PARTS.findall(text)]
    if any(part is None for part in parts):
        latex = symbols(text)  # an accent over a letter is one with it
        if latex is None:
            raise Unclear
    else:
        latex = "".join(part or "" for part in parts)
    return f"\\mathbf{{{latex.strip()}}}" if word.style & WordStyle.BOLD and text.isalpha() else latex


def _is_text(word: Word) -> bool:
    """Whether it is a word of the language among the signs, not a name that something follows at once."""
    text = word.text
    plain = text.rstrip(".,;:") if len(text) > 3 else text
    wordy = plain in _SHORT_WORDS or (len(plain) > 2 and plain.isalpha() and plain[0] <= "\u024f")
    return wordy and not word.style & WordStyle.ITALIC


def _part(text: str, alphabet: str | None, *, upright: bool) -> str | None:
    """LaTeX of letters or of one sign; None where it has none."""
    if alphabet and text.isalpha() and text.isascii() and (alphabet == "mathfrak" or text.isupper()):
        return f"\\{alphabet}{{{text}}}"
    if upright and text in FUNCTIONS:
        return _function(text)
    if upright and _NAME.fullmatch(text):
        return f"\\operatorname{{{text}}}" if len(text) > 2 else f"\\mathrm{{{text}}}"
    if len(text) == 3 and text[0] in ".·⋅":
        return "\\ldots " if text[0] == "." else "\\cdots "
    return symbols(text)


def _function(name: str) -> str:
    return f"\\{name} " if name != "mod" else "\\bmod "


def _joined(
    nodes: list[Node], match: Callable[[Node, Node], Node | None]
) -> list[Node]:
    """Nodes with neighbours of one level made one where they match, from left to right."""
    result: list[Node] = []
    for node in sorted(nodes, key=lambda node: (round(node.baseline), node.bbox[0])):
        one = match(result[-1], node) if result else None
        if one is not None:
            result[-1] = one
        else:
            result.append(node)
    return result


def _beside(first: Node, second: Node, most: float) -> bool:
    gap = second.bbox[0] - first.bbox[2]
    level = abs(first.baseline - second.baseline) < 0.05 * first.size and abs(first.size - second.size) < 0.5
    return level and -0.6 * first.size < gap < most * first.size


def _one(first: Node, second: Node, base: str) -> Node:
    latex = symbols(base)
    if latex is None:
        raise Unclear
    return Node(latex, union([first.bbox, second.bbox]), first.size, first.baseline, base)


def _joined_limits(nodes: list[Node]) -> list[Node]:
    """ "lim inf" and "lim sup" as one sign, with one limit below."""

    def match(first: Node, second: Node) -> Node | None:
        if first.base != "lim" or second.base not in ("inf", "sup") or not _beside(first, second, 0.5):
            return None
        name = f"lim{second.base}"
        return Node(f"\\{name} ", union([first.bbox, second.bbox]), first.size, first.baseline, name)

    return _joined(nodes, match) if any(node.base == "lim" for node in nodes) else nodes


def _joined_arrows(nodes: list[Node]) -> list[Node]:
    """Shafts and heads that touch as one long arrow."""

    def match(first: Node, second: Node) -> Node | None:
        if not _beside(first, second, _ONE):
            return None
        left, right = first.base, second.base
        if left == "⟼" and right == "→":
            return _one(first, second, "⟼")
        if _SHAFT.fullmatch(left) and _SHAFT.fullmatch(right):
            return Node(first.latex + second.latex, union([first.bbox, second.bbox]), *_level(first), left + right)
        head = right[-1:] if right[-1:] in "→⇒" and (_SHAFT.fullmatch(right[:-1]) or len(right) == 1) else ""
        tail = left[:1] if left[:1] in "←⇐" and (_SHAFT.fullmatch(left[1:]) or len(left) == 1) else ""
        if (head and (tail or _SHAFT.fullmatch(left))) or (tail and (head or _SHAFT.fullmatch(right))):
            return _one(first, second, _LONG[tail, head])
        return None

    return _joined(nodes, match) if any(node.base[-1:] in "→⇒" or node.base[:1] in "←⇐" for node in nodes) else nodes


def _level(node: Node) -> tuple[float, float]:
    return node.size, node.baseline


def _joined_integrals(nodes: list[Node]) -> list[Node]:
    def match(first: Node, second: Node) -> Node | None:
        sign = _MANY_INTEGRALS.get(first.base + second.base)
        return _one(first, second, sign) if sign and _beside(first, second, _INTEGRALS) else None

    return _joined(nodes, match) if sum(node.base == "∫" for node in nodes) > 1 else nodes


def _joined_dots(nodes: list[Node]) -> list[Node]:
    """Three dots in a row, over one another or down to the right as one ellipsis."""
    for signs, sign in (("·⋅", "⋯"), (".", "…")):
        dots = sorted((n for n in nodes if n.base and n.base in signs), key=lambda n: (n.bbox[0], n.baseline))
        while len(dots) >= 3:
            three, dots = dots[:3], dots[1:]
            kind = _ellipsis(three, sign)
            if kind is None:
                continue
            latex = symbols(kind) or ""
            box = union(node.bbox for node in three)
            middle = three[1]
            joined = Node(latex, box, middle.size, middle.baseline, kind)
            gone = {id(node) for node in three}
            nodes = [*(node for node in nodes if id(node) not in gone), joined]
            dots = dots[2:]
    return nodes


def _ellipsis(three: Sequence[Node], level: str) -> str | None:
    first, second, third = three
    size = first.size
    steps = [(b.bbox[0] - a.bbox[0], b.baseline - a.baseline) for a, b in ((first, second), (second, third))]
    if abs(steps[0][0] - steps[1][0]) > 0.1 * size or abs(steps[0][1] - steps[1][1]) > 0.1 * size:
        return None
    right, down = steps[0]
    if abs(down) < 0.05 * size and second.bbox[0] - first.bbox[2] < _DOTS * size:
        return level
    if abs(right) < 0.05 * size and 0 < down < _COLUMN * size:
        return "⋮"
    return "⋱" if 0.1 * size < down < _COLUMN * size and right < size else None


def _with_norms(nodes: list[Node]) -> list[Node]:
    """Double bars as those of norms, but one that stands free between two others as "parallel"."""
    bars = [node for node in nodes if node.base == "∥"]
    if len(bars) % 2:
        for bar in bars:
            beside = [n for n in nodes if n is not bar and abs(n.baseline - bar.baseline) < 0.05 * bar.size]
            gaps = (
                min((bar.bbox[0] - n.bbox[2] for n in beside if n.bbox[2] <= bar.bbox[0] + 0.1), default=0.0),
                min((n.bbox[0] - bar.bbox[2] for n in beside if n.bbox[0] >= bar.bbox[2] - 0.1), default=0.0),
            )
            if min(gaps) > _FREE * bar.size:
                bar.latex = "\\parallel "
    return nodes
