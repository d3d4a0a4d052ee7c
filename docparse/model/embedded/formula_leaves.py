"""The words of a formula as nodes with their LaTeX: letters by their fonts, names, signs of several glyphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest

from docparse.geometry import union
from docparse.model.embedded.alphabets import alphabet_of
from docparse.model.embedded.formula_grid import Node
from docparse.model.embedded.formula_symbols import BIG, FUNCTIONS, symbols
from docparse.schemas.page import Word, WordStyle

BRACKETS = frozenset("()[]{}|‖∣∥⟨⟩⌊⌋⌈⌉")
LYING = ("⏟", "⏞")
BUILT = ("√", *LYING)  # what they hold goes with them
_ITALIC, _BOLD = int(WordStyle.ITALIC), int(WordStyle.BOLD)  # an IntFlag is slow to test
_TALL = BRACKETS | BIG | {"√"}
_AXIS = 0.25  # from the line up to the middle of tall signs
_NAME_LETTERS = 6  # of an operator's name at most, that no bracket follows
_SHORT_WORDS = frozenset(("if", "or", "as", "on", "in", "at", "is", "of", "to", "by"))
_SLANTED = re.compile(r"CMMI|MathIt|Ital|Slant|Obli|CMTI", re.I)
_NAME = re.compile(r"[A-Za-z]{2,}")
_PARTS = re.compile(r"[A-Za-z]+|\.{3}|·{3}|⋅{3}|[^A-Za-z]")
_SHAFT = re.compile("[-−–=]+")
_ARROW = re.compile("[-−–=]*[→⇒]|[←⇐][-−–=]*|[←⇐][-−–=]*[→⇒]")
_ABBREVIATION = re.compile(r"(?:[a-z]\.){2,}")
_LONG = {
    ("", "→"): "⟶", ("←", ""): "⟵", ("←", "→"): "⟷", ("", "⇒"): "⟹", ("⇐", ""): "⟸", ("⇐", "⇒"): "⟺",
}  # fmt: skip
# in sizes of the type: of what is one sign, of the dots of an ellipsis, of two integrals, of dots over one another
_ONE, _DOTS, _INTEGRALS, _COLUMN = 0.02, 0.4, 0.14, 0.55
_FREE, _APART = 0.2, 0.1  # beside a relation; between two limits
_WIDTHS = {"·": 0.28, "⋅": 0.28, "{": 0.5}
_PILES = {"∼": ("=", "≅", 0.15), "∈": ("/", "∉", 0.25)}  # sign, what is drawn over it, both, how near in sizes
_MANY_INTEGRALS = {"∫∫": "∬", "∬∫": "∭", "∫∫∫": "∭"}


class Unclear(Exception):
    """The glyphs don't fit any pattern that is known here."""


def is_tall(word: Word) -> bool:
    """Whether it is a sum, root or bracket that is taller than the type, by a box of its own, not one of its font."""
    if word.text not in _TALL:
        return False
    off = (word.bbox[1] + word.bbox[3]) / 2 - word.baseline + _AXIS * word.size
    return word.bbox[3] - word.bbox[1] > 1.3 * word.size and abs(off) < 0.1 * word.size


def leaves(words: Sequence[Word]) -> list[Node]:
    """Nodes of a formula's words, each one sign or name."""
    words = [_before_stop(word, after) for word, after in zip_longest(words, words[1:])]
    nodes = [_leaf(word) for whole in words for part in _single_brackets(whole) for word in _single_ends(part)]
    for join in (_joined_limits, _joined_piles, _joined_arrows, _joined_integrals, _joined_dots):
        nodes = join(nodes)
    return _with_norms(nodes)


def _before_stop(word: Word, after: Word | None) -> Word:
    """A word that a comma or full stop follows ends there: it is no name with something behind it."""
    stop = after is not None and after.text[0] in ".,;:" and after.line == word.line
    return word._replace(space=True) if stop and not word.space else word


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


def _single_ends(word: Word) -> list[Word]:
    """A dot or brace that stands right behind another sign by itself: it goes with what follows it."""
    width = _WIDTHS.get(word.text[-1]) if len(word.text) > 1 else None
    if width is None or word.text[-2] in _WIDTHS:
        return [word]
    x0, y0, x1, y1 = word.bbox
    cut = x1 - width * word.size
    return [
        word._replace(text=word.text[:-1], bbox=(x0, y0, cut, y1), space=False),
        word._replace(text=word.text[-1], bbox=(cut, y0, x1, y1)),
    ]


def _leaf(word: Word) -> Node:
    text = _MANY_INTEGRALS.get(word.text, word.text)
    if text == "/0" and word.bbox[2] - word.bbox[0] < 0.75 * word.size:
        text = "∅"
    if text == "..." and word.bbox[2] - word.bbox[0] < 0.5 * word.size:
        text = "⋮"
    word = word._replace(text=text)
    if len(text) > 1 and _ARROW.fullmatch(text):
        text = _LONG[text[0] if text[0] in "←⇐" else "", text[-1] if text[-1] in "→⇒" else ""]
        word = word._replace(text=text)
    return Node(_word_latex(word), word.bbox, word.size, word.baseline, text)


