"""Pictures of blocks: as data URLs, as references, as files."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Literal

from docparse.errors import UsageError
from docparse.schemas.document import Block, Crop

ImageMode = Literal["embed", "none"]
Images = ImageMode | Mapping[str, str]
_SAFE_HREF = re.compile(r"[A-Za-z0-9_./%~-]+")
_MEDIA_TYPES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"))


def crop_of(block: Block) -> Crop | None:
    return getattr(block, "crop", None)


def crop_source(images: Images) -> Callable[[Block], str | None]:
    """A function that gives the `src` of a block's picture: a data URL, a relative path, or None.

    `images` is "embed", "none", or a mapping from block id to a relative path. Paths that leave the folder or name
    another server are not taken over, wherever they come from.
    """
    if isinstance(images, str) and images not in ("embed", "none"):
        raise UsageError(f"images must be 'embed', 'none' or a mapping, not {images!r}")

    def source(block: Block) -> str | None:
        crop = crop_of(block)
        if crop is None or images == "none":
            return None
        if not isinstance(images, str):
            return safe_href(images.get(block.id))
        if crop.data is not None and crop.media_type in _MEDIA_TYPES:
            return f"data:{crop.media_type};base64,{base64.b64encode(crop.data).decode()}"
        return safe_href(crop.href)

    return source


def safe_href(href: str | None) -> str | None:
    """A relative path inside the output's own folder, or None."""
    if not href or not _SAFE_HREF.fullmatch(href) or href.startswith("/") or ".." in href.split("/"):
        return None
    return href
