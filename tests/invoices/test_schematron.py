"""Schematron of EN 16931 over what docparse writes, and over files that break a rule."""

from __future__ import annotations

import importlib.util

import pytest

from docparse.invoices import schematron
from docparse.invoices.einvoice import parse_xml
from docparse.invoices.schematron import check_schematron
from docparse.invoices.write import to_cii
from docparse.schemas.invoice import RuleCheck
from tests.invoices.test_einvoices import an_invoice

needs_saxon = pytest.mark.skipif(importlib.util.find_spec("saxonche") is None, reason="needs saxonche")


def check(data: bytes) -> list[RuleCheck]:
    return check_schematron(parse_xml(data))


@needs_saxon
def test_what_docparse_writes_holds_and_a_wrong_sum_is_named() -> None:
    data = to_cii(an_invoice())
    assert [(one.rule, one.outcome) for one in check(data)] == [("schematron", "passed")]
    wrong = data.replace(b">2846.40<", b">2847.40<", 1)
    assert wrong != data
    broken = check(wrong)
    assert {one.outcome for one in broken} == {"failed"}
    assert any("BR-CO-1" in one.detail for one in broken)


@needs_saxon
def test_a_validator_that_dies_costs_this_check_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = to_cii(an_invoice())
    monkeypatch.setattr(schematron, "_CHECKER", checker := schematron._Checker())
    assert check(data)[0].outcome == "passed"
    assert checker._child is not None
    checker._child.process.kill()
    assert check(data)[0].outcome == "skipped"
    assert check(data)[0].outcome == "passed"
    checker._child.kill()


def test_without_saxon_it_is_skipped_never_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    [found] = check(to_cii(an_invoice()))
    assert (found.outcome, found.detail) == ("skipped", "saxonche is not installed")


@needs_saxon
def test_a_profile_without_rules_is_skipped() -> None:
    [found] = check(b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>')
    assert (found.outcome, found.detail) == ("skipped", "no rules are known for this profile")
