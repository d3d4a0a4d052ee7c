"""Glyphs of one formula and the rules among them to LaTeX: fractions, roots, limits, super- and subscripts.

`to_latex` gives None for what it can't place beyond doubt: a wrong formula is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.formula_grid import Node, grids
from docparse.model.embedded.formula_leaves import BRACKETS, BUILT, LYING, Unclear, leaves
from docparse.model.embedded.formula_symbols import BIG, RELATIONS
from docparse.schemas.page import Rule, Word

_DEPTH = 6
_AXIS = 0.27  # of the bars of fractions, above the line, in sizes of the type
_MOST_LIMITS = 4  # sums whose limits touch
_INTEGRALS = "∫∬∭∮"
_STRETCHED = {"⟶": "xrightarrow", "⟵": "xleftarrow"}
_NARROWER = 0.6  # the bar of a fraction in another, in points
_OVERLINED = 0.92  # from a line over signs down to the baseline, in sizes
_NOTE = 2.0  # from a lying brace to its note, in sizes
_PAST = 0.35  # of a line over signs, beyond them, in sizes
_TWO_TEXTS = re.compile(r"(?<= )\} ?\\text\{ ")
_ONE_TEXT = re.compile(r"^\\text\{ ([^{}]*) \}$")
_MOD = re.compile(r"\(\\bmod ([^()]*)\)")
_COMMAND_END = re.compile(r"\\[A-Za-z]+$")


def to_latex(words: Sequence[Word], rules: Sequence[Rule]) -> str | None:
    """LaTeX of a formula's words, None when a part of it stays unclear."""
    try:
        nodes = leaves(words)
        braces = [node.bbox for node in nodes if node.base in LYING]
        nodes = _with_rules(nodes, [rule for rule in rules if not _is_shaft(rule.bbox, braces)], 0)
        return _tidy(_row(nodes, 0))
    except Unclear:
        return None


def _tidy(latex: str) -> str:
    latex = _TWO_TEXTS.sub(" ", " ".join(latex.split()))
    return _MOD.sub(r"\\pmod{\1}", latex)


def _with_rules(nodes: list[Node], rules: list[Rule], depth: int) -> list[Node]:
    """Fractions and roots, widest rule first, each replaced by one node."""
    if depth > _DEPTH:
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
            degree = f"[{_row(index, depth + 1).strip()}]" if index else ""
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
                baseline = y + _AXIS * _letter_size(gone)
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
        latex += f"{'_' if under else '^'}{_group(_nested(note, [], depth))}"
    gone = [brace, *body, *note]
    row = _with_rules(body, on, depth + 1)
    node = Node(latex, union(n.bbox for n in gone), _letter_size(row), _baseline_of(row))
    return _with_rules([*(n for n in nodes if n not in gone), node], [r for r in rules if r not in on], depth)


def _note(brace: Node, nodes: list[Node]) -> list[Node]:
    """What stands at a lying brace's other side, in the middle of it."""
    under, y = brace.base == "⏟", brace.baseline
    beyond = [n for n in nodes if (n.baseline > y) == under and abs(n.baseline - y) < _NOTE * brace.size]
    for cluster in _clusters(beyond):
        middle = (cluster[0].bbox[0] + max(n.bbox[2] for n in cluster)) / 2
        if abs(middle - brace.middle) < 0.3 * brace.size and max(n.size for n in cluster) <= brace.size:
            return cluster
    return []


def _with_grids(nodes: list[Node], depth: int) -> list[Node]:
    """Matrices and cases, each replaced by one node."""
    for grid in grids(nodes):
        cells = [[_row(cell, depth + 1).strip() if cell else "" for cell in row] for row in grid.rows]
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
        return _with_grids([*rest, Node(latex, box, size, axis + _AXIS * size, axis=axis)], depth)
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
    size = _type_size(nodes)
    return _usual_baseline([node for node in nodes if node.size > 0.86 * size], size)


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
    return _row(_with_rules(nodes, rules, depth + 1), depth + 1).strip()


