"""Profiles: found by every name that servers give, and read from a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docparse.errors import EngineUnavailable, OutputError
from docparse.model.weights import check_room
from docparse.qwenvl.profiles import PROFILES, hub_name, profile_of
from docparse.qwenvl.reader import read_page
from docparse.reading import typed_page
from docparse.schemas.page import PageImage, PageOutput


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"), ("qwen2.5vl:7b", "qwen2.5-vl-7b"),
        ("Qwen/Qwen2.5-VL-72B-Instruct-AWQ", "qwen2.5-vl-72b"), ("qwen2.5vl:3b-q8_0", "qwen2.5-vl-3b"),
        ("qwen2.5-vl-32b-instruct", "qwen2.5-vl-32b"), ("/models/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"),
        ("Logics-MLLM/Logics-Parsing", "logics-parsing"), ("logics-parsing", "logics-parsing"),
        ("Logics-MLLM/Logics-Parsing-v2", "qwen2.5-vl"), ("something", "qwen2.5-vl"),
    ],
)  # fmt: skip
def test_by_name(model: str, name: str) -> None:
    assert profile_of(model).name == name


def test_what_the_profiles_say() -> None:
    for profile in PROFILES:
        assert profile.repo.count("/") == 1
        assert profile.download_gb > 5
        assert profile.licence
        assert profile.prompt.startswith("QwenVL HTML")
        assert profile.temperature == 0
        assert hub_name(profile.name) == profile.repo
        assert profile.budget.max_pixels % (28 * 28) == 0
    assert [profile.name for profile in PROFILES if not profile.image_first] == ["logics-parsing"]
    assert hub_name("./folder") == "./folder"


def test_logics_boxes_with_commas() -> None:
    page = PageImage(1, 1064, 1484, 595.0, 842.0)
    (block,) = read_page('<p data-bbox="106,148,532,742">Text</p>', page).blocks
    assert block.bbox == pytest.approx((59.28, 83.97, 297.5, 421.0), abs=0.01)


def _folder(path: Path, value: Any) -> str:
    (path / "docparse.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return str(path)


def test_from_a_folder(tmp_path: Path) -> None:
    found = profile_of(
        _folder(tmp_path, {"prompt": "Read.", "max_pixels": 784, "image_first": False, "flags": ["own"]})
    )
    assert (found.name, found.prompt, found.image_first, found.flags) == ("own", "Read.", False, ("own",))
    assert (found.budget.max_pixels, found.system) == (784, "You are a helpful assistant.")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "can't be used"), ("[]", "no object"), ({"promt": "x"}, "promt is no field"),
        ({"prompt": 3}, "prompt is no str"), ({"max_tokens": True}, "max_tokens is no int"),
        ({"max_pixels": 10}, "784 at least"), ({"coordinates": "inches"}, "pixels or thousandths"),
        ({"reader": "markdown"}, "qwenvl-html"), ({"temperature": "0"}, "temperature is no float"),
    ],
)  # fmt: skip
def test_a_folder_with_a_profile_that_makes_no_sense(tmp_path: Path, value: Any, said: str) -> None:
    with pytest.raises(EngineUnavailable, match=said):
        profile_of(_folder(tmp_path, value))


def test_a_full_disk_is_found_before_the_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=int(10e9)))
    check_room(PROFILES[0], tmp_path / "not" / "yet")
    with pytest.raises(OutputError, match=r"16\.6 GB.* has 10\.0 GB free"):
        check_room(PROFILES[1], tmp_path)


def test_boxes_in_thousandths() -> None:
    page = PageImage(1, 280, 560, 200.0, 400.0)
    output = PageOutput('<p data-bbox="100 250 500 500">Text</p>', "remote", coordinates="thousandths")
    assert typed_page(page, output).blocks[0].bbox == (20.0, 100.0, 100.0, 200.0)
