"""The image of a page: the one that was recognised, or the page rendered again in that size."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from docparse.errors import DocparseError, NotFound
from docparse.options import ParseOptions
from docparse.schemas.document import Page
from docparse.schemas.page import PixelBudget
from docparse.source import open_source
from docparse.workers.codec import draft_from_json, pixels_to_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from docparse.workers.service import Service

_rendering = threading.Semaphore(2)


def done_page(service: Service, tenant: str, job_id: str, number: int, document: int) -> Page | None:
    """What was read on a page of a document that is still at work; None before it is done. Raises NotFound."""
    key = service.store.blob_keys(tenant, job_id, document, number).get("draft")
    return draft_from_json(service.blobs.get(key)).page if key else None


def page_png(service: Service, tenant: str, job_id: str, number: int, document: int) -> bytes:
    """The page as PNG, `image_width` x `image_height` of the result. Raises NotFound, SourceFault, EncryptedFile."""
    store = service.store
    try:
        kept = store.blob_keys(tenant, job_id, document, number).get("image")
    except NotFound:  # a result that was known before has no pages of its own
        kept = None
    if kept is not None:
        return service.blobs.get(kept)
    keys = store.blob_keys(tenant, job_id, document)
    job = store.job(tenant, job_id)
    size = _size(service, tenant, job_id, number, document)
    options = ParseOptions(**{name: value for name, value in job.options.items() if name in ("ocr", "languages")})
    with (
        _rendering,
        service.blobs.local(keys["source"]) as path,
        open_source(path, options=options, settings=service.settings, name=f"document {document}") as source,
    ):
        if number not in source.numbers:
            raise NotFound(f"job {job_id} has no page {number}")
        pixels = source.page(number, PixelBudget()).pixels
    if pixels is None:
        raise NotFound(f"page {number} has no image")
    return pixels_to_png(_sized(pixels, size))


def _size(service: Service, tenant: str, job_id: str, number: int, document: int) -> tuple[int, int] | None:
    """Width and height in pixels that the result refers to, if there is one by now."""
    try:
        pages = service.result(tenant, job_id, document).pages
    except DocparseError:
        return None
    return next(((page.image_width, page.image_height) for page in pages if page.number == number), None)


def _sized(pixels: NDArray[np.uint8], size: tuple[int, int] | None) -> NDArray[np.uint8]:
    if size is None or min(size) < 1 or size == (pixels.shape[1], pixels.shape[0]):
        return pixels
    import numpy as np
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
