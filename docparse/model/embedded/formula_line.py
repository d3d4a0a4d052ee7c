"""One level of a formula to LaTeX: signs on the line with their super- and subscripts, limits and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

from docparse.geometry import union
from docparse.model.embedded.formula_grid import Node
from docparse.model.embedded.formula_leaves import BRACKETS, BUILT, Unclear
from docparse.model.embedded.formula_symbols import BIG, RELATIONS

DEPTH = 6
AXIS = 0.27  # of the bars of fractions, above the line, in sizes of the type
_MOST_LIMITS = 4  # sums whose limits touch
_INTEGRALS = "∫∬∭∮"
_STRETCHED = {"⟶": "xrightarrow", "⟵": "xleftarrow"}
_ONE_TEXT = re.compile(r"^\\text\{ ([^{}]*) \}$")
_COMMAND_END = re.compile(r"\\[A-Za-z]+$")


def row_latex(nodes: list[Node], depth: int) -> str:
    """One level of a formula: glyphs on the baseline with their scripts and limits."""
    if depth > DEPTH or not nodes:
        raise Unclear
    size = type_size(nodes)
    main = [node for node in nodes if node.size > 0.86 * size]
    baseline = usual_baseline([node for node in main if node.base not in BRACKETS] or main, size)
    on_line = [
        node for node in main
        if abs(node.baseline - baseline) < (0.6 if node.base in BRACKETS else 0.3) * size or node.base in BIG
    ]  # fmt: skip
    on_line += [node for node in nodes if node not in on_line and _is_level(node, baseline - AXIS * size, size)]
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
        if low and high and node.base not in BIG and (runs := _staggered(low, high, size)):
            latex = latex.strip() + "{}".join(f"{mark}{group(row_latex(run, depth + 1))}" for mark, run in runs) + " "
            low, high = [], []
        if low:
            latex = f"{latex.strip()}_{group(_lower(node, low, depth))} "
        primes = [node for node in high if node.base and not node.base.strip("′'")]
        if primes and all(primes[-1].middle < node.middle for node in high if node not in primes):
            latex = latex.strip() + "'" * sum(len(node.base) for node in primes)
            high = [node for node in high if node not in primes]
        if high:
            latex = latex.strip() + f"^{group(row_latex(high, depth + 1))} "
        parts.append(latex)
    lead = "".join(f"{mark}{group(row_latex(part, depth + 1))}" for mark, part in zip("_^", first, strict=True) if part)
    return (f"{{}}{lead} " if lead else "") + _spaced(parts, on_line, ends)


def _staggered(low: list[Node], high: list[Node], size: float) -> list[tuple[str, list[Node]]]:
    """Runs of lower and upper indices where each stands behind the last, as those of tensors; none where two share a
    place."""
    runs: list[tuple[str, list[Node]]] = []
    for node in sorted([*low, *high], key=lambda node: node.bbox[0]):
        mark = "_" if node in low else "^"
        if not runs or runs[-1][0] != mark:
            if runs and node.bbox[0] < max(other.bbox[2] for other in runs[-1][1]) - 0.02 * size:
                return []
            runs.append((mark, []))
        runs[-1][1].append(node)
    return runs


def type_size(nodes: Sequence[Node]) -> float:
    """The size of a row's type; where its sums are larger than that, of what stands beside them."""
    largest = max(nodes, key=lambda node: node.size)
    others = [
        node for node in nodes
        if node.base not in BIG and abs(_axis_of(node) - (largest.bbox[1] + largest.bbox[3]) / 2) < 0.25 * largest.size
    ]  # fmt: skip
    return max((node.size for node in others), default=largest.size) if largest.base in BIG else largest.size


def _axis_of(node: Node) -> float:
    return node.axis if node.axis is not None else node.baseline - AXIS * node.size


def _small_binomials(
    row: list[Node], hung: list[tuple[list[Node], list[Node]]], depth: int
) -> tuple[list[Node], list[tuple[list[Node], list[Node]]]]:
    """Brackets with nothing but signs over one another between them made one sign, as binomials in text are set."""
    for at in range(len(row) - 1):
        low, high = hung[at]
        if row[at].base == "(" and row[at + 1].base == ")" and low and high:
            latex = f"\\binom{{{row_latex(high, depth + 1).strip()}}}{{{row_latex(low, depth + 1).strip()}}}"
            held = [row[at], row[at + 1], *low, *high]
            one = Node(latex, union(node.bbox for node in held), row[at].size, row[at].baseline)
            rest = ([*row[:at], one, *row[at + 2 :]], [*hung[:at], hung[at + 1], *hung[at + 2 :]])
            return _small_binomials(*rest, depth)
    return row, hung


def _lower(node: Node, low: list[Node], depth: int) -> str:
    """What stands under or beside a sign; of several rows under a sum a substack."""
    rows: list[list[Node]] = []
    size = max(part.size for part in low)
    for part in sorted(low, key=lambda n: (n.size <= 0.86 * size, n.baseline)) if node.base in BIG else ():
        near = min(rows, key=lambda row: abs(row[0].baseline - part.baseline), default=[])
        if near and abs(part.baseline - near[0].baseline) < 0.8 * part.size:
            near.append(part)
        else:
            rows.append([part])
    if len(rows) < 2:
        return row_latex(low, depth + 1)
    rows.sort(key=lambda row: row[0].baseline)
    return "\\substack{" + " \\\\ ".join(row_latex(row, depth + 1).strip() for row in rows) + "}"


def _is_level(node: Node, axis: float, size: float) -> bool:
    """Whether it is a fraction in smaller type on the row itself."""
    return node.axis is not None and abs(node.axis - axis) < 0.15 * size


def _before(scripts: list[Node], row: list[Node], baseline: float) -> tuple[tuple[list[Node], list[Node]], list[Node]]:
    """Low and high indices right before the first sign, which hang on it from the left; and all others."""
    if not row or row[0].base in BIG or row[0].base in RELATIONS:
        return ([], []), scripts
    start, reach = row[0].bbox[0], 0.5 * row[0].size
    whole = [
        cluster for cluster in clusters(scripts)
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
        under = f"[{row_latex(low, depth + 1).strip()}]" if low else ""
        over = row_latex(high, depth + 1).strip() if high else ""
        return f"\\{_STRETCHED[node.base]}{under}{{{over}}} "
    for command, scripts in (("underset", low), ("overset", high)):
        if scripts:
            latex = f"\\{command}{{{row_latex(scripts, depth + 1)}}}{{{latex}}}"
    return f"{latex} "


def _spaced(parts: list[str], nodes: list[Node], ends: list[float]) -> str:
    """Parts of a row with a blank where the page has a gap, or where a command would run into a letter."""
    text = parts[0]
    for part, last, end, node in zip(parts[1:], nodes, ends, nodes[1:], strict=False):
        wide = node.bbox[0] - end > 0.15 * max(node.size, last.size)
        command = _COMMAND_END.search(text.rstrip()) is not None and part[:1].isalpha()
        text = text.rstrip() + (" " if wide or command else "") + part.lstrip()
    return text


def group(latex: str) -> str:
    """A script's LaTeX, in braces unless it is a single character."""
    latex = _ONE_TEXT.sub(r"\\text{\1}", latex.strip())
    return latex if len(latex) == 1 else f"{{{latex}}}"


def usual_baseline(nodes: list[Node], size: float) -> float:
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
        for cluster in clusters([node for node, is_low in zip(scripts, lower, strict=True) if is_low == low]):
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


def clusters(scripts: list[Node]) -> list[list[Node]]:
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