def _row(nodes: list[Node], depth: int) -> str:
    """One level of a formula: glyphs on the baseline with their scripts and limits."""
    if depth > _DEPTH or not nodes:
        raise Unclear
    size = _type_size(nodes)
    main = [node for node in nodes if node.size > 0.86 * size]
    baseline = _usual_baseline([node for node in main if node.base not in BRACKETS] or main, size)
    on_line = [
        node for node in main
        if abs(node.baseline - baseline) < (0.6 if node.base in BRACKETS else 0.3) * size or node.base in BIG
    ]  # fmt: skip
    on_line += [node for node in nodes if node not in on_line and _is_level(node, baseline - _AXIS * size, size)]
    scripts = [node for node in nodes if node not in on_line]
    if any(node.size > 0.86 * size for node in scripts) or any(node.latex in BUILT for node in nodes):
        raise Unclear
    on_line.sort(key=lambda node: node.bbox[0])
    hung: list[tuple[list[Node], list[Node]]] = [([], []) for _ in on_line]
    first, scripts = _before(scripts, on_line, baseline)
    for limit, place, lowered in _limits(scripts, on_line, baseline + 0.02 * size):
        host = _host(limit[0], on_line) if place is None else place
        below = lowered or (on_line[host].base == "/" and limit[0].baseline > baseline - 0.03 * size)
        hung[host][0 if below else 1].extend(limit)
    on_line, hung = _small_binomials(on_line, hung, depth)
    parts = []
    ends = []
    for node, (low, high) in zip(on_line, hung, strict=True):
        latex = node.latex
        ends.append(max(part.bbox[2] for part in (node, *low, *high)))
        if (
            any(part and min(part, key=lambda n: n.bbox[0]).base == "=" for part in (low, high))
            and node.base not in BIG
        ):
            raise Unclear  # of the row beside it
        if node.base and RELATIONS.issuperset(node.base) and (low or high):
            latex = _over_relation(node, low, high, depth)
            low, high = [], []
        if low:
            latex = f"{latex.strip()}_{_group(_lower(node, low, depth))} "
        if high:
            raised = "".join(node.base for node in high)
            primes = bool(raised) and not raised.strip("′'")
            latex = latex.strip() + ("'" * len(raised) if primes else f"^{_group(_row(high, depth + 1))} ")
        parts.append(latex)
    lead = "".join(f"{mark}{_group(_row(part, depth + 1))}" for mark, part in zip("_^", first, strict=True) if part)
    return (f"{{}}{lead} " if lead else "") + _spaced(parts, on_line, ends)


def _type_size(nodes: Sequence[Node]) -> float:
    """The size of a row's type; where its sums are larger than that, of what stands beside them."""
    largest = max(nodes, key=lambda node: node.size)
    others = [
        node for node in nodes
        if node.base not in BIG and abs(_axis_of(node) - (largest.bbox[1] + largest.bbox[3]) / 2) < 0.25 * largest.size
    ]  # fmt: skip
    return max((node.size for node in others), default=largest.size) if largest.base in BIG else largest.size


def _axis_of(node: Node) -> float:
    return node.axis if node.axis is not None else node.baseline - _AXIS * node.size


def _small_binomials(
    row: list[Node], hung: list[tuple[list[Node], list[Node]]], depth: int
) -> tuple[list[Node], list[tuple[list[Node], list[Node]]]]:
    """Brackets with nothing but signs over one another between them made one sign, as binomials in text are set."""
    for at in range(len(row) - 1):
        low, high = hung[at]
        if row[at].base == "(" and row[at + 1].base == ")" and low and high:
            latex = f"\\binom{{{_row(high, depth + 1).strip()}}}{{{_row(low, depth + 1).strip()}}}"
            held = [row[at], row[at + 1], *low, *high]
            one = Node(latex, union(node.bbox for node in held), row[at].size, row[at].baseline)
            rest = ([*row[:at], one, *row[at + 2 :]], [*hung[:at], hung[at + 1], *hung[at + 2 :]])
            return _small_binomials(*rest, depth)
    return row, hung


def _lower(node: Node, low: list[Node], depth: int) -> str:
    """What stands under or beside a sign; of several rows under a sum a substack."""
    rows: list[list[Node]] = []
    for part in sorted(low, key=lambda n: n.baseline) if node.base in BIG else ():
        if rows and part.baseline - rows[-1][0].baseline < 0.8 * part.size:
            rows[-1].append(part)
        else:
            rows.append([part])
    if len(rows) < 2:
        return _row(low, depth + 1)
    return "\\substack{" + " \\\\ ".join(_row(row, depth + 1).strip() for row in rows) + "}"


