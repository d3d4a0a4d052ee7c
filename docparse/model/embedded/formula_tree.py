"""Glyphs of one formula and the rules among them to LaTeX: fractions, roots, braces and matrices.

`to_latex` gives None for what it can't place beyond doubt: a wrong formula is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.geometry import Box, union
from docparse.model.embedded.formula_grid import Node, grids
from docparse.model.embedded.formula_leaves import LYING, Unclear, leaves
from docparse.model.embedded.formula_line import AXIS, DEPTH, clusters, group, row_latex, type_size, usual_baseline
from docparse.model.embedded.formula_symbols import BIG
from docparse.schemas.page import Rule, Word

_NARROWER = 0.6  # the bar of a fraction in another, in points
_OVERLINED = 0.92  # from a line over signs down to the baseline, in sizes
_NOTE = 2.0  # from a lying brace to its note, in sizes
_PAST = 0.35  # of a line over signs, beyond them, in sizes
_TWO_TEXTS = re.compile(r"(?<= )\} ?\\text\{ ")
_MOD = re.compile(r"\(\\bmod ([^()]*)\)")


def to_latex(words: Sequence[Word], rules: Sequence[Rule], made: Sequence[Node] = ()) -> str | None:
    """LaTeX of a formula's words, and of the parts of it that are made already; None when one stays unclear."""
    try:
        return to_node(words, rules, made).latex
    except Unclear:
        return None


def to_node(words: Sequence[Word], rules: Sequence[Rule], made: Sequence[Node] = ()) -> Node:
    """`to_latex`, with the size and baseline of its row; raises Unclear."""
    nodes = [*leaves(words), *made]
    braces = [node.bbox for node in nodes if node.base in LYING]
    nodes = _with_rules(nodes, [rule for rule in rules if not _is_shaft(rule.bbox, braces)], 0)
    latex = _tidy(row_latex(nodes, 0))
    return Node(latex, union(node.bbox for node in nodes), _letter_size(nodes), _baseline_of(nodes))


def _tidy(latex: str) -> str:
    latex = _TWO_TEXTS.sub(" ", " ".join(latex.split()))
    return _MOD.sub(r"\\pmod{\1}", latex)


def _with_rules(nodes: list[Node], rules: list[Rule], depth: int) -> list[Node]:
    """Fractions and roots, widest rule first, each replaced by one node."""
    if depth > DEPTH:
        raise Unclear
    brace = max((n for n in nodes if n.base in LYING), key=lambda n: n.bbox[2] - n.bbox[0], default=None)
    if brace is not None and all(_wide(rule.bbox) <= _wide(brace.bbox) for rule in rules):
        return _with_brace(brace, nodes, rules, depth)
    for rule in sorted(rules, key=lambda rule: rule.bbox[0] - rule.bbox[2]):
        x0, y, x1, _ = rule.bbox
        inner = [
            other for other in rules
            if other is not rule and x0 - 1 <= other.bbox[0] and other.bbox[2] <= x1 + 1
            and _wide(other.bbox) < x1 - x0 - _NARROWER
        ]  # fmt: skip
        root = next(
            (n for n in nodes if n.base == "√" and abs(n.bbox[2] - x0) < 0.35 * n.size and n.bbox[1] < y + n.size), None
        )
        under = [n for n in nodes if x0 - 1 <= n.middle <= x1 + 1 and n is not root]
        if root is not None:
            reach = 2.0 * max((n.size for n in under), default=0.0)
            body = [n for n in under if y < n.baseline < max(y + reach, root.bbox[3] + 0.2 * n.size)]
            if not body:
                raise Unclear
            index = _index_of(root, nodes)
            degree = f"[{row_latex(index, depth + 1).strip()}]" if index else ""
            latex = f"\\sqrt{degree}{{{_nested(body, inner, depth)}}}"
            baseline = _baseline_of(_with_rules(body, inner, depth + 1))
            gone = [root, *index, *body]
        else:
            reach = 2.6 * max((n.size for n in under), default=0.0)
            high = y - min([y, *(other.bbox[1] for other in inner)])
            deep = max([y, *(other.bbox[1] for other in inner)]) - y
            above = [n for n in under if n.baseline <= y + 0.15 * n.size and y - n.baseline < reach + high]
            below = [n for n in under if n.baseline > y + 0.15 * n.size and n.baseline - y < reach + deep]
            above, below = _next_row(above, inner, y), _next_row(below, inner, y)
            if not above and not below:
                continue
            if above and below:
                over = _nested(above, [other for other in inner if other.bbox[1] < y], depth)
                latex = f"\\frac{{{over}}}{{{_nested(below, [r for r in inner if r.bbox[1] > y], depth)}}}"
                gone = above + below
                baseline = y + AXIS * _letter_size(gone)
            else:
                gone = _lined(above, below, rule.bbox)
                if not gone:
                    continue
                command = "underline" if above else "overline"
                latex = f"\\{command}{{{_nested(gone, inner, depth)}}}"
                baseline = max(gone, key=lambda n: n.size).baseline
        box = union([*(n.bbox for n in gone), rule.bbox])
        is_fraction = root is None and latex.startswith("\\frac")
        node = Node(latex, box, _letter_size(gone), baseline, axis=y if is_fraction else None)
        marked = {id(n) for n in gone}
        nodes = [n for n in nodes if id(n) not in marked] + [node]
        rules = [other for other in rules if other is not rule and other not in inner]
        return _with_rules(nodes, rules, depth)
    return _with_grids(nodes, depth) if brace is None else _with_brace(brace, nodes, rules, depth)


