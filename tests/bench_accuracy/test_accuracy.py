"""docparse bench accuracy: what each metric says of known pairs, and a run over a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pymupdf
import pytest

pytest.importorskip("rapidfuzz")
pytest.importorskip("scipy")

from docparse.bench import metrics
from docparse.bench.accuracy_data import score_set
from docparse.bench.accuracy_match import PageTally, compare_pages
from docparse.bench.accuracy_report import record, table
from docparse.bench.metrics_tables import teds
from docparse.cli import main
from docparse.errors import FileMissing
from docparse.schemas.document import (
    Block,
    Cell,
    Chemistry,
    Document,
    EngineInfo,
    Heading,
    Music,
    Page,
    PageNumber,
    Paragraph,
    SourceInfo,
    Table,
)


def test_text_is_compared_as_printed() -> None:
    assert metrics.text_similarity("Flow of $x^{2}$  here", "Flow of x2 here") == 1.0
    assert metrics.text_similarity("abcd", "abxd") == 0.75
    assert metrics.text_similarity("abcd", "") == 0.0


def test_latex_is_compared_without_spacing_and_synonyms() -> None:
    assert metrics.latex_similarity(r"x_{1} \le \left( y \right) \tag{3}", r"x_1 \leq (y)") == 1.0
    assert metrics.latex_similarity(r"\frac{a}{b}", r"\frac{a}{c}") < 1.0
    assert metrics.latex_similarity("x", "") == 0.0


def test_smiles_are_compared_as_molecules() -> None:
    pytest.importorskip("rdkit")
    assert metrics.smiles_exact("OCC", "C(C)O") == 1.0
    assert metrics.smiles_exact("OCC", "OCCC") == 0.0
    assert metrics.smiles_exact("OCC", "not a molecule") == 0.0


def test_tunes_are_compared_by_their_notes() -> None:
    pytest.importorskip("music21")
    tune = "X:1\nT:Tune\nM:4/4\nL:1/8\nK:G\nGABc d2e2 | f2ed cBAG |]"
    assert len(metrics.abc_notes(tune)) == 13
    assert metrics.abc_similarity(tune, tune.replace("T:Tune", "T:Other")) == 1.0
    assert 0.85 < metrics.abc_similarity(tune, tune.replace("GABc", "GABd")) < 1.0
    assert metrics.abc_similarity(tune, "") == 0.0


def test_chart_data_may_lie_on_its_side() -> None:
    truth = [["", "North", "South"], ["2019", "10", "20"], ["2020", "30", "40"]]
    turned = [["", "2019", "2020"], ["North", "10", "30.5"], ["South", "20", "40"]]
    assert metrics.chart_f1(truth, truth) == 1.0
    assert metrics.chart_f1(truth, turned) == 1.0
    assert metrics.chart_f1(truth, [["", "North"], ["2019", "10"]]) == pytest.approx(2 / 5)
    assert metrics.chart_f1(truth, [["", "North", "South"], ["2019", "11", "22"]]) == 0.0
    assert metrics.chart_f1(truth, []) == 0.0


@pytest.mark.parametrize(("printed", "value"), [("1,234.5", 1234.5), ("12 %", 12), ("−3", -3), ("n/a", None)])
def test_numbers_of_charts(printed: str, value: float | None) -> None:
    assert metrics.number(printed) == value


def grid(rows: list[list[str]], **changes: object) -> Table:
    cells = [Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(rows=len(rows), cols=len(rows[0]), cells=cells).model_copy(update=changes)


def test_teds_counts_nodes_and_text() -> None:
    pytest.importorskip("apted")
    whole = grid([["a", "b"], ["c", "d"]])
    assert teds(whole, whole) == 1.0
    assert teds(whole, grid([["a", "b"], ["c", "x"]])) == pytest.approx(1 - 1 / 7)
    assert teds(whole, grid([["a", "b"], ["c", "x"]]), structure_only=True) == 1.0
    assert teds(whole, grid([["a", "b"]])) == pytest.approx(1 - 3 / 7)


def blocks() -> list[Block]:
    return [
        Heading(text="Rain", bbox=(10, 10, 100, 30)),
        Paragraph(text="The river rose within six hours.", bbox=(10, 40, 200, 60)),
        Paragraph(text="Summer storms are short and steep.", bbox=(10, 70, 200, 90)),
        Chemistry(smiles="CCO", bbox=(10, 100, 90, 160)),
        PageNumber(text="7", bbox=(100, 290, 105, 300)),
    ]


def test_a_page_equal_to_its_truth_is_perfect() -> None:
    tally = compare_pages(blocks(), blocks())
    values = record(tally)
    assert values["page_text"] == values["reading_order"] == 1.0
    for kind in values["kinds"].values():
        assert kind["box_f1"] == kind["kind_recall"] == 1.0
    assert values["kinds"]["chemistry"]["smiles_exact"] == 1.0


def test_faults_show_where_they_are() -> None:
    found = blocks()
    found[0] = Paragraph(text="Rain", bbox=(10, 10, 100, 30))  # wrong kind
    found[1], found[2] = found[2], found[1]  # wrong order
    found[3] = Chemistry(smiles="CCO", bbox=(10, 100, 40, 160))  # box too small
    values = record(compare_pages(blocks(), found))
    kinds = values["kinds"]
    assert kinds["heading"] == {
        "truth": 1, "found": 0, "box_precision": None, "box_recall": 0.0, "box_f1": 0.0, "kind_recall": 0.0,
        "text": 1.0,
    }  # fmt: skip
    assert kinds["paragraph"]["box_precision"] == pytest.approx(0.6667)
    assert kinds["chemistry"]["box_f1"] == 0.0
    assert kinds["chemistry"]["smiles_exact"] == 1.0
    assert values["reading_order"] == 0.5
    assert values["page_text"] < 1.0


def test_an_empty_result_scores_nothing() -> None:
    tally = PageTally()
    tally.add(compare_pages(blocks(), []))
    values = record(tally)
    assert values["page_text"] == 0.0
    assert values["reading_order"] is None
    assert {kind["box_recall"] for kind in values["kinds"].values()} == {0.0}
    assert "music" not in table("title", values)


def test_a_tune_that_is_missing_counts_as_zero() -> None:
    values = record(compare_pages([Music(abc="X:1\nK:C\nCDEF|]", bbox=(0, 0, 9, 9))], []))
    assert values["kinds"]["music"]["notes"] == 0.0


def truth_folder(folder: Path) -> Path:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=400, height=300)
        page.insert_text((40, 60), "Rain and Level", fontsize=20)
        page.insert_text((40, 100), "The river rose within six hours after the rain.", fontsize=11)
        pdf.save(folder / "a.pdf")
    found: list[Block] = [
        Heading(text="Rain and Level", bbox=(40, 42, 175, 65)),
        Paragraph(text="The river rose within six hours after the rain.", bbox=(40, 90, 290, 104)),
    ]
    document = Document(
        source=SourceInfo(name="a.pdf"), engine=EngineInfo(name="synth"),
        pages=[
            Page(number=1, width=400, height=300, image_width=400, image_height=300, text_layer="sound", blocks=found)
        ],
    )  # fmt: skip
    (folder / "a.json").write_text(document.to_json())
    return folder


def test_command_prints_a_table_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = truth_folder(tmp_path)
    assert main(["bench", "accuracy", str(folder), "--engine", "embedded-fast", "-j", "1"]) == 0
    shown = capsys.readouterr().out
    assert "engine embedded-fast: 1 pages" in shown
    assert "born digital, 1 pages" in shown
    assert main(["bench", "accuracy", str(folder), "--engine", "embedded-fast", "-j", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["groups"]["born digital"]["page_text"] == 1.0
    assert report["failed"] == []


def test_a_file_that_can_not_be_parsed_counts_as_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = truth_folder(tmp_path)
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert main(["bench", "accuracy", str(folder), "--engine", "embedded-fast", "-j", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in report["failed"]] == ["a"]
    assert report["groups"]["born digital"]["page_text"] == 0.0


def test_a_folder_without_truth_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "accuracy", str(tmp_path)]) == FileMissing.exit_code
    assert "docparse synth" in capsys.readouterr().err


def test_a_set_is_scored_by_its_own_scorer(tmp_path: Path) -> None:
    """A set in miniature whose scorer counts the files of the run."""
    data = tmp_path / "data" / "dev"
    tools = tmp_path / "eval"
    data.mkdir(parents=True)
    tools.mkdir()
    with pytest.raises(FileMissing, match="MANIFEST"):
        score_set(data, engine="embedded-fast", model=None, only=None, predictions=None)
    (data / "MANIFEST.tsv").write_text("path\n")
    with pytest.raises(FileMissing, match=r"score\.py"):
        score_set(data, engine="embedded-fast", model=None, only=None, predictions=None)
    (tools / "run_docparse.py").write_text(
        "import pathlib, subprocess, sys\n"
        "a = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "out = pathlib.Path(a['--pred']); out.mkdir()\n"
        "said = subprocess.run([a['--docparse'], 'parse', '--help'], capture_output=True, text=True)\n"
        "(out / 'x.md').write_text(a['--engine'] + ' ' + a['--only'] + ' ' + str(said.returncode))\n"
    )
    (tools / "score.py").write_text(
        "import json, pathlib, sys\n"
        "a = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "text = (pathlib.Path(a['--pred']) / 'x.md').read_text()\n"
        "pathlib.Path(a['--json']).write_text(json.dumps({'summary': text}))\n"
        "print('scored', text)\n"
    )
    shown, report = score_set(data, engine="embedded-fast", model="m odel", only="text", predictions=None)
    assert shown == "scored embedded-fast text 0\n"
    assert report == {"summary": "embedded-fast text 0"}
    assert sys.executable


def test_a_real_set_is_found_beside_the_project() -> None:
    data = Path(__file__).parents[3] / "shared" / "data" / "dev"
    if not data.is_dir():
        pytest.skip("no shared set beside the project")
    _, report = score_set(data, engine="embedded-fast", model=None, only="charts", predictions=None)
    assert report["summary"]["charts"]["all"]["files"] > 0