def _word_latex(word: Word) -> str:
    text = word.text
    name = unicodedata.normalize("NFKC", text)
    if name in FUNCTIONS:
        return _function(name)
    if text in BUILT:
        return text
    if _is_text(word):
        return f"\\text{{ {text} }}"
    alphabet, slanted = _font_traits(word.font)
    upright = not word.style & _ITALIC and not slanted
    parts = [_part(part, alphabet, upright=upright) for part in _PARTS.findall(text)]
    if any(part is None for part in parts):
        latex = symbols(text)  # an accent over a letter is one with it
        if latex is None:
            raise Unclear
    else:
        latex = "".join(part or "" for part in parts)
    if not word.style & _BOLD or not text.isalpha():
        return latex
    return f"\\{'mathbf' if text.isascii() else 'boldsymbol'}{{{latex.strip()}}}"


@lru_cache(maxsize=256)
def _font_traits(font: str) -> tuple[str | None, bool]:
    """LaTeX's name of a font's alphabet, and whether its letters are slanted."""
    return alphabet_of(font), _SLANTED.search(font) is not None


def _is_text(word: Word) -> bool:
    """Whether it is a word of the language among the signs, not a name that something follows at once."""
    text = word.text
    plain = text.rstrip(".,;:") if len(text) > 3 else text
    if word.font and not word.space and plain == text and len(text) <= _NAME_LETTERS and text not in _SHORT_WORDS:
        return False
    if word.font and len(text) == 2 and text.isalpha() and text[1:].islower() and not word.style & _ITALIC:
        return not _font_traits(word.font)[1]
    wordy = (
        plain in _SHORT_WORDS
        or _ABBREVIATION.fullmatch(text) is not None
        or (len(plain) > 2 and plain.replace("-", "").isalpha() and plain[0] <= "\u024f")
    )
    return wordy and not word.style & _ITALIC


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
    if name in ("argmax", "argmin"):
        return f"\\arg\\{name[3:]} "
    return f"\\{name} " if name != "mod" else "\\bmod "


def _joined(nodes: list[Node], match: Callable[[Node, Node], Node | None]) -> list[Node]:
    """Nodes with neighbours of one level made one where they match, from left to right."""
    result: list[Node] = []
    for node in sorted(nodes, key=lambda node: node.bbox[0]):
        for place in range(len(result) - 1, -1, -1):
            one = match(result[place], node)
            if one is not None:
                result[place] = one
                break
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
        if _own_limits(first, second, nodes):
            return None
        name = f"lim{second.base}"
        return Node(f"\\{name} ", union([first.bbox, second.bbox]), first.size, first.baseline, name)

    return _joined(nodes, match) if any(node.base == "lim" for node in nodes) else nodes


def _joined_piles(nodes: list[Node]) -> list[Node]:
    """Signs that are drawn over one another as one: a tilde and an equals sign, a sign and the stroke through it."""
    for sign in [node for node in nodes if node.base in _PILES]:
        other, one, reach = _PILES[sign.base]
        for node in nodes:
            if node.base == other and abs(node.middle - sign.middle) < reach * sign.size:
                nodes = [*(n for n in nodes if n is not sign and n is not node), _one(node, sign, one)]
                break
    return nodes


def _own_limits(first: Node, second: Node, nodes: Sequence[Node]) -> bool:
    """Whether each of two names has a limit of its own below."""
    under = sorted(
        (n.bbox[0], n.bbox[2]) for n in nodes
        if n.size < 0.86 * first.size and 0 < n.baseline - first.baseline < 1.5 * first.size
        and first.bbox[0] - first.size < n.bbox[0] and n.bbox[2] < second.bbox[2] + second.size
    )  # fmt: skip
    return any(right[0] - left[1] > _APART * first.size for left, right in pairwise(under))


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
    for signs, level in (("·⋅", "⋯"), (".", "…")):
        dots = [node for node in nodes if node.base and node.base in signs]
        if len(dots) < 3:
            continue
        for first in sorted(dots, key=lambda node: (node.bbox[0], node.baseline)):
            three = _three(first, dots)
            kind = _ellipsis(three, level) if len(three) == 3 else None
            if kind is None:
                continue
            dots = [node for node in dots if node not in three]
            joined = Node(symbols(kind) or "", union(n.bbox for n in three), *_level(three[1]), kind)
            nodes = [*(node for node in nodes if node not in three), joined]
    return nodes


def _three(first: Node, dots: Sequence[Node]) -> list[Node]:
    """A dot with the nearest two after it, each nearest to the one before."""
    chain = [first] if first in dots else []
    while chain and len(chain) < 3:
        x, y = chain[-1].bbox[0], chain[-1].baseline
        after = [n for n in dots if n not in chain and n.bbox[0] > x - 0.5 and n.baseline > y - 0.5]
        if not after:
            return []
        chain.append(min(after, key=lambda n: (n.bbox[0] - x) + (n.baseline - y)))
    return chain


def _ellipsis(three: Sequence[Node], level: str) -> str | None:
    """The sign that three dots are: in a row `level`, else one that runs down; None where they are no ellipsis."""
    first, second, third = three
    size = first.size
    steps = [(b.bbox[0] - a.bbox[0], b.baseline - a.baseline) for a, b in ((first, second), (second, third))]
    if abs(steps[0][0] - steps[1][0]) > 0.1 * size or abs(steps[0][1] - steps[1][1]) > 0.1 * size:
        return None
    right, down = steps[0]
    if abs(down) < 0.05 * size:
        return level if second.bbox[0] - first.bbox[2] < _DOTS * size else None
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