def _with_brace(brace: Node, nodes: list[Node], rules: list[Rule], depth: int) -> list[Node]:
    """What a lying brace is under or over, and the note at its other side, as one node."""
    x0, _, x1, _ = brace.bbox
    under, y = brace.base == "⏟", brace.baseline
    held = [n for n in nodes if n is not brace and x0 - 0.1 * n.size <= n.middle <= x1 + 0.1 * n.size]
    body = [n for n in held if (n.baseline < y) == under]
    if not body:
        raise Unclear
    on = [r for r in rules if x0 - 1 <= r.bbox[0] and r.bbox[2] <= x1 + 1 and (r.bbox[1] < y) == under]
    latex = f"\\{'underbrace' if under else 'overbrace'}{{{_nested(body, on, depth)}}}"
    note = _note(brace, [n for n in nodes if n is not brace and n not in body])
    if note:
        latex += f"{'_' if under else '^'}{group(_nested(note, [], depth))}"
    gone = [brace, *body, *note]
    row = _with_rules(body, on, depth + 1)
    node = Node(latex, union(n.bbox for n in gone), _letter_size(row), _baseline_of(row))
    return _with_rules([*(n for n in nodes if n not in gone), node], [r for r in rules if r not in on], depth)


def _note(brace: Node, nodes: list[Node]) -> list[Node]:
    """What stands at a lying brace's other side, in the middle of it."""
    under, y = brace.base == "⏟", brace.baseline
    beyond = [n for n in nodes if (n.baseline > y) == under and abs(n.baseline - y) < _NOTE * brace.size]
    for cluster in clusters(beyond):
        middle = (cluster[0].bbox[0] + max(n.bbox[2] for n in cluster)) / 2
        if abs(middle - brace.middle) < 0.3 * brace.size and max(n.size for n in cluster) <= brace.size:
            return cluster
    return []


