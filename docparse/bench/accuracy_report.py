"""Tallies as a table for people and as an object for programs."""

from __future__ import annotations

from typing import Any

from docparse.bench.accuracy_match import KindTally, PageTally

ORDER = (
    "heading", "paragraph", "list", "table", "chart", "formula", "chemistry", "music", "image", "code", "caption",
    "footnote", "page_header", "page_footer", "page_number",
)  # fmt: skip
_LABELS = {
    "text": "text", "teds": "TEDS", "teds_structure": "TEDS structure", "data_f1": "data F1", "latex": "LaTeX",
    "smiles_exact": "SMILES exact", "notes": "notes",
}  # fmt: skip


def mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def kind_record(count: KindTally) -> dict[str, Any]:
    """Counts, precision, recall and F1 of boxes, share found under the right kind, mean scores."""
    precision = round(count.hits / count.found, 4) if count.found else None
    recall = round(count.hits / count.truth, 4) if count.truth else None
    both = count.truth + count.found
    return {
        "truth": count.truth, "found": count.found, "box_precision": precision, "box_recall": recall,
        "box_f1": round(2 * count.hits / both, 4) if both else None,
        "kind_recall": round(count.named / count.truth, 4) if count.truth else None,
        **{name: mean(values) for name, values in count.scores.items()},
    }  # fmt: skip


def record(tally: PageTally) -> dict[str, Any]:
    """A tally as plain values: `page_text`, `reading_order` and `kinds`."""
    kinds = {kind: kind_record(tally.kinds[kind]) for kind in ORDER if kind in tally.kinds}
    return {"page_text": mean(tally.text), "reading_order": mean(tally.order), "kinds": kinds}


def table(title: str, values: dict[str, Any]) -> str:
    """The same as lines of text."""
    lines = [title, f"  {'kind':12} {'truth':>6} {'found':>6} {'box F1':>7} {'as kind':>8}  scores"]
    for kind, row in values["kinds"].items():
        scores = "  ".join(f"{_LABELS[name]} {row[name]:.3f}" for name in _LABELS if row.get(name) is not None)
        box, name = _number(row["box_f1"]), _number(row["kind_recall"])
        lines.append(f"  {kind:12} {row['truth']:6} {row['found']:6} {box:>7} {name:>8}  {scores}")
    lines.append(
        f"  whole pages: text {_number(values['page_text'])}  reading order {_number(values['reading_order'])}"
    )
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
