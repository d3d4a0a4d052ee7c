"""One page of truth beside one page of a result: which blocks belong together, and how good each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.bench.metrics import (
    abc_similarity,
    assign,
    chart_f1,
    latex_similarity,
    plain,
    sequence_similarity,
    smiles_exact,
    text_similarity,
)
from docparse.bench.metrics_tables import teds
from docparse.geometry import iou
from docparse.schemas.document import (
    Block,
    Caption,
    Chart,
    Chemistry,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    ListBlock,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

TEXT = (Heading, Paragraph, ListBlock, Caption, Footnote, Code, PageHeader, PageFooter, PageNumber)
FIGURES = (Table, Chart, Formula, Chemistry, Music, Image)
_RUNNING = ("page_header", "page_footer", "page_number")
_IOU = 0.5
_SAME_TEXT = 0.5  # from this similarity on, two texts are taken for the same element


@dataclass(slots=True)
class KindTally:
    """Counts and scores of one element kind; `scores` by metric, one value for each element of the truth."""

    truth: int = 0
    found: int = 0
    hits: int = 0
    named: int = 0
    scores: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, other: KindTally) -> None:
        self.truth += other.truth
        self.found += other.found
        self.hits += other.hits
        self.named += other.named
        for name, values in other.scores.items():
            self.scores[name] += values


@dataclass(slots=True)
class PageTally:
    """One page (or many, added up)."""

    kinds: dict[str, KindTally] = field(default_factory=lambda: defaultdict(KindTally))
    text: list[float] = field(default_factory=list)
    order: list[float] = field(default_factory=list)

    def add(self, other: PageTally) -> None:
        for kind, tally in other.kinds.items():
            self.kinds[kind].add(tally)
        self.text += other.text
        self.order += other.order


def compare_pages(truth: Sequence[Block], found: Sequence[Block]) -> PageTally:
    """Boxes by kind at IoU 0.5, texts whatever their kind, figures by place, reading order of what was matched."""
    tally = PageTally()
    _boxes(truth, found, tally)
    pairs = _texts(truth, found, tally) + _figures(truth, found, tally)
    if any(isinstance(block, (*TEXT, Table)) for block in truth):
        tally.text.append(text_similarity(page_text(truth), page_text(found)))
    body = sorted((a, b) for a, b in pairs if truth[a].kind not in _RUNNING)
    if len(body) > 1:
        tally.order.append(sequence_similarity([a for a, _ in body], [a for a, b in sorted(body, key=lambda p: p[1])]))
    return tally


def block_text(block: Block) -> str:
    """What a block prints as running text; "" for figures."""
    if isinstance(block, ListBlock):
        return "\n".join(f"{item.marker} {item.text}".strip() for item in block.items)
    if isinstance(block, Table):
        return " ".join(cell.text for cell in sorted(block.cells, key=lambda c: (c.row, c.col)) if cell.text)
    return str(block.text) if isinstance(block, TEXT) else ""


def page_text(blocks: Sequence[Block]) -> str:
    """Text and tables of a page in its order, without running lines."""
    return "\n".join(text for block in blocks if block.kind not in _RUNNING and (text := block_text(block)))


def _boxes(truth: Sequence[Block], found: Sequence[Block], tally: PageTally) -> None:
    for kind in {block.kind for block in (*truth, *found)}:
        ours = [block.bbox for block in truth if block.kind == kind and block.bbox is not None]
        theirs = [block.bbox for block in found if block.kind == kind and block.bbox is not None]
        gain = [[value if (value := iou(a, b)) >= _IOU else 0.0 for b in theirs] for a in ours]
        count = tally.kinds[kind]
        count.truth += sum(block.kind == kind for block in truth)
        count.found += sum(block.kind == kind for block in found)
        count.hits += len(assign(gain))


def _texts(truth: Sequence[Block], found: Sequence[Block], tally: PageTally) -> list[tuple[int, int]]:
    ours = [n for n, block in enumerate(truth) if isinstance(block, TEXT)]
    theirs = [n for n, block in enumerate(found) if isinstance(block, TEXT)]
    texts = [plain(block_text(found[n])) for n in theirs]
    gain = [[sequence_similarity(plain(block_text(truth[a])), text) for text in texts] for a in ours]
    best = {ours[i]: (theirs[j], gain[i][j]) for i, j in assign(gain)}
    pairs = []
    for number in ours:
        partner, score = best.get(number, (-1, 0.0))
        count = tally.kinds[truth[number].kind]
        count.scores["text"].append(score)
        if score >= _SAME_TEXT:
            pairs.append((number, partner))
            count.named += found[partner].kind == truth[number].kind
    return pairs


def _figures(truth: Sequence[Block], found: Sequence[Block], tally: PageTally) -> list[tuple[int, int]]:
    pairs = []
    for kind in FIGURES:
        ours = [n for n, block in enumerate(truth) if isinstance(block, kind)]
        theirs = [n for n, block in enumerate(found) if isinstance(block, kind)]
        gain = [[_place(truth[a], found[b]) for b in theirs] for a in ours]
        best = {ours[i]: theirs[j] for i, j in assign(gain)}
        for number in ours:
            partner = found[best[number]] if number in best else None
            _score(truth[number], partner, tally.kinds[truth[number].kind])
        pairs += list(best.items())
    return pairs


def _place(a: Block, b: Block) -> float:
    value = iou(a.bbox, b.bbox) if a.bbox is not None and b.bbox is not None else 0.0
    return value if value > 0.1 else 0.0


def _score(truth: Block, found: Block | None, count: KindTally) -> None:
    """The metric of a figure's kind; 0 where it was not found."""
    count.named += found is not None
    match truth:
        case Table():
            other = found if isinstance(found, Table) else None
            count.scores["teds"].append(teds(truth, other) if other else 0.0)
            count.scores["teds_structure"].append(teds(truth, other, structure_only=True) if other else 0.0)
        case Chart():
            count.scores["data_f1"].append(chart_f1(truth.data, found.data) if isinstance(found, Chart) else 0.0)
        case Formula():
            latex = found.latex if isinstance(found, Formula) else ""
            count.scores["latex"].append(latex_similarity(truth.latex, latex))
        case Chemistry():
            smiles = found.smiles if isinstance(found, Chemistry) else ""
            count.scores["smiles_exact"].append(smiles_exact(truth.smiles, smiles))
        case Music():
            abc = found.abc if isinstance(found, Music) else ""
            count.scores["notes"].append(abc_similarity(truth.abc, abc))
