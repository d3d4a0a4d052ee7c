"""`Document` / `Page` / `Block`: the result, and the published JSON schema.

Boxes are [x0, y0, x1, y1] in PDF points (pixels for images), origin at the top left of the page as displayed. Pages and
blocks are counted from 1: the third page's twelfth block is "p3-b12".
"""

from __future__ import annotations

from operator import not_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from docparse.geometry import Box

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = "1.3"

Source = Literal["qwen", "remote", "embedded", "text_layer", "tags", "user"]
Status = Literal["ok", "partial", "failed"]


def _is_none(value: object) -> bool:
    return value is None


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Check(Model):
    """One check of a block or page: what was looked at, and what came of it."""

    name: str
    outcome: Literal["passed", "failed", "skipped", "repaired"]
    detail: str = ""


class Part(Model):
    """A piece of a block that was joined over columns or pages, or a rectangle of a link.

    `start` is where the piece begins in the text of a paragraph or footnote, `hyphen` what is printed at the piece's
    end and is no part of that text, `order` its place among the blocks of its page; null where they are not known.
    """

    page: int
    bbox: Box
    start: Annotated[int | None, Field(ge=0, exclude_if=_is_none)] = None
    hyphen: Annotated[str, Field(exclude_if=not_)] = ""
    order: Annotated[int | None, Field(exclude_if=_is_none)] = None


class Crop(Model):
    """Picture of a block, cut out of the page image (PNG). `data` or `href` is set, never both."""

    media_type: str = "image/png"
    width: int
    height: int
    data: bytes | None = Field(default=None, repr=False)
    href: str | None = None


class Link(Model):
    """Where words or a picture lead to: `uri`, or `to_page` for a jump inside the document.

    `start` is where `text` begins in the text of the block, cell or item that has the link (of images: `ocr`); null
    where it lies on no words of it. `parts` are its rectangles, one for each line; a link that a model wrote has none.
    """

    text: str = ""
    start: int | None = Field(default=None, ge=0)
    uri: str = ""
    to_page: int | None = Field(default=None, ge=1)
    parts: list[Part] = Field(default_factory=list)


Links = Annotated[list[Link], Field(exclude_if=not_, description="left out where there are none")]


class Note(Model):
    """A comment that a reader of the file left (a sticky note, a highlight's): no text of the page."""

    text: str
    author: str = ""
    bbox: Box | None = None


class BlockBase(Model):
    """What every block has. `order` counts from 1 in reading order on its page."""

    id: str = ""
    page: int = 1
    bbox: Box | None = None
    order: int = 0
    source: Source = "embedded"
    confidence: float | None = Field(default=None, ge=0, le=1)
    checks: list[Check] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    parts: list[Part] = Field(default_factory=list, description="pieces of a block joined over columns or pages")
    original: str | None = Field(default=None, description="the text that was read, where it was corrected")
    links: Links = Field(default_factory=list)


class Heading(BlockBase):
    kind: Literal["heading"] = "heading"
    level: int = Field(default=1, ge=1, le=6)
    text: str


class Paragraph(BlockBase):
    """Running text. Formulas inside it are written `$…$`, as the model writes them."""

    kind: Literal["paragraph"] = "paragraph"
    text: str


class ListItem(Model):
    text: str
    bbox: Box | None = None
    level: int = Field(default=1, ge=1, description="nesting depth")
    marker: str = ""
    links: Links = Field(default_factory=list)


class ListBlock(BlockBase):
    kind: Literal["list"] = "list"
    ordered: bool = False
    items: list[ListItem] = Field(default_factory=list)


class Cell(Model):
    """A table cell; rows and columns count from 0."""

    row: int = Field(ge=0)
    col: int = Field(ge=0)
    rowspan: int = Field(default=1, ge=1)
    colspan: int = Field(default=1, ge=1)
    text: str = ""
    header: bool = False
    bbox: Box | None = None
    links: Links = Field(default_factory=list)


class Table(BlockBase):
    kind: Literal["table"] = "table"
    rows: int = 0
    cols: int = 0
    cells: list[Cell] = Field(default_factory=list)


class Chart(BlockBase):
    """A chart as its data, row by row with the header first; `text` is what is printed in it."""

    kind: Literal["chart"] = "chart"
    chart_type: str | None = None
    data: list[list[str]] = Field(default_factory=list)
    description: str = ""
    text: str = ""
    crop: Crop | None = None


class Formula(BlockBase):
    """A displayed formula; `mathml` is that of the LaTeX where it was checked and parses."""

    kind: Literal["formula"] = "formula"
    latex: str = ""
    text: str = ""
    mathml: str = ""
    crop: Crop | None = None