def _is_level(node: Node, axis: float, size: float) -> bool:
    """Whether it is a fraction in smaller type on the row itself."""
    return node.axis is not None and abs(node.axis - axis) < 0.15 * size


def _before(scripts: list[Node], row: list[Node], baseline: float) -> tuple[tuple[list[Node], list[Node]], list[Node]]:
    """Low and high indices right before the first sign, which hang on it from the left; and all others."""
    if not row or row[0].base in BIG or row[0].base in RELATIONS:
        return ([], []), scripts
    start, reach = row[0].bbox[0], 0.5 * row[0].size
    whole = [
        cluster for cluster in _clusters(scripts)
        if max(node.bbox[2] for node in cluster) <= start + 0.1 * row[0].size
    ]  # fmt: skip
    ahead = [node for cluster in whole for node in cluster]
    if not ahead or start - max(node.bbox[2] for node in ahead) > reach:
        return ([], []), scripts
    if any(node.base and RELATIONS.issuperset(node.base) for node in ahead):
        raise Unclear
    low = [node for node in ahead if node.baseline > baseline]
    return (low, [node for node in ahead if node not in low]), [node for node in scripts if node not in ahead]


def _over_relation(node: Node, low: list[Node], high: list[Node], depth: int) -> str:
    """A relation sign with what stands over and under it; Unclear where that stands beside it."""
    latex = node.latex.strip()
    for scripts in (low, high):
        box = union(n.bbox for n in scripts) if scripts else node.bbox
        if abs((box[0] + box[2]) / 2 - node.middle) > 0.5 * node.size:
            raise Unclear
    if node.base in _STRETCHED:
        under = f"[{_row(low, depth + 1).strip()}]" if low else ""
        over = _row(high, depth + 1).strip() if high else ""
        return f"\\{_STRETCHED[node.base]}{under}{{{over}}} "
    for command, scripts in (("underset", low), ("overset", high)):
        if scripts:
            latex = f"\\{command}{{{_row(scripts, depth + 1)}}}{{{latex}}}"
    return f"{latex} "


def _spaced(parts: list[str], nodes: list[Node], ends: list[float]) -> str:
    """Parts of a row with a blank where the page has a gap, or where a command would run into a letter."""
    text = parts[0]
    for part, last, end, node in zip(parts[1:], nodes, ends, nodes[1:], strict=False):
        wide = node.bbox[0] - end > 0.15 * max(node.size, last.size)
        command = _COMMAND_END.search(text.rstrip()) is not None and part[:1].isalpha()
        text = text.rstrip() + (" " if wide or command else "") + part.lstrip()
    return text


def _group(latex: str) -> str:
    """A script's LaTeX, in braces unless it is a single character."""
    latex = _ONE_TEXT.sub(r"\\text{\1}", latex.strip())
    return latex if len(latex) == 1 else f"{{{latex}}}"


def _usual_baseline(nodes: list[Node], size: float) -> float:
    best = max(nodes, key=lambda n: (sum(abs(n.baseline - m.baseline) < 0.12 * size for m in nodes), n.size))
    return best.baseline


def _limits(scripts: list[Node], row: list[Node], level: float) -> list[tuple[list[Node], int | None, bool]]:
    """Scripts that stand close to one another, with the place of the sum that they are centred at, if it is one.

    The last value says whether they stand low. Two limits that touch are parted between their sums; Unclear where a
    limit would be torn.
    """
    lower = _lowered(scripts, level)
    found: list[tuple[list[Node], int | None, bool]] = []
    for low in (True, False):
        for cluster in _clusters([node for node, is_low in zip(scripts, lower, strict=True) if is_low == low]):
            parted = _parted(cluster, row)
            whole: list[tuple[list[Node], int | None]] = [(cluster, _limit_host(cluster, row))]
            found += [(part, place, low) for part, place in parted or whole]
    return found


