"""Single blocks in every format; PDFs drawn in a child process."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from export_documents import document

from docparse.checks import music
from docparse.errors import DocparseError, MissingDependency
from docparse.export import read_images, write_images
from docparse.export.block import MEDIA_TYPES, BlockFormat, NotOfThisKind, export_block
from docparse.export.guarded import pdf_in_child
from docparse.export.latex import block_latex, escape_latex
from docparse.schemas.document import (
    Block,
    Cell,
    Chart,
    Chemistry,
    Code,
    Crop,
    Formula,
    Heading,
    Image,
    ListBlock,
    ListItem,
    Music,
    Paragraph,
    Table,
)
from docparse.settings import Settings

TABLE = Table(
    rows=2, cols=3, bbox=(0, 0, 9, 9),
    cells=[
        Cell(row=0, col=0, rowspan=2, text="50 % & more", header=True), Cell(row=0, col=1, colspan=2, text="wide"),
        Cell(row=1, col=1, text="a"), Cell(row=1, col=2, text="=b"),
    ],
)  # fmt: skip


def exported(block: Block, format: BlockFormat) -> str:
    made = document([block])
    return export_block(made, made.pages[0], made.pages[0].blocks[0], format).decode()


def test_every_kind_has_the_formats_of_text() -> None:
    blocks: list[Block] = [
        Heading(text="x"), Paragraph(text="x"), TABLE, ListBlock(items=[ListItem(text="x")]), Chart(data=[["x", "y"]]),
        Formula(latex="x"), Image(caption="x"), Music(abc="x"), Chemistry(smiles="x"), Code(text="x"),
    ]  # fmt: skip
    for block in blocks:
        for format in ("json", "html", "md", "txt", "latex"):
            assert exported(block, format), (block.kind, format)  # type: ignore[arg-type]
    assert set(MEDIA_TYPES) == {
        "json",
        "html",
        "md",
        "txt",
        "latex",
        "csv",
        "xlsx",
        "mathml",
        "svg",
        "musicxml",
        "midi",
    }


def test_table() -> None:
    assert exported(TABLE, "csv") == "50 % & more,wide,\r\n,a,'=b\r\n"
    assert exported(TABLE, "html").startswith("<table id=")
    assert exported(TABLE, "html").endswith("</table>")
    assert exported(TABLE, "latex").splitlines() == [
        r"\begin{tabular}{|l|l|l|}", r"\hline",
        r"\multirow{2}{*}{\textbf{50 \% \& more}} & \multicolumn{2}{|l|}{wide} \\", r"\hline",
        r" & a & =b \\", r"\hline", r"\end{tabular}",
    ]  # fmt: skip


def test_latex_of_other_kinds() -> None:
    assert block_latex(Heading(text="A & B", level=2)) == r"\subsection{A \& B}"
    assert block_latex(Formula(latex=r"\frac{a}{b}")) == "\\[\n\\frac{a}{b}\n\\]"
    nested = ListBlock(items=[ListItem(text="one"), ListItem(text="two_", level=2), ListItem(text="three")])
    assert block_latex(nested).split() == [
        r"\begin{itemize}", r"\item", "one", r"\begin{itemize}", r"\item", r"two\_", r"\end{itemize}", r"\item",
        "three", r"\end{itemize}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("100 % of $x^2$ & {more}", r"100 \% of $x^2$ \& \{more\}"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("5 $ and 6 €", r"5 \$ and 6 €"),
        ("~^#_<>", r"\textasciitilde{}\textasciicircum{}\#\_\textless{}\textgreater{}"),
    ],
)
def test_text_is_no_command(text: str, latex: str) -> None:
    assert escape_latex(text) == latex


def test_music_as_musicxml_and_midi(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("music21")
    made = document([Music(abc="X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|"), Music(abc="no tune"), TABLE])
    page = made.pages[0]
    assert b"<score-partwise" in export_block(made, page, page.blocks[0], "musicxml")
    assert export_block(made, page, page.blocks[0], "midi").startswith(b"MThd")
    for block in page.blocks[1:]:
        with pytest.raises(NotOfThisKind):
            export_block(made, page, block, "midi")
    monkeypatch.setattr(music, "available", bool)
    with pytest.raises(MissingDependency):
        export_block(made, page, page.blocks[0], "midi")


def test_molecule_and_formula() -> None:
    pytest.importorskip("rdkit")
    pytest.importorskip("latex2mathml")
    svg = exported(Chemistry(smiles="CCO"), "svg")
    assert "<svg" in svg
    assert "<script" not in svg
    assert "mfrac" in exported(Formula(latex=r"\frac{a}{b}"), "mathml")
    for block, format in (
        (Chemistry(smiles="C(("), "svg"), (Chemistry(), "svg"), (Paragraph(text="x"), "svg"),
        (Formula(text="x"), "mathml"), (Formula(latex=r"\begin{a}"), "mathml"), (Paragraph(text="x"), "csv"),
        (Image(), "xlsx"),
    ):  # fmt: skip
        with pytest.raises(NotOfThisKind):
            exported(block, format)  # type: ignore[arg-type]


def test_pictures_there_and_back(tmp_path: Path) -> None:
    made = document([Image(crop=Crop(width=1, height=1, data=b"png")), Paragraph(text="x")])
    written = write_images(made, tmp_path / "a b.images", prefix="a%20b.images")
    assert written.pages[0].blocks[0].crop.data is None  # type: ignore[union-attr]
    assert read_images(written, tmp_path) == made
    for href in ("../secret.png", "/etc/hostname", "a%20b.images/%2e%2e/%2e%2e/x", "none.png"):
        (tmp_path / "sub").mkdir(exist_ok=True)
        (tmp_path / "secret.png").write_bytes(b"secret")
        away = document([Image(crop=Crop(width=1, height=1, href=href))])
        assert read_images(away, tmp_path / "sub") == away


def make_pdf(path: Path, **save: object) -> Path:
    with pymupdf.open() as pdf:
        pdf.new_page(width=595, height=842).insert_text((50, 50), "Text of the page.")
        pdf.save(path, **save)
    return path


def test_pdf_in_a_child(tmp_path: Path) -> None:
    made = document([Paragraph(text="Recognised words.", bbox=(50, 100, 300, 130))])
    original = make_pdf(tmp_path / "a.pdf")
    for kind in ("overlay", "searchable"):
        data = pdf_in_child(kind, made, original, Settings())  # type: ignore[arg-type]
        with pymupdf.open(stream=data) as pdf:
            assert "Text of the page." in pdf[0].get_text()
            assert ("Recognised words." in pdf[0].get_text()) == (kind == "searchable")


def test_pdf_of_a_file_that_is_locked_or_broken(tmp_path: Path) -> None:
    made = document([Paragraph(text="x", bbox=(50, 100, 300, 130))])
    locked = make_pdf(tmp_path / "l.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="x")
    assert pdf_in_child("overlay", made, locked, Settings(), password="x").startswith(b"%PDF")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\nnothing else")
    for path in (locked, tmp_path / "b.pdf"):
        with pytest.raises(DocparseError) as raised:
            pdf_in_child("overlay", made, path, Settings())
        assert raised.value.http_status == 422
