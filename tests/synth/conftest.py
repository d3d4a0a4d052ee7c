"""One browser for all tests of made documents; without Playwright or a browser they are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from docparse.errors import MissingDependency
from docparse.synth.press import Press


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    try:
        opened = Press()
    except MissingDependency as missing:
        pytest.skip(missing.message)
    with opened:
        yield opened
