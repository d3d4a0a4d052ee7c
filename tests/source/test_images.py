"""Image files as pages: frames, orientation, colour models, limits."""

import io
from typing import Any

import made_sources as made
import numpy as np
import pytest
from PIL import Image

from docparse.errors import DamagedFile, LimitExceeded
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings

BUDGET = PixelBudget(max_scan_pixels=1000 * 784)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(width: int = 280, height: int = 140) -> Image.Image:
    """Red left half, blue right half."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    image.paste((0, 0, 200), (width // 2, 0, width, height))
    return image


def colour(page: PageImage, x: float, y: float) -> list[int]:
    assert page.pixels is not None
    return [int(value) for value in page.pixels[int(y * page.height_px), int(x * page.width_px)]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_format(kind: str) -> None:
    page = made.first_page(saved(picture(), kind), BUDGET)
    assert (page.width, page.height, page.unit, page.is_scan) == (280, 140, "px", True)
    assert (page.width_px, page.height_px) == (280, 140)
    assert page.pixels is not None
    left, right = colour(page, 0.2, 0.5), colour(page, 0.8, 0.5)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


def test_each_frame_of_a_tiff_is_a_page() -> None:
    frames = [Image.new("L", (100 + 28 * at, 84), 40 * at) for at in range(4)]
    with made.opened(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]), pages="3,1") as source:
        assert source.info.pages == 4
        pages = [page for page in source.pages(BUDGET) if isinstance(page, PageImage)]
    assert [(page.number, page.width) for page in pages] == [(3, 156), (1, 100)]
    assert colour(pages[0], 0.5, 0.5) == [80, 80, 80]


def test_only_the_first_frame_of_an_animation_is_a_page() -> None:
    frames = [picture(), Image.new("RGB", (280, 140), (0, 255, 0))]
    with made.opened(saved(frames[0], "GIF", save_all=True, append_images=frames[1:])) as source:
        assert source.info.pages == 1
        assert "animation" in source.flags


def test_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees clockwise
    page = made.first_page(saved(picture(), "JPEG", exif=exif), BUDGET)
    assert (page.width, page.height) == (140, 280)
    assert colour(page, 0.5, 0.2)[0] > 150  # what was left is now on top
    assert colour(page, 0.5, 0.8)[2] > 150


def test_transparency_becomes_white() -> None:
    page = made.first_page(saved(Image.new("RGBA", (140, 140), (0, 0, 0, 0)), "PNG"), BUDGET)
    assert colour(page, 0.5, 0.5) == [255, 255, 255]
    page = made.first_page(saved(Image.new("LA", (140, 140), (0, 128)), "PNG"), BUDGET)
    assert 120 < colour(page, 0.5, 0.5)[0] < 135


def test_light_print_on_a_transparent_ground_is_seen() -> None:
    image = Image.new("RGBA", (140, 140), (255, 255, 255, 0))
    image.paste((250, 250, 250, 255), (20, 60, 120, 70))
    page = made.first_page(saved(image, "PNG"), BUDGET)
    assert max(colour(page, 0.5, 0.2)) < 10
    assert min(colour(page, 0.5, 0.46)) > 200
    image.paste((0, 0, 0, 255), (20, 20, 120, 30))  # print of its own: a sheet that was cut out
    assert colour(made.first_page(saved(image, "PNG"), BUDGET), 0.5, 0.8) == [255, 255, 255]


def test_a_fax_has_square_pixels() -> None:
    fax = Image.new("1", (1680, 1008), 1)
    fax.paste(0, (840, 0, 1680, 1008))
    data = saved(fax, "TIFF", compression="group4", dpi=(200, 100))
    page = made.first_page(data, PixelBudget(max_scan_pixels=6144 * 784))
    assert (page.width, page.height) == (1680, 2016)
    assert colour(page, 0.2, 0.9) == [255, 255, 255]
    assert colour(page, 0.8, 0.9) == [0, 0, 0]
    assert made.first_page(saved(picture(), "PNG", dpi=(72, 720)), BUDGET).height == 140  # no such resolution


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    ramp = np.linspace(0, 65535, 280, dtype=np.uint16)[None, :].repeat(140, 0)
    for kind in ("PNG", "TIFF"):
        page = made.first_page(saved(Image.fromarray(ramp), kind), BUDGET)
        assert colour(page, 0.02, 0.5)[0] < 15
        assert 115 < colour(page, 0.5, 0.5)[0] < 140
        assert colour(page, 0.98, 0.5)[0] > 240


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "L"])
def test_other_colour_models(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    page = made.first_page(saved(Image.new("RGB", (140, 140), (255, 255, 255)).convert(mode), kind), BUDGET)
    assert min(colour(page, 0.5, 0.5)) > 250


def test_large_images_shrink_into_the_budget_and_keep_their_own_units() -> None:
    page = made.first_page(saved(picture(2000, 1000), "PNG"), PixelBudget(max_scan_pixels=200 * 784))
    assert (page.width, page.height) == (2000, 1000)
    assert page.width_px * page.height_px <= 200 * 784
    assert page.width_px % 28 == page.height_px % 28 == 0


def test_pixel_bombs_are_refused_before_they_are_decoded() -> None:
    bomb = saved(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(LimitExceeded, match="max_image_mpx"):
        made.opened(bomb)
    with pytest.raises(LimitExceeded, match="max_image_mpx"):
        made.opened(saved(picture(), "PNG"), Settings(max_image_mpx=0.01))
    with pytest.raises(LimitExceeded, match="200 times"):
        made.first_page(saved(Image.new("L", (4000, 10)), "PNG"), BUDGET)


def test_cut_off_image_comes_out_as_far_as_it_goes() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), "JPEG")
    page = made.first_page(data[: len(data) // 2], BUDGET)
    assert "truncated" in page.flags


def test_broken_image_is_a_typed_error() -> None:
    with pytest.raises(DamagedFile):
        made.first_page(b"\x89PNG\r\n\x1a\n" + bytes(100), BUDGET)
    with pytest.raises(DamagedFile):
        made.first_page(b"II*\0" + bytes(100), BUDGET)
