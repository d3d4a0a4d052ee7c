"""From a model name or folder to a checked, loaded checkpoint; whatever is wrong with it is a typed error."""

from __future__ import annotations

import importlib.util
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docparse.errors import EngineUnavailable, MissingDependency
from docparse.qwenvl.profiles import DEFAULT, PROFILES, hub_name

ARCHITECTURE = "qwen2_5_vl"
DOWNLOAD_GB: Mapping[str, float] = {profile.repo: profile.download_gb for profile in PROFILES}
WANTED_FILES = ("*.safetensors", "*.json", "*.txt", "*.jinja", "LICENSE*", "README.md")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model in eval mode on its device, its tokenizer, and the tokens that end a text."""

    name: str
    model: Any
    tokenizer: Any
    eos: tuple[int, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]


def require_libraries() -> None:
    """Raises MissingDependency unless torch and transformers are installed."""
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401  brings huggingface_hub
    except ImportError as error:
        raise MissingDependency(
            f"engine 'qwen' needs {error.name}, which is not installed",
            user_action="Install it with: pip install 'docparse[qwen]'",
        ) from None


def require_hub() -> None:
    """Raises MissingDependency unless huggingface_hub, which comes with transformers, is installed."""
    if importlib.util.find_spec("huggingface_hub") is None:
        raise MissingDependency(
            "engine 'qwen' needs transformers, which is not installed",
            user_action="Install it with: pip install 'docparse[qwen]'",
        )


def load(name: str, *, revision: str | None = None, device: str | None = None, dtype: str | None = None) -> Checkpoint:
    """Load a checkpoint: a folder, or a name of which the weights are in the hub's cache or can be downloaded.

    `device` is "cuda" where there is one, else "cpu"; `dtype` is "bfloat16" on a GPU, "float32" on a CPU. Raises
    MissingDependency or EngineUnavailable.
    """
    require_libraries()
    import torch

    folder = find_folder(name, revision)
    config = check_folder(folder, name)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    kind = getattr(torch, dtype or ("bfloat16" if device.startswith("cuda") else "float32"))
    model = _load_model(folder, name, kind, device)
    tokenizer = _load_tokenizer(folder, name)
    mean, std = _normalisation(folder)
    return Checkpoint(name, model, tokenizer, _ends(model, tokenizer, config), mean, std)


def find_folder(name: str, revision: str | None = None) -> Path:
    """The folder with the files of `name`, downloaded unless HF_HUB_OFFLINE is set. Raises EngineUnavailable."""
    try:
        return find_cached(name, revision)
    except EngineUnavailable:
        if Path(name).is_dir() or not _is_hub_name(name) or _is_offline():
            raise
    require_hub()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RevisionNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=list(WANTED_FILES)))
    except RevisionNotFoundError:
        raise EngineUnavailable(
            f"the hub has no commit {revision} of {name}",
            user_action=f"For the newest run: docparse models download {name} --revision main",
        ) from None
    except Exception as error:
        why = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise _no_weights(name, why) from None


def find_cached(name: str, revision: str | None = None) -> Path:
    """The folder with the files of `name` on this machine. Raises EngineUnavailable; never uses the network."""
    if Path(name).is_dir():
        return Path(name)
    if not _is_hub_name(name):
        raise EngineUnavailable(
            f"there is no model folder {name}",
            user_action=f"Give a folder, or a name such as {next(iter(DOWNLOAD_GB))}.",
        )
    require_hub()
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(name, revision=revision, local_files_only=True, allow_patterns=list(WANTED_FILES))
        )
    except Exception:
        why = "HF_HUB_OFFLINE is set" if _is_offline() else "not in the cache"
        raise _no_weights(name, why + _other_commit(name, revision)) from None


def model_for_auto(asked: str | None) -> str | None:
    """The model that `auto` can take, the one that is `asked` for if any: libraries, a GPU and weights are all here.

    Imports nothing heavy.
    """
    if not Path("/dev/nvidiactl").exists() or not all(
        importlib.util.find_spec(module) for module in ("torch", "transformers")
    ):
        return None
    for name in [hub_name(asked)] if asked else [DEFAULT.repo, *(one.repo for one in PROFILES)]:
        try:
            find_cached(name)
        except EngineUnavailable:
            continue
        return name
    return None


def _other_commit(name: str, revision: str | None) -> str:
    """Where the cache has another commit of a model than the one its profile names: how to use that one."""
    from huggingface_hub.constants import HF_HUB_CACHE

    snapshots = Path(HF_HUB_CACHE, "models--" + name.replace("/", "--"), "snapshots")
    others = sorted(snapshots.glob("*/config.json")) if revision else []
    return f"; another commit is: use it with --model {others[0].parent}" if others else ""


def _is_hub_name(name: str) -> bool:
    return not name.startswith((".", "/", "~")) and name.count("/") == 1


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")


def _no_weights(name: str, why: str) -> EngineUnavailable:
    size = f" ({DOWNLOAD_GB[name]:g} GB)" if name in DOWNLOAD_GB else ""
    return EngineUnavailable(
        f"the weights of {name} are not on this machine ({why})",
        user_action=f"With a network, run: docparse models download {name}{size}",
    )


def check_folder(folder: Path, name: str) -> dict[str, Any]:
    """The folder's config, after checking that every file is there, whole and of a kind that holds no code.

    Raises EngineUnavailable naming the file.
    """
    config = _read_json(folder / "config.json", name)
    kind = config.get("model_type")
    if kind != ARCHITECTURE:
        raise EngineUnavailable(
            f"{name} is a model of type {kind!r}, not {ARCHITECTURE!r}",
            user_action="Use a Qwen2.5-VL checkpoint, such as " + ", ".join(DOWNLOAD_GB),
        )
    for part in _weight_files(folder, name):
        _check_safetensors(part, name)
    if not (folder / "tokenizer.json").is_file() and not (
        (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    ):
        raise _broken(name, "tokenizer.json is missing")
    return config


def _weight_files(folder: Path, name: str) -> list[Path]:
    single, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if index.is_file():
        shards = _read_json(index, name).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise _broken(name, f"{index.name} lists no weights")
        return [folder / Path(str(shard)).name for shard in sorted(set(shards.values()))]
    if single.is_file():
        return [single]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        raise EngineUnavailable(
            f"{name} holds pickled weights (.bin), which can run code when they are loaded",
            user_action="Use a checkpoint with safetensors.",
        )
    raise _broken(name, "model.safetensors is missing")


def _check_safetensors(path: Path, name: str) -> None:
    """A safetensors file is as long as its header says: a download that broke off is found at once."""
    if not path.is_file():
        raise _broken(name, f"{path.name} is missing")
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size, 100 * 2**20):
                raise ValueError("header")
            header = json.loads(file.read(length))
        end = max((entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"), default=0)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        raise _broken(name, f"{path.name} is no safetensors file") from None
    if size != 8 + length + end:
        raise _broken(name, f"{path.name} has {size} bytes instead of {8 + length + end}")


def _read_json(path: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _broken(name, f"{path.name} is missing") from None
    except (OSError, ValueError):
        raise _broken(name, f"{path.name} can't be read") from None
    if not isinstance(found, dict):
        raise _broken(name, f"{path.name} holds no object")
    return found


def _broken(name: str, what: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"model {name}: {what}",
        user_action=f"Fetch it again with: docparse models download {name}"
        if name.count("/") == 1 and not Path(name).exists()
        else "Copy the model folder again.",
    )


def _load_model(folder: Path, name: str, dtype: Any, device: str) -> Any:
    import transformers

    from docparse.model.qwen.failures import is_out_of_memory

    library_logging: Any = transformers.utils.logging
    library_logging.disable_progress_bar()
    library: Any = transformers
    library.utils.logging.disable_progress_bar()  # the command line has its own
    try:
        kind = library.Qwen2_5_VLForConditionalGeneration
        model, info = kind.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=dtype,
            attn_implementation="sdpa", output_loading_info=True,
        )  # fmt: skip
        missing = sorted(info["missing_keys"]) + sorted(str(key) for key in info["mismatched_keys"])
        if missing:
            raise _broken(name, f"{len(missing)} weights are missing or of another shape, {missing[0]} first")
        return model.eval().to(device)
    except EngineUnavailable:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise EngineUnavailable(
                f"{name} does not fit into the memory of {device}", user_action="Choose a smaller --model."
            ) from None
        raise _broken(name, f"{type(error).__name__}: {str(error)[:200]}") from None


def _load_tokenizer(folder: Path, name: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise _broken(name, f"the tokenizer can't be read: {str(error)[:160]}") from None


def _normalisation(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    from docparse.model.qwen.patches import CLIP_MEAN, CLIP_STD

    path = folder / "preprocessor_config.json"
    found = _read_json(path, str(folder)) if path.is_file() else {}
    return tuple(found.get("image_mean", CLIP_MEAN)), tuple(found.get("image_std", CLIP_STD))


def _ends(model: Any, tokenizer: Any, config: Mapping[str, Any]) -> tuple[int, ...]:
    ends: set[int] = set()
    for found in (model.generation_config.eos_token_id, config.get("eos_token_id"), tokenizer.eos_token_id):
        ends.update(found if isinstance(found, list) else [] if found is None else [found])
    return tuple(sorted(ends))
