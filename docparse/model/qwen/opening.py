"""From options to an open engine."""

from __future__ import annotations

import os

from docparse.model.base import Engine
from docparse.model.qwen.engine import QwenEngine, Recipe
from docparse.model.qwen.load import Checkpoint, find_folder, load
from docparse.model.qwen.request import Decoding
from docparse.model.weights import revision_of
from docparse.options import ParseOptions
from docparse.qwenvl.profiles import DEFAULT, Profile, hub_name, profile_of
from docparse.schemas.document import EngineInfo

_LARGE = 1_000_000_000  # parameters


def open_qwen(options: ParseOptions, *, reason: str = "asked for") -> tuple[QwenEngine, EngineInfo]:
    """The engine with the model of `options`. Raises MissingDependency or EngineUnavailable."""
    name = hub_name(options.model or DEFAULT.repo)
    profile = profile_of(name)
    checkpoint = load(name, revision=profile.revision)
    revision = revision_of(find_folder(name, profile.revision))
    engine = QwenEngine(checkpoint, recipe_of(profile), reader=_reader(checkpoint, options))
    return engine, EngineInfo(name="qwen", reason=reason, model=name, revision=revision)


def recipe_of(profile: Profile) -> Recipe:
    """What the engine needs of a profile."""
    decoding = Decoding(
        max_tokens=profile.max_tokens, temperature=profile.temperature, top_p=profile.top_p,
        repetition_penalty=profile.repetition_penalty,
    )  # fmt: skip
    return Recipe(
        profile.prompt, profile.system, profile.image_first, decoding, profile.budget, profile.flags,
        profile.coordinates,
    )  # fmt: skip


def _reader(checkpoint: Checkpoint, options: ParseOptions) -> Engine | None:
    """The embedded engine as a source of drafts, where a token costs more than reading a page with it does."""
    if options.ocr == "never" or checkpoint.model.num_parameters() < _LARGE:
        return None
    from docparse.model.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(jobs=max(1, (os.cpu_count() or 1) // 4), languages=options.languages)
