from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def model() -> Any:
    from random_model import small_model

    return small_model()


@pytest.fixture(scope="session")
def cases(model: Any) -> list[Any]:
    """Requests with what transformers' `generate` writes for them, 40 tokens at most."""
    from random_model import known_cases

    return known_cases(model, 14)


@pytest.fixture(scope="session")
def vocabulary() -> Any:
    from small_tokenizer import small_tokenizer

    from docparse.model.qwen.vocabulary import Vocabulary

    return Vocabulary(small_tokenizer())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole checkpoint on disk: random weights, a small tokenizer with Qwen's special tokens."""
    from small_tokenizer import save_checkpoint

    return save_checkpoint(tmp_path_factory.mktemp("checkpoint"))
