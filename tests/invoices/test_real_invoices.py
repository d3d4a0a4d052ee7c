"""Real invoices with truth, where the data lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docparse.invoices import InvoiceOptions, extract_invoices
from docparse.invoices.results import get
from docparse.model.base import Engine

DATA = Path(__file__).parents[3] / "shared" / "data" / "dev"
EXACT = ("number", "issue_date", "net", "tax", "gross", "currency")

pytestmark = pytest.mark.skipif(not (DATA / "invoices").is_dir(), reason="no shared data")


def truths(category: str, suffix: str) -> dict[Path, dict[str, Any]]:
    found = {}
    for pdf in sorted((DATA / category).glob("*.pdf")):
        found[pdf] = json.loads(pdf.with_suffix(suffix).read_text())
    return found


def agrees(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, float):
        return got is not None and abs(abs(wanted) - abs(got)) < 0.006
    return bool(wanted == got)


@pytest.mark.no_cover
def test_the_page_alone_tells_what_was_invoiced(reader: Engine) -> None:
    wanted = truths("invoices", ".truth.json")
    right = 0
    for result in extract_invoices(wanted, InvoiceOptions(xml=False), engine=reader):
        data, truth = result.model_dump(mode="json")["data"] or {}, wanted[Path(result.source)]
        visible = truth.get("visible_in_text_layer") or {}
        fields = [name for name in EXACT if truth.get(name) is not None and visible.get(name) is not False]
        right += all(agrees(truth[name], data.get(name)) for name in fields)
    assert right >= 0.9 * len(wanted)


def test_every_contradiction_is_flagged(reader: Engine) -> None:
    wanted = truths("invoices_mismatch", ".embedded.json")
    for result in extract_invoices(wanted, engine=reader):
        hidden = wanted[Path(result.source)]["visible_in_text_layer"]
        flagged = {flag.field for flag in result.flags if flag.code in ("contradiction", "not_on_page")}
        said = result.model_dump(mode="json")["data"]
        for field, visible in hidden.items():
            path = f"{field}.name" if field in ("seller", "buyer") else field
            if visible is False and get(said, path) is not None:
                assert any(one.startswith(field) for one in flagged), (result.source, field)
