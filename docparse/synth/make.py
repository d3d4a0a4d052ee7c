"""Plans to finished documents."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from docparse.schemas.document import Document
from docparse.synth.compose import compose
from docparse.synth.degrade import scan_document
from docparse.synth.options import SynthOptions
from docparse.synth.plan import Plan, plans
from docparse.synth.pool import Pool
from docparse.synth.press import Press
from docparse.synth.truth import build_document

Maker = Callable[[Sequence[Plan]], Iterator["SynthDocument"]]


@dataclass(frozen=True, slots=True)
class SynthDocument:
    """One made document: PDF and truth, the same pages as scans if they were asked for, and facts beyond blocks.

    `facts` are the fields of an invoice or receipt, under the names that `docparse invoices` uses.
    """

    name: str
    plan: Plan
    pdf: bytes = field(repr=False)
    document: Document = field(repr=False)
    scan_pdf: bytes | None = field(default=None, repr=False)
    scan_document: Document | None = field(default=None, repr=False)
    facts: dict[str, Any] = field(default_factory=dict, repr=False)


def make_document(plan: Plan, options: SynthOptions, press: Press) -> SynthDocument:
    """Compose, set, print and read back one document. Raises EngineError, MissingDependency."""
    draft = compose(plan, options)
    printed = press.print(draft.spec(), tagged=options.tagged)
    document = build_document(
        plan.name, draft.pieces, draft.running, printed.places, printed.pdf, seed=options.seed,
        first_number=draft.first_number,
        options={"layout": plan.layout, "language": plan.language, "seed": options.seed},
    )  # fmt: skip
    made = SynthDocument(plan.name, plan, printed.pdf, document, facts=draft.facts)
    if not options.degrade:
        return made
    rng = random.Random(plan.seed + "/scan")
    scan, truth = scan_document(document, printed.pdf, options.degrade, rng, dpi=options.scan_dpi)
    return dataclasses.replace(made, scan_pdf=scan, scan_document=truth)


def make_documents(
    options: SynthOptions | None = None, *, press: Press | None = None, **fields: Any
) -> Iterator[SynthDocument]:
    """Documents of `options` (or of fields of SynthOptions), until they have `options.pages` pages.

    `make_documents(pages=4, seed=1, kinds=("table", "chart"), page_size=(300, 400))`. `press` is an open one to use
    in this thread.
    The same options make the same truth, whatever `jobs`. Raises MissingDependency without the extra `synth`,
    Chromium or a font that is needed.
    """
    options = options or SynthOptions(**fields)
    with ExitStack() as stack:
        maker: Maker
        if press is None:
            # Always in other processes: Playwright refuses to work beside a running event loop (a notebook has one).
            maker = stack.enter_context(Pool(options)).make
        else:
            opened = press

            def maker(batch: Sequence[Plan]) -> Iterator[SynthDocument]:
                return (make_document(plan, options, opened) for plan in batch)

        stream, left = plans(options), options.pages
        while left > 0:
            for made in maker(_batch(stream, left)):
                left -= len(made.document.pages)
                yield made


def _batch(stream: Iterator[Plan], pages: int) -> list[Plan]:
    """The next plans that may have `pages` pages together."""
    batch: list[Plan] = []
    while pages > 0:
        plan = next(stream)
        batch.append(dataclasses.replace(plan, pages=min(plan.pages, pages)))
        pages -= batch[-1].pages
    return batch
