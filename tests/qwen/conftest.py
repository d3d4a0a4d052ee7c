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
