from __future__ import annotations

import json
from dataclasses import replace

import pytest

from docparse.bench import engine as bench
from docparse.bench.engine_work import mixed_items, written_items
from docparse.cli.bench import run_bench
from docparse.errors import UsageError

SMALL = bench.Setup(pages=4, slots=2, rounds=1, lengths=(3, 9), visual=4, queue=6)
KEYS = {
    "tokens_equal", "vs_generate", "vs_static8", "steps_over_ideal", "draft_steps_ratio", "draft_full_slots_ratio",
    "slot_occupancy",
}  # fmt: skip


def test_all_contenders_write_the_same_and_every_ratio_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = bench.measure(SMALL)
    monkeypatch.setattr(bench, "measure", lambda setup: result)
    assert run_bench("engine", ["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == KEYS
    assert found["tokens_equal"] is True
    assert 1.0 <= found["steps_over_ideal"] < 2
    assert 0 < found["slot_occupancy"] <= 1
    assert run_bench("engine", []) == 0
    table = capsys.readouterr().out
    assert "generate, batches of 8" in table
    assert "peak memory" in table
    few = {**result.runs, "generate": replace(result.runs["generate"], tokens=result.runs["generate"].tokens[:2])}
    ratios = bench._ratios(SMALL, few, 9)
    assert ratios["tokens_equal"] is True
    assert ratios["vs_generate"] == pytest.approx(2 * result.ratios["vs_generate"], rel=0.01)
    wrong = {**few, "engine": replace(few["engine"], tokens=[[1], *few["engine"].tokens[1:]])}
    assert bench._ratios(SMALL, wrong, 9)["tokens_equal"] is False


@pytest.mark.parametrize("args", [["--shape", "13b"], ["--lengths", "many"], ["--lengths", "9-3"]])
def test_options_that_make_no_sense(args: list[str]) -> None:
    with pytest.raises(UsageError):
        run_bench("engine", args)


def test_the_work_is_the_same_every_time() -> None:
    first, second = (mixed_items(5, (20, 300), 12, 4096) for _ in range(2))
    assert [item.prompt for item in first] == [item.prompt for item in second]
    assert sorted(item.length for item in first) == [26, 45, 77, 133, 229]  # evenly, by their logarithms
    texts, vocabulary = written_items(first, 4096, (20, 60))
    assert vocabulary.text(texts[0].script)[0].startswith("<html><body>\n<")
    assert len(texts[0].words) > 40
    assert all(len(item.script) == item.length == 60 for item in texts)