def _lowered(scripts: list[Node], level: float) -> list[bool]:
    """Of each script whether it stands low; the index of an index goes with what it hangs on."""
    lower: dict[int, bool] = {}
    for node in sorted(scripts, key=lambda node: node.bbox[0]):
        hosts = [
            other for other in scripts
            if node.size < 0.86 * other.size and -0.15 * other.size < node.bbox[0] - other.bbox[2] < 0.4 * other.size
            and abs(node.baseline - other.baseline) < 0.6 * other.size
        ]  # fmt: skip
        hosts += [
            other for other in scripts
            if id(other) in lower and other.size == node.size and abs(node.baseline - other.baseline) < 0.05 * node.size
            and -0.15 * node.size < node.bbox[0] - other.bbox[2] < 0.3 * node.size
        ]  # fmt: skip
        host = min(hosts, key=lambda other: abs(node.bbox[0] - other.bbox[2]), default=node)
        lower[id(node)] = lower.get(id(host), host.baseline > level)
    return [lower[id(node)] for node in scripts]


def _clusters(scripts: list[Node]) -> list[list[Node]]:
    """Scripts of one side that stand beside one another, their own indices among them."""
    clusters: list[list[Node]] = []
    for node in sorted(scripts, key=lambda node: node.bbox[0]):
        host = next((cluster for cluster in reversed(clusters) if _goes_with(node, cluster)), None)
        if host is not None:
            host.append(node)
        else:
            clusters.append([node])
    return clusters


def _goes_with(node: Node, cluster: list[Node]) -> bool:
    alike = abs(max(cluster, key=lambda n: n.size).baseline - node.baseline) < 0.7 * cluster[0].size
    return alike and node.bbox[0] - max(n.bbox[2] for n in cluster) < 0.4 * node.size


def _parted(cluster: list[Node], row: list[Node]) -> list[tuple[list[Node], int | None]] | None:
    """A cluster under or over several sums as the limits of each; None where it is under one at most."""
    held = [
        i for i, node in enumerate(row)
        if node.base in BIG and node.base not in _INTEGRALS
        and cluster[0].bbox[0] - 0.3 * node.size < node.middle < cluster[-1].bbox[2] + 0.3 * node.size
    ]  # fmt: skip
    if len(held) > _MOST_LIMITS:
        raise Unclear
    if len(held) < 2:
        if held and _limit_host(cluster, row) is None and cluster[0].bbox[0] < row[held[0]].bbox[0]:
            raise Unclear
        return None
    parts = _cut(cluster, [row[i] for i in held])
    if parts is None:
        raise Unclear
    return list(zip(parts, held, strict=True))


def _cut(cluster: list[Node], signs: list[Node]) -> list[list[Node]] | None:
    """The cluster in as many parts as there are signs, each in the middle of its own; None where that can't be."""
    found: list[tuple[float, list[list[Node]]]] = []
    for cuts in combinations(range(1, len(cluster)), len(signs) - 1):
        bounds = (0, *cuts, len(cluster))
        parts = [cluster[start:end] for start, end in pairwise(bounds)]
        found.append((max(_off_centre(part, sign) for part, sign in zip(parts, signs, strict=True)), parts))
    off, best = min(found, key=lambda pair: pair[0], default=(float("inf"), []))
    return best if off < 0.35 * signs[0].size else None


def _off_centre(limit: list[Node], sign: Node) -> float:
    return abs((min(n.bbox[0] for n in limit) + max(n.bbox[2] for n in limit)) / 2 - sign.middle)


def _limit_host(cluster: list[Node], row: list[Node]) -> int | None:
    """The sum or union over or under whose middle the cluster is centred, or the relation that it is a note to."""
    for i, node in enumerate(row):
        noted = bool(node.base) and RELATIONS.issuperset(node.base)
        if (node.base in BIG or noted) and node.base not in _INTEGRALS and _off_centre(cluster, node) < 0.3 * node.size:
            return i
    return None


def _host(script: Node, row: list[Node]) -> int:
    """The glyph a script hangs on: a sum or limit it stands over or under, else the one just before it."""
    for i, node in enumerate(row):
        if node.base not in BIG and -0.2 * node.size < script.bbox[0] - node.bbox[2] < 0.1 * node.size:
            return i
    for i, node in enumerate(row):
        left = node.bbox[0] - (0.0 if node.base in _INTEGRALS else 0.6 * node.size)
        near = node.base in BIG and left <= script.middle <= node.bbox[2] + 0.9 * node.size
        passed = [
            other for other in row if other.middle > node.middle and other.bbox[2] <= script.bbox[0] + 0.15 * node.size
        ]
        if near and not passed:
            return i
    before = [i for i, node in enumerate(row) if node.bbox[0] < script.middle]
    if not before:
        raise Unclear
    return before[-1]
