"""Pages between two workers: a `PageImage` as JSON and PNG, a `PageDraft` as JSON. Plain data, nothing is executed."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from docparse.assemble import PageDraft
from docparse.schemas.document import Page
from docparse.schemas.page import Link, Note, PageImage, Picture, Rule, Shape, TextLayer, TextQuality, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PLAIN = ("number", "width_px", "height_px", "width", "height", "unit", "rotation", "is_scan", "flags")


def page_to_json(page: PageImage) -> bytes:
    """Everything of a page image but its pixels."""
    values = {name: getattr(page, name) for name in _PLAIN}
    text = page.text
    values["text"] = {
        "words": text.words, "hidden": text.hidden, "quality": text.quality.value, "reason": text.reason,
    }  # fmt: skip
    values |= {"rules": page.rules, "shapes": page.shapes, "pictures": page.pictures, "links": page.links}
    values["notes"] = page.notes
    return _dump(values)


def page_from_json(data: bytes, pixels: NDArray[np.uint8] | None = None) -> PageImage:
    values = json.loads(data)
    text = values["text"]
    return PageImage(
        **{name: values[name] for name in _PLAIN if name != "flags"}, flags=tuple(values["flags"]), pixels=pixels,
        text=TextLayer(_words(text["words"]), TextQuality(text["quality"]), text["reason"], _words(text["hidden"])),
        rules=tuple(Rule(tuple(box), *rest) for box, *rest in values["rules"]),
        shapes=tuple(Shape(tuple(box), *rest) for box, *rest in values["shapes"]),
        pictures=tuple(Picture(tuple(box), *rest) for box, *rest in values["pictures"]),
        links=tuple(Link(tuple(box), *rest) for box, *rest in values["links"]),
        notes=tuple(Note(tuple(box), *rest) for box, *rest in values.get("notes", ())),
    )  # fmt: skip


def pixels_to_png(pixels: NDArray[np.uint8]) -> bytes:
    """uint8 RGB of shape (height, width, 3) as a PNG made for speed, not for size."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def png_to_pixels(data: bytes) -> NDArray[np.uint8]:
    """The pixels again. The file is our own: its size was checked when the page was rendered."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        return np.asarray(image.convert("RGB"))


def draft_to_json(draft: PageDraft) -> bytes:
    values = {"page": draft.page.model_dump(mode="json"), "sizes": draft.sizes}
    return _dump({**values, "words": draft.words})


def draft_from_json(data: bytes) -> PageDraft:
    values = json.loads(data)
    return PageDraft(Page.model_validate(values["page"]), values["sizes"], _words(values["words"]))


def _words(rows: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(Word(text, tuple(box), *rest) for text, box, *rest in rows)


def _dump(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=float).encode("utf-8", "surrogatepass")
