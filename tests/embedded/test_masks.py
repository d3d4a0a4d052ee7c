"""Ink and its long runs, on pages drawn here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from docparse.model.embedded.tables.masks import _runs, dark, faint, long_columns, long_rows


def _page(height: int = 120, width: int = 200) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 255, dtype=np.uint8)


def test_dark_is_darker_than_around() -> None:
    page = _page()
    page[:, :100] = 90  # an even grey half has ink only where it is darker than that
    page[20:22, 10:60] = 20
    page[20:22, 120:160] = 90
    mask = dark(page)
    assert mask[20:22, 10:60].all()
    assert mask[20:22, 120:160].all()
    assert not mask[60:, :80].any()
    assert not mask[60:, 115:].any()


def test_rows_and_columns() -> None:
    mask = np.zeros((120, 200), dtype=bool)
    mask[30, 20:180] = True
    mask[80, 20:100] = True
    mask[81, 100:180] = True  # a slant of one pixel
    mask[10:110, 50] = True
    mask[5, 5:15] = True  # too short
    assert sorted(long_rows(mask, 60)) == [(20, 29, 160, 3), (20, 79, 160, 4)]
    assert long_columns(mask, 60) == [(49, 10, 3, 100)]


def test_runs_do_not_join_over_the_page_edge() -> None:
    mask = np.zeros((40, 60), dtype=bool)
    mask[10, 30:] = True
    mask[20, :30] = True
    assert sorted(long_rows(mask, 25)) == [(0, 19, 30, 3), (30, 9, 30, 3)]
    assert long_rows(np.zeros((5, 5), dtype=bool), 2) == []


def test_runs_are_those_that_a_look_at_every_pixel_finds() -> None:
    choice = np.random.default_rng(3)
    for share in (0.3, 0.9, 0.99, 1.0):
        mask = choice.random((12, 150)) < share
        for length in (1, 2, 7, 9, 16, 40, 149, 150, 151):
            assert _runs(mask, length) == _runs_by_pixel(mask, length)


def _runs_by_pixel(mask: NDArray[np.bool_], length: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for row, pixels in enumerate(mask.tolist()):
        first = 0
        for column, inked in enumerate([*pixels, False]):
            if not inked:
                if column - first >= length:
                    found.append((row, first, column))
                first = column + 1
    return found


@pytest.mark.parametrize(("mask_of", "least"), [(dark, 12), (faint, 7)])
def test_ink_is_darker_by_so_many_shades(mask_of: Callable[[NDArray[np.uint8]], NDArray[np.bool_]], least: int) -> None:
    page = _page()
    page[30:34, 40:44] = 255 - least
    page[80:84, 40:44] = 256 - least
    assert mask_of(page)[30:34, 40:44].all()
    assert mask_of(page).sum() == 16


def test_black_paper_has_no_ink() -> None:
    assert not dark(np.zeros((40, 40, 3), np.uint8)).any()
    assert not faint(np.full((40, 40, 3), 3, np.uint8)).any()
