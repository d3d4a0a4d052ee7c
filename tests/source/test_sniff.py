"""Magic bytes decide the type; the name is never believed."""

import pytest

from docparse.errors import EmptyInput, UnsupportedType
from docparse.source.sniff import media_type


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
        (b"junk " * 200 + b"%PDF-1.4", "application/pdf"),
        (b"\0junk" * 400 + b"%PDF-1.4", "application/pdf"),
        (b"1 0 obj\n<</Type/Catalog>>\nendobj", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"BM\0\0\0\0\0\0\0\0" + bytes(20), "image/bmp"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ],
)
def test_readable_types(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\n <html><body>%!", "HTML"),
        (b'<?xml version="1.0"?><svg/>', "SVG"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (b"PK\x03\x04....word/document.xml", "Word"),
        (b"PK\x03\x04....xl/workbook.xml", "Excel"),
        (b"PK\x03\x04....other", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"just some words", "plain text"),
        (b"\0\1\2\3\xff", "unknown"),
    ],
)
def test_other_files_are_named(head: bytes, what: str) -> None:
    with pytest.raises(UnsupportedType, match=what) as caught:
        media_type(head, name="report.pdf")
    assert "report.pdf" in str(caught.value)


def test_nothing_at_all() -> None:
    with pytest.raises(EmptyInput, match=r"x\.pdf is empty"):
        media_type(b"", name="x.pdf")
