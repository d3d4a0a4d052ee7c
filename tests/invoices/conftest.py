from __future__ import annotations

from collections.abc import Iterator

import pytest

from docparse.invoices.source import open_reader
from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.settings import Settings


@pytest.fixture(scope="session")
def reader() -> Iterator[Engine]:
    engine = open_reader(ParseOptions(engine="embedded-fast"), Settings())
    yield engine
    engine.close()
