from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from docparse.errors import EngineUnavailable, MissingDependency
from docparse.model import open_engine
from docparse.model.qwen import load as loading
from docparse.model.qwen.load import DOWNLOAD_GB, check_folder, load
from docparse.options import ParseOptions
from docparse.settings import Settings


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "model"))


def refused(folder: Path) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        load(str(folder), device="cpu")
    return caught.value


def test_loads_in_fp32_on_a_cpu_with_both_ends(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkpoint = load(str(folder), device="cpu")
    assert capfd.readouterr() == ("", "")
    assert checkpoint.model.dtype == torch.float32
    assert not checkpoint.model.training
    ends = checkpoint.tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_end|>"])
    assert set(ends) <= set(checkpoint.eos)
    assert load(str(folder), device="cpu", dtype="bfloat16").model.dtype == torch.bfloat16


def test_normalisation_of_the_checkpoint(copy: Path) -> None:
    (copy / "preprocessor_config.json").write_text(json.dumps({"image_mean": [0.5] * 3, "image_std": [0.25] * 3}))
    checkpoint = load(str(copy), device="cpu")
    assert (checkpoint.mean, checkpoint.std) == ((0.5,) * 3, (0.25,) * 3)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert f"{name} is missing" in refused(copy).message


def test_a_download_that_broke_off(copy: Path) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    error = refused(copy)
    assert "model.safetensors has" in error.message
    assert "again" in error.user_action


@pytest.mark.parametrize("data", [b"", b"not weights", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0{]"])
def test_a_file_that_holds_no_weights(copy: Path, data: bytes) -> None:
    (copy / "model.safetensors").write_bytes(data)
    assert "is no safetensors file" in refused(copy).message


def test_weights_that_are_not_all_there_are_never_made_up(copy: Path) -> None:
    path = copy / "model.safetensors"
    weights = load_file(path)
    gone = next(name for name in weights if "layers.1.mlp.down_proj" in name)
    del weights[gone]
    save_file(weights, path, metadata={"format": "pt"})
    assert "1 weights are missing" in refused(copy).message


def test_weights_of_another_shape(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 96
    (copy / "config.json").write_text(json.dumps(config))
    assert refused(copy)


def test_a_missing_shard(copy: Path) -> None:
    shards = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(shards))
    (copy / "model.safetensors").rename(copy / "model-00001-of-00002.safetensors")
    assert "model-00002-of-00002.safetensors is missing" in refused(copy).message


def test_pickled_weights_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    error = refused(copy)
    assert "pickled" in error.message
    assert "safetensors" in error.user_action


@pytest.mark.parametrize("config", ['{"model_type": "llama"}', "{}", "[]", "{"])
def test_another_architecture_or_a_broken_config(copy: Path, config: str) -> None:
    (copy / "config.json").write_text(config)
    with pytest.raises(EngineUnavailable, match=r"llama|None|no object|can't be read"):
        check_folder(copy, "name")


def test_code_in_the_folder_is_never_run(copy: Path, tmp_path: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoTokenizer": ["evil.Tokenizer", None]}
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "evil.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\nclass Config: ...\nclass Tokenizer: ...\n"
    )
    load(str(copy), device="cpu")
    assert not (tmp_path / "ran").exists()


def test_a_broken_tokenizer(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{")
    assert "tokenizer" in refused(copy).message


def test_no_room_for_the_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import transformers

    def full(*args: Any, **options: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(transformers.Qwen2_5_VLForConditionalGeneration, "from_pretrained", full)
    error = refused(folder)
    assert "does not fit" in error.message
    assert "smaller --model" in error.user_action


@pytest.mark.parametrize("name", list(DOWNLOAD_GB))
def test_offline_without_weights(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(EngineUnavailable) as caught:
        open_engine(ParseOptions(engine="qwen", model=name), Settings())
    assert f"docparse models download {name}" in caught.value.user_action
    assert f"{DOWNLOAD_GB[name]:g} GB" in caught.value.user_action


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(EngineUnavailable, match="there is no model folder"):
        load("./nowhere")


def test_without_the_extra_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependency) as caught:
        loading.require_libraries()
    assert "transformers" in caught.value.message
    assert "docparse[qwen]" in caught.value.user_action


def test_importing_docparse_and_the_engine_module_does_not_import_torch() -> None:
    code = (
        "import sys, docparse, docparse.pipeline, docparse.model.qwen.engine, docparse.model.qwen.opening, "
        "docparse.bench.engine; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
