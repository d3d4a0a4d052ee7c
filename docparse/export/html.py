"""`Document` to a QwenVL HTML file."""

from __future__ import annotations

from html import escape

from docparse.export.crops import Images, crop_source
from docparse.pieces import elements
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import Document

_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """\
body{font:16px/1.5 Georgia,serif;margin:0;background:#eee;color:#111}
div.page[data-page]{max-width:50em;margin:1.5em auto;padding:3em;background:#fff;box-shadow:0 1px 4px #0003}
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #999;padding:.2em .5em;vertical-align:top}
img{max-width:100%}img:not([src]){display:none}
a:has(>img:not([src]))::after{content:attr(href)}
li[data-marker]::marker,.footnote[data-marker]::before{content:attr(data-marker) " "}
pre{overflow:auto;background:#f6f6f6;padding:.8em}
.caption,.footnote,div.page.header,div.page.footer,div.page.number{font-size:.85em;color:#444}
.music,.chemical,.formula div{white-space:pre-wrap}
h1,h2,h3,h4,h5,h6,p,li,td,th,figcaption,div.page div{unicode-bidi:plaintext}
li[data-level="2"]{margin-left:2em}li[data-level="3"]{margin-left:4em}li[data-level="4"]{margin-left:6em}"""


def to_html(document: Document, *, images: Images = "embed") -> str:
    """One HTML file: a `<div class="page">` for each page, every block with its box in pixels of the page image.

    What runs over columns or pages is an element for each of its rectangles, each with its own words on its own page.

    `images` is "embed" (pictures as data URLs), "none", or a mapping from block id to a relative path. The file loads
    nothing from elsewhere and runs no script.
    """
    source = crop_source(images)
    head = (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n'
        f"<title>{escape(document.source.name, quote=False)}</title>\n<style>\n{_STYLE}\n</style></head>\n<body>\n"
    )
    pages = [
        write_page(
            blocks, number=page.number, width_px=page.image_width, height_px=page.image_height,
            scale_x=_scale(page.image_width, page.width), scale_y=_scale(page.image_height, page.height),
            crop_source=source, ids=True,
        )
        for page, blocks in zip(document.pages, elements(document), strict=True)
    ]  # fmt: skip
    return head + "\n".join(pages) + "\n</body></html>\n"


def _scale(pixels: int, units: float) -> float:
    return pixels / units if units > 0 else 1.0
