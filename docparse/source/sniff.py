"""What a file really is, by its magic bytes; its name is never believed."""

from __future__ import annotations

import re

from docparse.errors import EmptyInput, UnsupportedType

PDF = "application/pdf"
PDF_HEADER_WITHIN = 1024  # bytes of junk that readers allow before %PDF-
HEAD_BYTES = 64 * 1024  # what `media_type` wants to see of a file

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
)
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (OLE)"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"8BPS", "a Photoshop image"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program (ELF)"),
    (b"SQLite format 3\0", "an SQLite database"),
)
_ZIP_KINDS = (
    (b"word/", "a Word document (.docx)"),
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"ppt/", "a PowerPoint presentation (.pptx)"),
    (b"mimetypeapplication/epub+zip", "an EPUB book"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"[Content_Types].xml", "an Office document"),
)
_PDF_PIECES = re.compile(rb"%PDF-\d|\b\d+ \d+ obj\b|\bstartxref\b")
_MARKUP = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?P<tag>!doctype\s+html|html|head|body|svg|\?xml|!doctype)", re.I | re.S)


def media_type(head: bytes, *, name: str = "") -> str:
    """Media type of a file that begins with `head` (HEAD_BYTES of it).

    Raises EmptyInput for no bytes, UnsupportedType saying what it is instead of a PDF or image.
    """
    if not head:
        raise EmptyInput(f"{name or 'the input'} is empty (0 bytes)")
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return PDF
    image = _image_type(head)
    if image:
        return image
    foreign = _foreign(head)
    if foreign is None and _PDF_PIECES.search(head):
        return PDF  # lost or late header: MuPDF rebuilds such files from their objects
    raise UnsupportedType(f"{name or 'the input'} is {foreign or _unknown(head)}, not a PDF or image")


def _image_type(head: bytes) -> str:
    for magic, kind in _IMAGES:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:2] == b"BM" and len(head) >= 26 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return ""


def _foreign(head: bytes) -> str | None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            return what
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return next((what for mark, what in _ZIP_KINDS if mark in head), "a ZIP archive")
    if head[4:8] == b"ftyp":
        return "a HEIF or AVIF image" if head[8:12] in (b"heic", b"heix", b"mif1", b"avif") else "a video (MP4)"
    match = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
    if match is None:
        return None
    tag = match["tag"].lower()
    return "an SVG image" if tag == b"svg" or b"<svg" in head[:1024] else "XML" if tag == b"?xml" else "an HTML page"


def _unknown(head: bytes) -> str:
    try:
        text = head[:4096].decode("utf-8", errors="strict" if len(head) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return "of an unknown type"
    return "of an unknown type" if "\0" in text else "plain text"
