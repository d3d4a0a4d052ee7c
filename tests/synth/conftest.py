"""A browser for the tests of made documents; without Playwright or a browser they are skipped.

For each module one: while one is open, no other can be started in this process, and the viewer's tests have their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from docparse.errors import MissingDependency
from docparse.synth.press import Press


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    try:
        opened = Press()
    except MissingDependency as missing:
        pytest.skip(missing.message)
    with opened:
        yield opened
