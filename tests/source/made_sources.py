"""Small PDFs that the source tests make themselves."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pymupdf

from docparse.options import ParseOptions
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings
from docparse.source import PageSource, open_source

NO_PIXELS = PixelBudget(render=False)


def opened(source: str | Path | bytes | io.BytesIO, settings: Settings | None = None, **fields: str) -> PageSource:
    return open_source(source, options=ParseOptions(**fields), settings=settings or Settings())


def first_page(
    source: str | Path | bytes, budget: PixelBudget = NO_PIXELS, settings: Settings | None = None
) -> PageImage:
    with opened(source, settings) as file:
        return file.page(1, budget)


def text_pdf(*texts: str, **save: object) -> bytes:
    """One page (400 x 300 points) for each text."""
    document = pymupdf.open()
    for text in texts:
        document.new_page(width=400, height=300).insert_text((50, 60), text, fontsize=12)
    return document.tobytes(**save)


def raw_pdf(
    content: bytes = b"0 0 m 100 100 l S", *, page: bytes = b"/MediaBox[0 0 612 792]", resources: bytes = b"<<>>",
    content_keys: bytes = b"", more: tuple[bytes, ...] = (), pages: bytes = b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    catalog: bytes = b"",
) -> bytes:  # fmt: skip
    """A PDF of one page from its parts; objects of `more` count from 5."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>", pages,
        b"<</Type/Page/Parent 2 0 R" + page + b"/Contents 4 0 R/Resources" + resources + b">>",
        stream(content, content_keys), *more,
    ]  # fmt: skip
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def stream(data: bytes, keys: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (keys, len(data), data)


def endless_pdf() -> bytes:
    """Forms that draw each other ten times over twelve levels: 10^11 fills."""
    levels = 12
    more = []
    for level in range(levels):
        inner = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level) if level < levels - 1 else b""
        drawn = b"/F Do " * 10 if inner else b"0 0 10 10 re f"
        more.append(stream(drawn, b"/Type/XObject/Subtype/Form/BBox[0 0 600 600]" + inner))
    return raw_pdf(b"/F Do", resources=b"<</XObject<</F 5 0 R>>>>", more=tuple(more))


def zeros(size: int) -> bytes:
    """So many zero bytes, deflated."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20))
    return packed + packer.flush()
