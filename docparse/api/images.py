"""Images of pages: the one that was recognised, or the page rendered again; whole, for the screen, as a thumbnail."""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from docparse.api.memory import Recent
from docparse.corrections import Recrop
from docparse.crops import crop_box
from docparse.errors import DocparseError, NotFound
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.schemas.document import Crop, Document, Page
from docparse.schemas.job import Job
from docparse.schemas.page import PageImage, PixelBudget
from docparse.workers.codec import pixels_to_png, png_to_pixels
from docparse.workers.sources import Sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from docparse.workers.service import Service

ImageSize = Literal["full", "screen", "thumb"]
LONGEST_PX: dict[ImageSize, int] = {"screen": 1400, "thumb": 240}
_QUALITY = {"screen": 85, "thumb": 75}
_LIMIT_BYTES = 48 << 20
_FEWEST_PX = 480 * 480  # smaller renderings show the grid of their size, a multiple of 28
_AT_ONCE = 2  # pages rendered at a time
_IDLE_S = 20.0  # how long a file stays open for its next page


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image, and what tells it from another one."""

    data: bytes
    media_type: str
    etag: str


class PageImages:
    """Thread-safe. `password` opens encrypted files whose own is forgotten (`docparse view`)."""

    def __init__(self, service: Service, *, password: str | None = None) -> None:
        self._service, self._password = service, password
        self._sources = Sources(service.blobs, service.settings)
        self._recent: Recent[Picture] = Recent(_LIMIT_BYTES)
        self._rendering = threading.Semaphore(_AT_ONCE)
        self._timer: threading.Timer | None = None
        self._timing = threading.Lock()

    def picture(self, job: Job, tenant: str, document: int, number: int, size: ImageSize, page: Page | None) -> Picture:
        """A page as an image: "full" is a PNG of the size that boxes in the HTML refer to (`page`, once it is read).

        Without the file that was parsed a page that was read is white. Raises NotFound, SourceFault, EncryptedFile.
        """
        kept = self._kept(tenant, job.id, document, number)

        def make() -> tuple[Picture, int]:
            data = self._encode(kept, job, tenant, document, number, size, page)
            kind = "image/png" if size == "full" else "image/jpeg"
            return Picture(data, kind, hashlib.sha256(data).hexdigest()[:32]), len(data)

        if size == "full":
            return make()[0]
        return self._recent.get((job.id, document, number, size), make)

    def cutter(self, tenant: str, job: Job, document: int, parsed: Document) -> Recrop:
        """Cuts pictures out of the pages of a document; None where a page can't be seen."""
        sizes = {page.number: page for page in parsed.pages}
        seen: dict[int, PageImage | None] = {}

        def cut(number: int, box: Box) -> Crop | None:
            if number not in seen:
                seen.clear()
                seen[number] = self._page_image(tenant, job, document, sizes[number])
            image = seen[number]
            return crop_box(image, box) if image is not None else None

        return cut

    def forget(self, job_id: str) -> None:
        """Nothing of a deleted job stays in memory or open."""
        self._recent.forget(job_id)
        self._sources.close_idle(-1.0)

    def close(self) -> None:
        with self._timing:
            if self._timer is not None:
                self._timer.cancel()
        self._sources.close()

    def _kept(self, tenant: str, job_id: str, document: int, number: int) -> str | None:
        """Blob of the image that was recognised. Raises NotFound for a job or document that does not exist."""
        store = self._service.store
        try:
            return store.blob_keys(tenant, job_id, document, number).get("image")
        except NotFound:  # a result that was known before has no pages of its own
            store.blob_keys(tenant, job_id, document)
            return None

    def _source_key(self, tenant: str, job_id: str, document: int) -> str | None:
        """Blob of the file that was parsed; `docparse view` may be without it."""
        return self._service.store.blob_keys(tenant, job_id, document).get("source")

    def _encode(
        self, kept: str | None, job: Job, tenant: str, document: int, number: int, size: ImageSize, page: Page | None
    ) -> bytes:  # fmt: skip
        if size == "full" and kept is not None:
            return self._service.blobs.get(kept)
        longest = LONGEST_PX.get(size)
        if kept is None and page is not None and self._source_key(tenant, job.id, document) is None:
            pixels, ratio = _white(page), page.width / max(page.height, 1e-6)
        elif kept is not None:
            pixels, ratio = png_to_pixels(self._service.blobs.get(kept)), None
            if page is not None and page.width > 0 and page.height > 0:
                ratio = page.width / page.height
        else:
            pixels, ratio = self._rendered(job, tenant, document, number, longest)
        if longest is None:
            wanted = (page.image_width, page.image_height) if page is not None else None
            return pixels_to_png(_resized(pixels, wanted))
        return _jpeg(_resized(pixels, _fitting(pixels, ratio, longest)), _QUALITY[size])

    def _rendered(
        self, job: Job, tenant: str, document: int, number: int, longest: int | None
    ) -> tuple[NDArray[np.uint8], float]:
        """Pixels, and width by height of the page."""
        budget = PixelBudget()
        if longest is not None:
            pixels = max(longest**2, _FEWEST_PX)
            budget = PixelBudget(max_pixels=pixels, max_scan_pixels=pixels)
        image = self._render(job, tenant, document, number, budget)
        if image.pixels is None:
            raise NotFound(f"page {number} has no image")
        return image.pixels, image.width / image.height

    def _render(self, job: Job, tenant: str, document: int, number: int, budget: PixelBudget) -> PageImage:
        key = self._source_key(tenant, job.id, document)
        if key is None:
            raise NotFound("the file that was parsed is not here")
        options = ParseOptions(
            password=self._password,
            **{name: value for name, value in job.options.items() if name in ("ocr", "languages")},
        )
        name = next((found.name for found in job.documents if found.number == document), f"document {document}")
        with self._rendering:
            try:
                with self._sources.lend_file(f"{job.id}-{document:05d}", key, options, name) as source:
                    if number not in source.numbers:
                        raise NotFound(f"job {job.id} has no page {number}")
                    return source.page(number, budget)
            finally:
                self._close_later()

    def _page_image(self, tenant: str, job: Job, document: int, page: Page) -> PageImage | None:
        """The page with pixels, as crops are cut from it; None where it can't be seen."""
        try:
            kept = self._kept(tenant, job.id, document, page.number)
            if kept is None and self._source_key(tenant, job.id, document) is None:
                return None
            picture = self.picture(job, tenant, document, page.number, "full", page)
        except DocparseError:
            return None
        pixels = png_to_pixels(picture.data)
        height, width = pixels.shape[:2]
        return PageImage(page.number, width, height, page.width, page.height, page.unit, pixels)

    def _close_later(self) -> None:
        """A file that nobody asks for any more must not stay open."""
        with self._timing:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(_IDLE_S + 1, self._sources.close_idle, (_IDLE_S,))
            self._timer.daemon = True
            self._timer.start()


def _white(page: Page) -> NDArray[np.uint8]:
    """A page whose file is not here: boxes are shown on white."""
    import numpy as np

    return np.full((max(page.image_height, 1), max(page.image_width, 1), 3), 255, np.uint8)


def _fitting(pixels: NDArray[np.uint8], ratio: float | None, longest: int) -> tuple[int, int]:
    """Width and height of the page's own shape, not larger than the pixels that there are."""
    height, width = pixels.shape[:2]
    ratio = ratio or width / height
    longest = min(longest, max(width, height))
    if ratio >= 1:
        return longest, max(1, round(longest / ratio))
    return max(1, round(longest * ratio)), longest


def _resized(pixels: NDArray[np.uint8], size: tuple[int, int] | None) -> NDArray[np.uint8]:
    if size is None or min(size) < 1 or size == (pixels.shape[1], pixels.shape[0]):
        return pixels
    import numpy as np
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def _jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