def _with_grids(nodes: list[Node], depth: int) -> list[Node]:
    """Matrices and cases, each replaced by one node."""
    for grid in grids(nodes):
        cells = [[row_latex(cell, depth + 1).strip() if cell else "" for cell in row] for row in grid.rows]
        for row in cells:
            if "\\vdots" in row:
                row[:] = [cell if cell != "\\ldots" else "\\ddots" for cell in row]
        if grid.kind == "cases" and any(not row[-1] for row in cells):
            raise Unclear  # what stands there is not among the signs
        body = " \\\\ ".join(" & ".join(row) for row in cells)
        box = union(node.bbox for node in grid.nodes)
        axis = (grid.nodes[0].bbox[1] + grid.nodes[0].bbox[3]) / 2
        size = grid.nodes[0].size
        latex = f"\\begin{{{grid.kind}}} {body} \\end{{{grid.kind}}}"
        if grid.is_binomial:
            latex = f"\\binom{{{cells[0][0]}}}{{{cells[1][0]}}}"
        marked = {id(node) for node in grid.nodes}
        rest = [node for node in nodes if id(node) not in marked]
        return _with_grids([*rest, Node(latex, box, size, axis + AXIS * size, axis=axis)], depth)
    return nodes


def _is_shaft(rule: Box, braces: list[Box]) -> bool:
    """Whether a rule is the line of a lying brace."""
    return any(
        box[0] - 1 <= rule[0] and rule[2] <= box[2] + 1 and box[1] < rule[1] and rule[3] < box[3] for box in braces
    )


def _wide(box: Box) -> float:
    return box[2] - box[0]


def _letter_size(nodes: Sequence[Node]) -> float:
    """The largest size of type, sums and integrals apart."""
    return max([n.size for n in nodes if n.base not in BIG or n.base.isalpha()] or [n.size for n in nodes])


def _baseline_of(nodes: list[Node]) -> float:
    size = type_size(nodes)
    return usual_baseline([node for node in nodes if node.size > 0.86 * size], size)


def _index_of(root: Node, nodes: list[Node]) -> list[Node]:
    """The small signs over the hook of a root."""
    start, end = root.bbox[0], root.bbox[2]
    size, middle = root.size, (root.bbox[1] + root.bbox[3]) / 2
    return [
        n for n in nodes
        if n.size < 0.75 * size and start - 0.3 * size < n.bbox[0] and n.bbox[2] < (start + end) / 2 + 0.2 * size
        and middle - 1.2 * size < n.baseline < middle + 0.4 * size
    ]  # fmt: skip


def _next_row(nodes: list[Node], inner: Sequence[Rule], y: float) -> list[Node]:
    """Of what stands on one side of a bar the row beside it, and others where bars of their own part them."""
    if not nodes or any((rule.bbox[1] < y) == (nodes[0].baseline < y) for rule in inner):
        return nodes
    main = [
        node for node in nodes
        if not any(
            node.size < 0.86 * other.size and abs(node.baseline - other.baseline) < 0.6 * other.size for other in nodes
        )
    ]  # fmt: skip
    nearest = min(main, key=lambda node: abs(node.baseline - y))
    return [node for node in nodes if abs(node.baseline - y) < abs(nearest.baseline - y) + 0.75 * nearest.size]


def _lined(above: list[Node], below: list[Node], rule: Box) -> list[Node]:
    """What a rule with signs on one side alone lies over or under: none, where it only passes by.

    Unclear where it may be theirs.
    """
    nodes = above or below
    x0, y, x1, _ = rule
    size = max(node.size for node in nodes)
    box = union(node.bbox for node in nodes)
    left, right = box[0] - x0, x1 - box[2]
    gap = y - max(node.baseline for node in above) if above else min(node.baseline for node in below) - y
    if gap > (0.4 if above else 1.35) * size or min(left, right) > _PAST * size:
        return []
    if not above and gap > _OVERLINED * size:
        raise Unclear  # the bar of a fraction whose upper part is elsewhere
    if max(abs(left), abs(right)) > _PAST * size:
        raise Unclear
    return nodes


def _nested(nodes: list[Node], rules: list[Rule], depth: int) -> str:
    return row_latex(_with_rules(nodes, rules, depth + 1), depth + 1).strip()
