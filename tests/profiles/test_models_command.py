"""`docparse models`, with a hub of its own on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")
HERE = Path(__file__).parent
TINY = HERE.parent / "checkpoint" / "tiny"
REPO = "tests/tiny"


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    command = [sys.executable, str(HERE / "hub_server.py"), REPO, str(TINY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()
        process.wait(10)


def run(cache: Path, *args: object, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "DOCPARSE_"))}
    return subprocess.run(
        [sys.executable, "-m", "docparse", "models", *map(str, args)], capture_output=True, text=True, timeout=120,
        env={**kept, "HF_HOME": str(cache), **env}, cwd=cache, check=False,
    )  # fmt: skip


def object_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_list(tmp_path: Path) -> None:
    done = run(tmp_path, "--json")
    rows = object_of(done)["models"]
    assert [row["name"] for row in rows] == [
        "qwen2.5-vl-3b", "qwen2.5-vl-7b", "qwen2.5-vl-32b", "qwen2.5-vl-72b", "logics-parsing",
    ]  # fmt: skip
    assert not any(row["here"] for row in rows)
    assert "tiny" not in done.stdout
    shown = run(tmp_path, "list")
    assert "16.6 GB  not here" in shown.stdout
    assert "not for commercial use" in shown.stdout


def test_download_verify_and_damage(tmp_path: Path, hub: str) -> None:
    done = run(tmp_path, "download", REPO, "--json", HF_ENDPOINT=hub)
    assert done.returncode == 0, done.stderr
    (row,) = object_of(done)["models"]
    assert row["revision"] == "0123456789abcdef0123456789abcdef01234567"
    folder = Path(row["folder"])
    weights = folder / "model.safetensors"
    assert weights.read_bytes() == (TINY / "model.safetensors").read_bytes()

    verified = run(tmp_path, "verify", REPO, HF_HUB_OFFLINE="1")
    assert verified.returncode == 0, verified.stderr
    assert "ok       model.safetensors" in verified.stderr

    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    altered = run(tmp_path, "verify", REPO)
    assert altered.returncode == 15
    assert "model.safetensors is altered" in altered.stderr
    assert f"docparse models download {REPO}" in altered.stderr

    (folder / "config.json").unlink()
    missing = run(tmp_path, "verify", REPO)
    assert missing.returncode == 15
    assert f"docparse models download {REPO}" in missing.stderr
    again = run(tmp_path, "download", REPO, HF_ENDPOINT=hub)
    assert again.returncode == 15
    assert "model.safetensors is not what the hub has" in again.stderr


def test_commit_of_a_profile(tmp_path: Path, hub: str) -> None:
    pinned = {row["repo"]: row["revision"] for row in object_of(run(tmp_path, "--json"))["models"]}
    sizes = [repo for repo in pinned if repo.startswith("Qwen/")]
    assert len(sizes) == 4
    assert all(re.fullmatch("[0-9a-f]{40}", pinned[repo]) for repo in sizes)

    commit, other = "1" * 40, "2" * 40
    found = run(tmp_path, "download", REPO, "--json", "--revision", commit, HF_ENDPOINT=hub)
    folder = Path(object_of(found)["models"][0]["folder"])
    assert folder.name == object_of(found)["models"][0]["revision"] == commit
    gone = run(tmp_path, "download", REPO, "--revision", "f" * 40, HF_ENDPOINT=hub)
    assert gone.returncode == 15
    assert f"no commit {'f' * 40}" in gone.stderr
    assert f"docparse models download {REPO} --revision main" in gone.stderr
    here = run(tmp_path, "download", REPO, "--revision", other, HF_HUB_OFFLINE="1")
    assert here.returncode == 15
    assert f"another commit is: use it with --model {folder}" in here.stderr


def test_verify_of_a_folder(tmp_path: Path) -> None:
    done = run(tmp_path, "verify", TINY, "--json")
    assert done.returncode == 0, done.stderr
    (row,) = object_of(done)["models"]
    assert row["unknown"] == row["files"] > 5


def test_what_can_not_be_done(tmp_path: Path, hub: str) -> None:
    for args, code, said in (
        (("download",), 1, "needs a model"),
        (
            ("verify", "Qwen/Qwen2.5-VL-7B-Instruct"),
            15,
            "docparse models download Qwen/Qwen2.5-VL-7B-Instruct (16.6 GB)",
        ),
        (("download", TINY), 1, "is a folder on this machine"),
    ):
        done = run(tmp_path, *args)
        assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
        assert said in done.stderr
    offline = run(tmp_path, "download", REPO, HF_HUB_OFFLINE="1")
    assert offline.returncode == 15
    assert "HF_HUB_OFFLINE is set" in offline.stderr
    unknown = run(tmp_path, "download", "nobody/nothing", HF_ENDPOINT=hub)
    assert unknown.returncode == 15
    assert "nobody/nothing" in unknown.stderr
