"""Turned and skewed pages, and boxes put back where they are displayed."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest

from docparse.model.embedded import ocr_detect, orientation, orientation_net, preprocess
from docparse.schemas.page import PageImage, Picture, Rule, TextLayer, TextQuality, Word

TEXT = (
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience. " * 4
)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:  # type: ignore[type-arg]
    page = pymupdf.open().new_page(width=420, height=560)
    page.insert_htmlbox(pymupdf.Rect(40, 40, 380, 520), f"<p>{TEXT}</p>")
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(2, 2), alpha=False)
    return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)


def page_of(pixels: np.ndarray, **values: object) -> PageImage:  # type: ignore[type-arg]
    height, width = pixels.shape[:2]
    page = PageImage(number=1, width_px=width, height_px=height, width=width / 2, height=height / 2, pixels=pixels)
    return page.replace(**values)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_are_turned_upright(pixels: np.ndarray, turn: int) -> None:  # type: ignore[type-arg]
    displayed = page_of(np.ascontiguousarray(np.rot90(pixels, turn // 90)))
    upright, pose = orientation.upright(displayed)
    assert pose.turn == turn
    assert upright.pixels is not None
    assert np.array_equal(upright.pixels, pixels)
    assert pose.flags == ((f"turned:{turn}",) if turn else ())


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_lines_of_a_turned_page_are_found_once(
    pixels: np.ndarray, turn: int, monkeypatch: pytest.MonkeyPatch,  # type: ignore[type-arg]
) -> None:  # fmt: skip
    seen: list[tuple[int, ...]] = []
    detect = ocr_detect._detect

    def counted(image: np.ndarray) -> list[ocr_detect.TextBox]:  # type: ignore[type-arg]
        seen.append(image.shape)
        return detect(image)

    monkeypatch.setattr(ocr_detect, "_detect", counted)
    upright, pose = orientation.upright(page_of(np.ascontiguousarray(np.rot90(pixels, turn // 90))))
    assert upright.pixels is not None
    ocr_detect.detect_text(upright.pixels)
    assert (pose.turn, seen) == (turn, [pixels.shape])


def test_a_wrong_first_guess_is_put_right(pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[type-arg]
    monkeypatch.setattr(orientation_net, "likely_turn", lambda _: 180)
    displayed = page_of(np.ascontiguousarray(np.rot90(pixels)))
    upright, pose = orientation.upright(displayed)
    assert pose.turn == 90
    assert upright.pixels is not None
    assert np.array_equal(upright.pixels, pixels)


def test_nothing_is_guessed_of_empty_and_narrow_pages(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    assert orientation_net.likely_turn(np.ascontiguousarray(np.rot90(pixels))) == 90
    assert orientation_net.likely_turn(np.full((300, 200, 3), 255, np.uint8)) == 0
    assert orientation_net.likely_turn(np.zeros((1, 900, 3), np.uint8)) == 0
    assert orientation_net.likely_turn(np.zeros((2, 9000, 3), np.uint8)) in (0, 90, 180, 270)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_come_back(turn: orientation.Turn) -> None:
    page = page_of(
        np.zeros((40, 80, 3), np.uint8),
        rules=(Rule((1, 2, 11, 2), True, 1.0),),
        pictures=(Picture((5, 6, 20, 10), 30, 8),),
    )
    turned = orientation.turn_page(page, turn)
    back = orientation.Pose(turn, 0.0, page.width, page.height).back
    assert back(turned.rules[0].bbox) == page.rules[0].bbox
    assert back(turned.pictures[0].bbox) == page.pictures[0].bbox
    assert turned.rules[0].horizontal == (turn == 180)
    assert (turned.width, turned.height) == ((20.0, 40.0) if turn != 180 else (40.0, 20.0))


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_skewed_scans_are_straightened(pixels: np.ndarray, degrees: float) -> None:  # type: ignore[type-arg]
    skewed = preprocess.straighten(pixels, -degrees)
    assert preprocess.skew(skewed) == pytest.approx(degrees, abs=0.2)
    _, pose = orientation.upright(page_of(skewed))
    assert pose.turn == 0
    assert pose.flags == (f"deskewed:{pose.skew:.1f}",)
    x0, y0, x1, y1 = pose.back((100, 100, 300, 120))
    assert x1 - x0 > 199
    assert y1 - y0 > 20


def test_straight_sides_beside_the_text_do_not_hide_its_skew(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    skewed = preprocess.straighten(pixels, 1.5).copy()
    for x in range(40, 800, 40):  # as the sides of bars and the blocks of a coarse JPEG
        skewed[900:1000, x : x + 20] = 90
    assert preprocess.skew(skewed) == pytest.approx(-1.5, abs=0.2)


def test_a_shadow_over_the_page_does_not_hide_its_skew(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    skewed = preprocess.straighten(pixels, 1.0)
    fall = np.linspace(1.0, 0.1, skewed.shape[1])[None, :, None]
    assert preprocess.skew((skewed * fall).astype(np.uint8)) == pytest.approx(-1.0, abs=0.2)


def test_straight_and_empty_pages_stay(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    assert preprocess.skew(pixels) == 0
    for value in (0, 255):
        assert orientation.upright(page_of(np.full((56, 56, 3), value, np.uint8)))[1] == orientation.Pose(
            0, 0.0, 28, 28
        )


def test_a_sound_text_layer_is_left_alone(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    layer = TextLayer((Word("word", (1, 1, 9, 9)),), TextQuality.SOUND)
    page = page_of(np.ascontiguousarray(np.rot90(pixels)), text=layer)
    assert orientation.upright(page) == (page, orientation.Pose())
