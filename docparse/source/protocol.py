"""What parent and guarded child say to each other: small, picklable, no heavy import."""

from __future__ import annotations

from dataclasses import dataclass, field

from docparse.schemas.page import PageImage, PixelBudget

OutlineItem = tuple[int, str, int]  # level from 1, title, page from 1 (0: none)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost; see the settings of the same names."""

    max_pages: int
    max_image_mpx: float
    max_page_points: float
    memory_mb: int
    cpu_s: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Read this file from now on; answered with `FileFacts`."""

    path: str
    name: str
    media_type: str
    password: str | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Render page `number` (from 1); answered with a `PageImage` whose pixels follow as raw bytes."""

    number: int
    budget: PixelBudget
    with_poppler: bool = False


@dataclass(frozen=True, slots=True)
class ReadAttachments:
    """Answered with a dict of file name to bytes."""


@dataclass(frozen=True, slots=True)
class CloseFile:
    """Forget the file; answered with the process's peak memory in MiB."""


Request = OpenFile | ReadPage | ReadAttachments | CloseFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What opening a file told."""

    pages: int
    metadata: dict[str, str] = field(default_factory=dict)
    outline: tuple[OutlineItem, ...] = ()
    flags: tuple[str, ...] = ()


Reply = FileFacts | PageImage | dict[str, bytes] | int
