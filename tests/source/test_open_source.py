"""`open_source`: what it opens, what it refuses and how."""

import hashlib
import io
import time
from pathlib import Path

import made_sources as made
import pymupdf
import pytest

from docparse.errors import (
    DamagedFile,
    DocparseError,
    EmptyInput,
    EncryptedFile,
    FileMissing,
    InputError,
    LimitExceeded,
    PageRangeInvalid,
    UnsupportedType,
    WrongPassword,
)
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings
from docparse.source.guard import Reading
from docparse.source.protocol import Request


def words(page: PageImage | DocparseError) -> str:
    assert isinstance(page, PageImage), page
    return " ".join(word.text for word in page.text.words)


def test_facts_of_a_file(tmp_path: Path) -> None:
    document = pymupdf.open(stream=made.text_pdf("one", "two"))
    document.set_metadata({"title": "A title"})
    document.set_toc([[1, "First", 1], [2, "Second", 2]])
    document.embfile_add("factur-x.xml", b"<x/>", filename="factur-x.xml")
    path = tmp_path / "paper.pdf"
    path.write_bytes(document.tobytes())
    with made.opened(path) as source:
        info = source.info
        assert (info.name, info.media_type, info.pages) == ("paper.pdf", "application/pdf", 2)
        assert info.bytes == path.stat().st_size
        assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert info.metadata["title"] == "A title"
        assert source.outline == [(1, "First", 1), (2, "Second", 2)]
        assert source.attachments() == {"factur-x.xml": b"<x/>"}
        assert source.numbers == [1, 2]
        assert source.flags == ()


@pytest.mark.parametrize("wrap", [bytes, io.BytesIO])
def test_bytes_and_streams(wrap: type) -> None:
    with made.opened(wrap(made.text_pdf("hello there"))) as source:
        assert words(source.page(1, made.NO_PIXELS)) == "hello there"


def test_pages_come_in_the_order_asked_for() -> None:
    texts = [f"page{number}" for number in range(1, 10)]
    for jobs in (1, 3):
        with made.opened(made.text_pdf(*texts), pages="7-end,2,1") as source:
            assert source.numbers == [7, 8, 9, 2, 1]
            assert [words(page) for page in source.pages(made.NO_PIXELS, jobs)] == [f"page{n}" for n in source.numbers]


@pytest.mark.parametrize(("cores", "read"), [(1, [1, 2, 3]), (2, [2, 3, 3])])
def test_pages_are_read_ahead_where_there_is_a_core_for_it(
    cores: int, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = Reading.ask

    def noted(reading: Reading, request: Request) -> object:
        asked.append(1)
        return ask(reading, request)

    monkeypatch.setattr("docparse.source.opening.cores", lambda: cores)
    monkeypatch.setattr(Reading, "ask", noted)
    with made.opened(made.text_pdf("one", "two", "three")) as source:
        counts = []
        for _ in source.pages(made.NO_PIXELS, 1):
            time.sleep(0.2)  # what is read ahead is asked for by another thread
            counts.append(len(asked))
    assert counts == read


@pytest.mark.parametrize("cores", [1, 2])
def test_leaving_the_pages_early(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docparse.source.opening.cores", lambda: cores)
    with made.opened(made.text_pdf(*["text"] * 20)) as source:
        pages = source.pages(PixelBudget())
        assert words(next(pages)) == "text"
        pages.close()
        assert words(source.page(20, made.NO_PIXELS)) == "text"


def test_pixels_are_multiples_of_28_within_the_budget() -> None:
    page = made.first_page(made.text_pdf("hello"), PixelBudget(max_pixels=500 * 784))
    assert page.pixels is not None
    assert page.pixels.shape == (page.height_px, page.width_px, 3)
    assert page.width_px % 28 == page.height_px % 28 == 0
    assert 0.8 * 500 * 784 < page.width_px * page.height_px <= 500 * 784
    assert page.pixels.min() < 100
    assert page.pixels.max() == 255


def test_no_pixels_when_none_are_wanted() -> None:
    assert made.first_page(made.text_pdf("hello")).pixels is None
    assert made.first_page(made.raw_pdf()).pixels is not None  # no text layer: pixels are all there is


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="does not exist"):
        made.opened(tmp_path / "none.pdf")
    with pytest.raises(InputError, match="folder"):
        made.opened(tmp_path)
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(EmptyInput):
        made.opened(tmp_path / "empty.pdf")
    with pytest.raises(UnsupportedType, match="HTML"):
        made.opened(b"<html>hi</html>")


def test_page_range_beyond_the_end() -> None:
    with pytest.raises(PageRangeInvalid, match="the file has 1 page"):
        made.opened(made.text_pdf("one"), pages="2")


def test_passwords() -> None:
    lock = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "owner"}
    locked = made.text_pdf("secret", user_pw="user", **lock)
    with pytest.raises(EncryptedFile, match="needs a password") as caught:
        made.opened(locked)
    assert not isinstance(caught.value, WrongPassword)
    with pytest.raises(WrongPassword):
        made.opened(locked, password="guess")
    for password in ("user", "owner"):
        with made.opened(locked, password=password) as source:
            assert words(source.page(1, made.NO_PIXELS)) == "secret"
            assert "encrypted" in source.flags
    accented = made.text_pdf("secret", user_pw="Ia", **lock)
    with made.opened(accented, password="I\u00adª") as source:  # the same after SASLprep
        assert source.info.pages == 1
    with made.opened(made.text_pdf("open to all", **lock)) as source:
        assert words(source.page(1, made.NO_PIXELS)) == "open to all"


