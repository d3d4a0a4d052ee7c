"""Checks by kind: what passes, what is repaired, what is flagged, and what is skipped without its library."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from docparse.checks import chemistry, formula, music
from docparse.checks.kinds import check_block
from docparse.checks.numbers import read_number
from docparse.schemas.document import (
    Block,
    Cell,
    Chart,
    Check,
    Chemistry,
    Formula,
    Heading,
    ListBlock,
    ListItem,
    Music,
    Table,
)

TUNE = "X:1\nT:Scale\nM:4/4\nL:1/4\nK:C\n"


def outcomes(block: Block) -> dict[str, str]:
    return {check.name: check.outcome for check in block.checks}


def table(*rows: str) -> Table:
    lines = [row.split("|") for row in rows]
    cells = [Cell(row=r, col=c, text=text.strip()) for r, line in enumerate(lines) for c, text in enumerate(line)]
    return Table(rows=len(lines), cols=max(map(len, lines)), cells=cells)


def test_latex_that_parses_gets_mathml() -> None:
    pytest.importorskip("latex2mathml")
    block = Formula(latex=r"\frac{a}{b} + \sqrt{x^2}")
    check_block(block)
    assert outcomes(block) == {"latex": "passed"}
    assert block.mathml.startswith("<math")
    assert "<mfrac>" in block.mathml


@pytest.mark.parametrize(
    ("latex", "repaired"),
    [(r"\frac{a}{b", r"\frac{a}{b}"), ("x^{2}}", "x^{2}"), (r"\sqrt{\sqrt{x", r"\sqrt{\sqrt{x}}")],
)
def test_braces_at_the_end_are_mended(latex: str, repaired: str) -> None:
    block = Formula(latex=latex)
    check_block(block)
    assert block.latex == repaired
    assert outcomes(block)["braces"] == "repaired"
    assert latex in block.checks[0].detail
    assert "latex_repaired" in block.flags


@pytest.mark.parametrize(
    "latex",
    [r"a}+{b", r"\left( x", r"\begin{matrix} a", r"x \end{matrix}", r"\nosuchcommand{x}", "x^2^3", "{{{{{x", "{" * 500],
)
def test_latex_beyond_repair_is_flagged_and_left_alone(latex: str) -> None:
    pytest.importorskip("latex2mathml")
    block = Formula(latex=latex)
    check_block(block)
    assert outcomes(block)["latex"] == "failed"
    assert block.latex == latex
    assert "latex_invalid" in block.flags


def test_molecules_get_their_canonical_form() -> None:
    pytest.importorskip("rdkit")
    block = Chemistry(smiles="OC(=O)C")
    check_block(block)
    assert outcomes(block) == {"smiles": "passed"}
    assert (block.canonical, block.formula) == ("CC(=O)O", "C2H4O2")
    assert block.inchikey == "QTBSBXVTEAMEQO-UHFFFAOYSA-N"
    assert "<svg" in chemistry.draw_svg(block.smiles)


@pytest.mark.parametrize("smiles", ["C1CC", "not a molecule", "C(C)(C)(C)(C)C", "c1cccc1", "C\nC", "C" * 6000])
def test_what_is_no_molecule_is_flagged(smiles: str) -> None:
    pytest.importorskip("rdkit")
    block = Chemistry(smiles=smiles)
    check_block(block)
    assert outcomes(block) == {"smiles": "failed"}
    assert block.flags == ["smiles_invalid"]
    assert block.canonical == ""


def test_bars_that_do_not_add_up_are_named() -> None:
    pytest.importorskip("music21")
    good, bad = Music(abc=f"{TUNE}CDEF|GABc|cBAG|"), Music(abc=f"{TUNE}CDEF|GABcde|cBAG|CDEF|")
    check_block(good)
    check_block(bad)
    assert outcomes(good) == {"abc": "passed", "bars": "passed"}
    assert outcomes(bad) == {"abc": "passed", "bars": "failed"}
    assert bad.flags == ["bars_uneven"]


def test_an_upbeat_is_no_fault_and_many_short_bars_are() -> None:
    pytest.importorskip("music21")
    upbeat, short = Music(abc=f"{TUNE}G|CDEF|GABc|cBA|"), Music(abc=f"{TUNE}CDE|GAB|cBA|CDE|EFG|")
    check_block(upbeat)
    check_block(short)
    assert outcomes(upbeat)["bars"] == "passed"
    assert outcomes(short)["bars"] == "failed"


def test_music_is_converted_on_request() -> None:
    pytest.importorskip("music21")
    tune = f"{TUNE}CDEF|GABc|"
    assert b"<score-partwise" in music.convert(tune, "musicxml")
    assert music.convert(tune, "midi").startswith(b"MThd")


@pytest.mark.parametrize("abc", ["no header at all", "X:1\nK:C\n", "K:C\n%%%%"])
def test_what_is_no_music_is_flagged(abc: str) -> None:
    pytest.importorskip("music21")
    block = Music(abc=abc)
    check_block(block)
    assert outcomes(block) == {"abc": "failed"}
    assert block.flags == ["abc_invalid"]


@pytest.mark.parametrize(
    ("module", "block", "name"),
    [
        (formula, Formula(latex="x"), "latex"),
        (chemistry, Chemistry(smiles="C"), "smiles"),
        (music, Music(abc="X:1\nK:C\nC"), "abc"),
    ],
)
def test_without_its_library_a_check_is_skipped_never_passed(
    module: object, block: Block, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent: Callable[[], bool] = lambda: False  # noqa: E731
    monkeypatch.setattr(module, "available", absent)
    block = block.model_copy(deep=True)
    check_block(block)
    assert [(check.name, check.outcome) for check in block.checks] == [(name, "skipped")]
    assert "extra" in block.checks[0].detail


def test_ragged_tables_are_filled() -> None:
    block = table("a|b|c", "1|2", "3|4|5")
    check_block(block)
    assert len(block.cells) == 9
    assert outcomes(block) == {"grid": "repaired"}
    assert block.flags == ["ragged_rows"]


def test_overlapping_spans_and_claimed_sizes_are_flagged() -> None:
    block = table("a|b", "1|2")
    block.cells[0].rowspan = 2
    check_block(block)
    assert block.flags == ["cells_overlap"]
    huge = Table(rows=100_000, cols=100_000, cells=[Cell(row=0, col=0)])
    check_block(huge)
    assert huge.flags == ["table_too_large"]


def test_totals_add_up_or_are_pointed_at() -> None:
    rows = ["Item|Net|Tax|Gross|Cost", "A|1,000.00|190.00|1,190.00|1", "B|250.50|47.60|298.10|2"]
    good = table(*rows, "Total|1,250.50|237.60|1,488.10|3")
    bad = table(*rows, "Total|1,250.50|237.60|1,438.10|3")
    check_block(good)
    check_block(bad)
    assert outcomes(good)["totals"] == "passed"
    assert outcomes(bad)["totals"] == "failed"
    assert "(3, 3)" in next(check.detail for check in bad.checks if check.name == "totals")
    unrelated = table("Year|Sum", "2001|5", "2002|7", "Total|99")
    check_block(unrelated)
    assert outcomes(unrelated)["totals"] == "skipped"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"), ("1.234,50 €", "1234.50"), ("(12)", "-12"), ("45 %", "45"), ("-3", "-3"),
        ("$1,000", "1000"), ("1 234 567", "1234567"), ("0.5", "0.5"), ("EUR 7,25", "7.25"), ("12.3¹²", "12.3"),
        ("1.2.3", None), ("12 apples", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_as_they_are_printed(text: str, value: str | None) -> None:
    number = read_number(text)
    assert (None if number is None else str(number)) == value


def test_charts_need_numbers() -> None:
    good = Chart(chart_type="Bar chart", data=[["Year", "Sales"], ["2020", "1.5"], ["2021", "2"]])
    bad = Chart(chart_type="poem", data=[["a"], ["b", "c"]])
    check_block(good)
    check_block(bad)
    assert outcomes(good) == {"chart_series": "passed", "chart_type": "passed"}
    assert outcomes(bad) == {"chart_data": "repaired", "chart_series": "failed", "chart_type": "failed"}
    assert bad.data == [["a", ""], ["b", "c"]]


def test_lists_count_on_and_headings_are_short() -> None:
    skipping = ListBlock(ordered=True, items=[ListItem(text=t, marker=m) for t, m in (("a", "1."), ("b", "3."))])
    nested = ListBlock(
        items=[
            ListItem(text="a", marker="1."),
            ListItem(text="x", marker="7.", level=2),
            ListItem(text="b", marker="2."),
        ]
    )
    empty, long = ListBlock(items=[]), Heading(text="word " * 100)
    for block in (skipping, nested, empty, long):
        check_block(block)
    assert (skipping.flags, nested.flags) == (["list_numbers_skip"], [])
    assert (empty.flags, long.flags) == (["list_empty"], ["heading_long"])
    assert isinstance(long.checks[0], Check)
