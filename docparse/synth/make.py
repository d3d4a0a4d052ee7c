"""Plans to finished documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docparse.schemas.document import Document
from docparse.synth.compose import compose
from docparse.synth.options import SynthOptions
from docparse.synth.plan import Plan, plans
from docparse.synth.press import Press
from docparse.synth.truth import build_document


@dataclass(frozen=True, slots=True)
class SynthDocument:
    """One made document: the PDF, its truth, and facts beyond blocks (the fields of an invoice)."""

    name: str
    pdf: bytes = field(repr=False)
    document: Document = field(repr=False)
    plan: Plan
    facts: dict[str, Any] = field(default_factory=dict, repr=False)


def make_document(plan: Plan, options: SynthOptions, press: Press) -> SynthDocument:
    """Compose, set, print and read back one document. Raises EngineError, MissingDependency."""
    draft = compose(plan, options)
    printed = press.print(draft.spec())
    document = build_document(
        plan.name, draft.pieces, draft.running, printed.places, printed.pdf, seed=options.seed,
        first_number=draft.first_number,
        options={"layout": plan.layout, "language": plan.language, "seed": options.seed},
    )  # fmt: skip
    return SynthDocument(plan.name, printed.pdf, document, plan, draft.facts)


def make_documents(
    options: SynthOptions | None = None, *, press: Press | None = None, **fields: Any
) -> Iterator[SynthDocument]:
    """Documents of `options` (or of fields of SynthOptions), until they have `options.pages` pages.

    `make_documents(pages=4, seed=1, kinds=("table", "chart"), page_size=(300, 400))`. Needs the extra `synth` and
    Chromium; raises MissingDependency without them.
    """
    options = options or SynthOptions(**fields)
    own = press is None
    press = press or Press()
    left = options.pages
    try:
        for plan in plans(options):
            if left <= 0:
                return
            made = make_document(_shortened(plan, left), options, press)
            left -= len(made.document.pages)
            yield made
    finally:
        if own:
            press.close()


def _shortened(plan: Plan, pages: int) -> Plan:
    from dataclasses import replace

    return plan if plan.pages <= pages else replace(plan, pages=pages)
