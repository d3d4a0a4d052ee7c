"""Model profiles: how a checkpoint is asked and what its answer means, as data apart from any engine.

`profile_of` finds the profile of a model name (a hub name, or what a server calls it) or of a folder. A folder may
hold a `docparse.json` with fields of `Profile`: a checkpoint of one's own needs no code here.

`revision` is the commit of the hub's repository that is used: for the Qwen2.5-VL sizes the one that public projects
name as their `main` (compared over several of them, as no hub was at hand). Where it is None the newest of the main
branch is taken. The commit stands in the result, and `docparse models verify` checks the files against what was
downloaded. Sizes are those of the safetensors.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from docparse.errors import EngineUnavailable
from docparse.qwenvl.boxes import Coordinates
from docparse.schemas.page import PixelBudget

Reader = Literal["qwenvl-html"]
FILE = "docparse.json"


@dataclass(frozen=True, slots=True)
class Profile:
    """One model. `pattern` matches the names that servers give it (case is ignored).

    Decoding is greedy: the maker's example (temperature 0.1, top_p 0.001) is nearly so, loops are stopped by the
    engines, and a repetition penalty damages tables that really repeat.
    """

    name: str
    repo: str = ""
    pattern: str = ""
    prompt: str = "QwenVL HTML "
    system: str = "You are a helpful assistant."
    image_first: bool = True
    budget: PixelBudget = field(default_factory=PixelBudget)
    max_tokens: int = 8192
    context_tokens: int = 32_768
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    coordinates: Coordinates = "pixels"
    reader: Reader = "qwenvl-html"
    revision: str | None = None
    download_gb: float = 0.0
    licence: str = ""
    flags: tuple[str, ...] = ()


_FAMILY = Profile("qwen2.5-vl", pattern=r"qwen-?2\.?5-?vl")

PROFILES: tuple[Profile, ...] = (
    Profile(
        "qwen2.5-vl-3b", "Qwen/Qwen2.5-VL-3B-Instruct", r"qwen-?2\.?5-?vl\W*3b", download_gb=7.5,
        licence="Qwen Research License: not for commercial use",
        revision="66285546d2b821cf421d4f5eb2576359d3770cd3",
    ),
    Profile(
        "qwen2.5-vl-7b", "Qwen/Qwen2.5-VL-7B-Instruct", r"qwen-?2\.?5-?vl\W*7b", download_gb=16.6,
        licence="Apache-2.0",
        revision="cc594898137f460bfe9f0759e9844b3ce807cfb5",
    ),
    Profile(
        "qwen2.5-vl-32b", "Qwen/Qwen2.5-VL-32B-Instruct", r"qwen-?2\.?5-?vl\W*32b", download_gb=66.9,
        licence="Apache-2.0",
        revision="7cfb30d71a1f4f49a57592323337a4a4727301da",
    ),
    Profile(
        "qwen2.5-vl-72b", "Qwen/Qwen2.5-VL-72B-Instruct", r"qwen-?2\.?5-?vl\W*72b", download_gb=146.8,
        licence="Qwen License",
        revision="89c86200743eec961a297729e7990e8f2ddbc4c5",
    ),
    Profile(
        "logics-parsing", "Logics-MLLM/Logics-Parsing", r"logics-parsing(?!\W*(?:v[2-9]|omni))", prompt="QwenVL HTML",
        image_first=False, download_gb=16.6, licence="see its model card",
    ),
)  # fmt: skip
DEFAULT = PROFILES[1]


def profile_of(model: str) -> Profile:
    """The profile of a model name or folder; that of the Qwen2.5-VL family where none is known.

    Raises EngineUnavailable when a folder's docparse.json makes no sense.
    """
    path = Path(model)
    if (path / FILE).is_file():
        return read_profile(path / FILE)
    for profile in PROFILES:
        if model in (profile.repo, profile.name):
            return profile
    return next((profile for profile in PROFILES if re.search(profile.pattern, model, re.IGNORECASE)), _FAMILY)


def hub_name(model: str) -> str:
    """What the hub calls a model of the list; folders and other names stay as they are."""
    return next((profile.repo for profile in PROFILES if profile.name == model.lower()), model)


def read_profile(path: Path) -> Profile:
    """The profile in a JSON file: fields of Profile, those of the pixel budget among them; others keep the defaults."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError("it holds no object")
        return _profile(found)
    except (OSError, ValueError, TypeError) as error:
        raise EngineUnavailable(
            f"the profile {path} can't be used: {error}", user_action="See docs/engines.md for its fields."
        ) from None


def _profile(found: dict[str, Any]) -> Profile:
    sizes = {name: found.pop(name) for name in ("min_pixels", "max_pixels", "max_scan_pixels") if name in found}
    kinds = {item.name: type(getattr(_FAMILY, item.name)) for item in fields(Profile) if item.name != "budget"}
    kinds["revision"] = str
    for name, value in found.items():
        kind = kinds.get(name)
        if kind is None:
            raise ValueError(f"{name} is no field")
        wanted = list if kind is tuple else (int, float) if kind is float else kind
        if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
            raise ValueError(f"{name} is no {kind.__name__}")
    if any(not isinstance(size, int) or size < 28 * 28 for size in sizes.values()):
        raise ValueError("a pixel budget is a whole number, 784 at least")
    if found.get("coordinates", "pixels") not in ("pixels", "thousandths"):
        raise ValueError("coordinates are pixels or thousandths")
    if found.get("reader", "qwenvl-html") != "qwenvl-html":
        raise ValueError("the reader is qwenvl-html")
    if "flags" in found:
        found["flags"] = tuple(map(str, found["flags"]))
    return replace(_FAMILY, budget=PixelBudget(**sizes), **{"name": "own", **found})