def test_limits_name_themselves_at_once() -> None:
    many = made.raw_pdf(
        pages=b"<</Type/Pages/Kids[" + b"3 0 R " * 100_000 + b"]/Count 100000>>", more=(b"null",) * 100_000
    )
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match="max_pages"):
        made.opened(many)
    assert time.monotonic() - start < 2
    with pytest.raises(LimitExceeded, match="max_file_mb"):
        made.opened(bytes(2 << 20), Settings(max_file_mb=1))
    with pytest.raises(LimitExceeded, match="max_page_points"):
        made.first_page(made.raw_pdf(page=b"/MediaBox[0 0 1000000 1000000]"))
    with pytest.raises(LimitExceeded, match="max_page_points"):
        made.first_page(made.raw_pdf(page=b"/MediaBox[0 0 612 792]/UserUnit 75000"))
    with pytest.raises(LimitExceeded, match="200 times"):
        made.first_page(made.raw_pdf(page=b"/MediaBox[0 0 10000 20]"))
    size = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8"
    huge = (made.stream(b"", size),)
    with pytest.raises(LimitExceeded, match="max_image_mpx"):
        made.first_page(made.raw_pdf(b"612 0 0 792 0 0 cm /I Do", resources=b"<</XObject<</I 5 0 R>>>>", more=huge))


@pytest.mark.parametrize("box", [b"[100 100 -500 -900]", b"[0 0 1e30 1e30]", b"[0 0 0 0]", b"[a b]"])
def test_odd_page_boxes_give_a_page(box: bytes) -> None:
    page = made.first_page(made.raw_pdf(page=b"/MediaBox" + box))
    assert page.width > 0
    assert page.height > 0


def test_damaged_files() -> None:
    for data in (b"%PDF-1.7\n" + bytes(range(256)) * 40, made.text_pdf("x")[:150]):
        with pytest.raises(DamagedFile):
            made.opened(data)
    loop = made.raw_pdf(pages=b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>")
    with made.opened(loop) as source:
        outcomes = list(source.pages(made.NO_PIXELS))
        assert len(outcomes) == source.info.pages
        assert any(isinstance(outcome, DamagedFile) for outcome in outcomes)
    with pytest.raises(DamagedFile):
        made.opened(made.raw_pdf(pages=b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"))


def test_broken_xref_is_repaired_and_said() -> None:
    data = made.text_pdf("still here")
    with made.opened(data[: data.rindex(b"xref") - 10]) as source:
        assert "repaired" in source.flags
        assert words(source.page(1, made.NO_PIXELS)) == "still here"


def test_truncated_file_gives_the_pages_that_are_left() -> None:
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    data = made.raw_pdf(b"BT /F 12 Tf 50 700 Td (left over) Tj ET", resources=font)
    page = data.index(b"3 0 obj")
    cut = b"%PDF-1.7\n" + data[page : data.index(b"xref\n")]  # no catalog, no page tree, no trailer
    with made.opened(cut) as source:
        assert {"truncated", "repaired"} <= set(source.flags)
        assert words(source.page(1, made.NO_PIXELS)) == "left over"


def test_page_of_which_a_part_is_lost() -> None:
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    data = made.raw_pdf(b"BT /F 12 Tf 50 700 Td (still here) Tj ET", resources=font)
    data = data.replace(b"/Contents 4 0 R", b"/Contents[4 0 R 99 0 R]")  # 99 was in the part that is cut off
    page = made.first_page(data[: data.index(b"xref\n")])
    assert words(page) == "still here"
    assert "content_lost" in page.flags


def test_links() -> None:
    document = pymupdf.open(stream=made.text_pdf("one", "two"))
    document[0].insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(10, 20, 60, 40), "uri": "https://a.test/"})
    document[0].insert_link({"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(10, 50, 60, 70), "page": 1})
    uri, jump = made.first_page(document.tobytes()).links
    assert (uri.uri, uri.page) == ("https://a.test/", 0)
    assert [round(side) for side in uri.bbox] == [10, 20, 60, 40]
    assert (jump.uri, jump.page) == ("", 2)