class Image(BlockBase):
    """A picture: `caption` is the model's own description, `ocr` the text printed in it."""

    kind: Literal["image"] = "image"
    caption: str = ""
    ocr: str = ""
    crop: Crop | None = None


class Music(BlockBase):
    kind: Literal["music"] = "music"
    abc: str = ""
    crop: Crop | None = None


class Chemistry(BlockBase):
    """A molecule; `canonical` SMILES, `inchikey` and sum `formula` are set where the SMILES is valid."""

    kind: Literal["chemistry"] = "chemistry"
    smiles: str = ""
    canonical: str = ""
    inchikey: str = ""
    formula: str = ""
    crop: Crop | None = None


class Code(BlockBase):
    kind: Literal["code"] = "code"
    text: str
    language: str = ""


class Caption(BlockBase):
    """The printed caption of a figure or table; `target` is that block's id where it was found."""

    kind: Literal["caption"] = "caption"
    text: str
    target: str | None = None


class Footnote(BlockBase):
    """A footnote; `target` is the id of the block with its marker, where that was found."""

    kind: Literal["footnote"] = "footnote"
    text: str
    marker: str = ""
    target: str | None = None

    @property
    def printed(self) -> str:
        """The text behind its marker, as it stands on the page."""
        return self.text if self.text.startswith(self.marker) else f"{self.marker} {self.text}"


class PageHeader(BlockBase):
    kind: Literal["page_header"] = "page_header"
    text: str


class PageFooter(BlockBase):
    kind: Literal["page_footer"] = "page_footer"
    text: str


class PageNumber(BlockBase):
    kind: Literal["page_number"] = "page_number"
    text: str


Block = Annotated[
    Heading | Paragraph | ListBlock | Table | Chart | Formula | Image | Music | Chemistry | Code
    | Caption | Footnote | PageHeader | PageFooter | PageNumber,
    Field(discriminator="kind"),
]  # fmt: skip


class Problem(Model):
    """An error in words a program can act on."""

    code: str
    message: str
    user_action: str = ""
    page: int | None = None


class Attempt(Model):
    """One try at a page: with which engine and settings, and what the verifier said."""

    engine: str
    settings: str = ""
    outcome: str = ""
    score: float | None = None
    seconds: float = 0.0


class Page(Model):
    """One page. `image_width` x `image_height` is the page image in pixels, to which `data-bbox` in the HTML refers.

    `links` are those that lie on nothing that was read.
    """

    number: int
    width: float
    height: float
    unit: Literal["pt", "px"] = "pt"
    rotation: int = 0
    image_width: int
    image_height: int
    status: Status = "ok"
    engine: str = ""
    text_layer: str = "absent"
    confidence: float | None = Field(default=None, ge=0, le=1)
    seconds: float = 0.0
    blocks: list[Block] = Field(default_factory=list)
    checks: list[Check] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    attempts: list[Attempt] = Field(default_factory=list)
    links: Links = Field(default_factory=list)
    notes: Annotated[list[Note], Field(exclude_if=not_, description="left out where there are none")] = Field(
        default_factory=list
    )
    error: Problem | None = None


class SourceInfo(Model):
    """The file that was parsed."""

    name: str
    sha256: str = ""
    media_type: str = ""
    bytes: int = 0
    pages: int = 0
    metadata: dict[str, str] = Field(default_factory=dict)


class EngineInfo(Model):
    """Which engine did the job, and why it was taken."""

    name: str
    reason: str = ""
    model: str = ""
    revision: str = ""


class Document(Model):
    """A parsed document: every element of every page, typed, boxed, in reading order."""

    schema_version: str = SCHEMA_VERSION
    docparse_version: str = ""
    source: SourceInfo
    engine: EngineInfo
    options: dict[str, Any] = Field(default_factory=dict)
    status: Status = "ok"
    pages: list[Page] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    errors: list[Problem] = Field(default_factory=list)

    def to_html(self, **options: Any) -> str:
        """QwenVL HTML; see `docparse.export.html.to_html`."""
        from docparse.export.html import to_html

        return to_html(self, **options)

    def to_markdown(self, **options: Any) -> str:
        """Markdown; see `docparse.export.markdown.to_markdown`."""
        from docparse.export.markdown import to_markdown

        return to_markdown(self, **options)

    def to_text(self, **options: Any) -> str:
        """Plain text; see `docparse.export.text.to_text`."""
        from docparse.export.text import to_text

        return to_text(self, **options)

    def to_json(self, **options: Any) -> str:
        """JSON after the published schema; see `docparse.export.json.to_json`."""
        from docparse.export.json import to_json

        return to_json(self, **options)

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write one export, its format chosen by the suffix, atomically."""
        from docparse.export import save

        return save(self, path, **options)
