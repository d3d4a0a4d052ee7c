"""Small misreadings are put right after the text layer, big differences are not, and the model's text is kept."""

from __future__ import annotations

from docparse.checks.correct import correct_blocks
from docparse.checks.witness import Witness, find_witness
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.document import Block, Cell, Heading, ListBlock, ListItem, Paragraph, Table
from docparse.schemas.page import PageImage, PageOutput, TextLayer, TextQuality, Word

PRINTED = "The harbour of the old town was rebuilt in 1874 after the flood, (so they say)"
BOX: Box = (40, 40, 560, 62)


def image_of(text: str, quality: TextQuality = TextQuality.SOUND) -> PageImage:
    words, x = [], 40.0
    for piece in text.split():
        words.append(Word(piece, (x, 45.0, x + 5 * len(piece), 57.0)))
        x += 5 * len(piece) + 4
    return PageImage(1, 560, 840, 600.0, 900.0, text=TextLayer(tuple(words), quality))


def witness_of(text: str) -> Witness:
    witness = find_witness(image_of(text), PageOutput("", "qwen"))
    assert witness is not None
    return witness


def corrected(text: str, printed: str = PRINTED) -> Paragraph:
    block = Paragraph(text=text, bbox=BOX, source="qwen")
    correct_blocks([block], witness_of(printed))
    return block


def test_misread_words_and_numbers_are_corrected_and_kept() -> None:
    said = "The harbonr of the old town was rebuilt in 1814 after the f1ood, (so they say)"
    block = corrected(said)
    assert block.text == PRINTED
    assert block.source == "text_layer"
    assert block.original == said
    assert block.flags == ["corrected"]
    assert [(c.name, c.outcome) for c in block.checks] == [("corrected", "repaired")]
    assert block.checks[0].detail == "harbonr → harbour; 1814 → 1874; f1ood, → flood,"


def test_punctuation_markup_and_line_breaks_of_the_model_stay() -> None:
    said = "The **harbonr** of the old town was\nrebuilt in 1874, after the flood; (so they say)"
    assert corrected(said).text == said.replace("harbonr", "harbour")


def test_what_agrees_is_left_alone() -> None:
    block = corrected(PRINTED)
    assert (block.text, block.source, block.original, block.flags, block.checks) == (PRINTED, "qwen", None, [], [])


def test_other_words_missing_words_and_other_blocks_are_not_touched() -> None:
    for said in (
        PRINTED.replace("flood", "earthquake"),
        PRINTED.replace("the old town ", ""),
        "A text about quite another matter in 1874 that the page does not have",
    ):
        block = corrected(said)
        assert (block.text, block.source) == (said, "qwen")


def test_maths_is_never_rewritten() -> None:
    said = PRINTED.replace("1874", "$1847$")
    assert corrected(said).text == said


def test_cells_and_items_are_corrected_one_by_one() -> None:
    table = Table(
        rows=1, cols=4, bbox=BOX, source="qwen",
        cells=[Cell(row=0, col=c, text=text) for c, text in enumerate(["Name", "Annna", "Age", "1874"])],
    )  # fmt: skip
    items = ListBlock(items=[ListItem(text="Name Annna"), ListItem(text="Age 1874")], bbox=BOX, source="qwen")
    blocks: list[Block] = [table]
    assert correct_blocks(blocks, witness_of("Name Anna Age 1874")) == 1
    assert [cell.text for cell in table.cells] == ["Name", "Anna", "Age", "1874"]
    assert correct_blocks([items], witness_of("Name Anna Age 1874")) == 1
    assert [item.text for item in items.items] == ["Name Anna", "Age 1874"]


def test_only_a_sound_layer_corrects_only_a_model_and_only_if_asked() -> None:
    html = f'<h1 data-bbox="37 40 520 60">{PRINTED.replace("1874", "1814")}</h1>'

    def read(engine: str, quality: TextQuality = TextQuality.SOUND, *, correct: bool = True) -> Heading:
        output = PageOutput(html, engine)
        draft = read_output(image_of(PRINTED, quality), output, ParseOptions(correct=correct))
        block = draft.page.blocks[0]
        assert isinstance(block, Heading)
        return block

    assert read("qwen").text == PRINTED
    assert read("remote").text == PRINTED
    assert "1814" in read("qwen", correct=False).text
    assert "1814" in read("embedded").text
    assert "1814" in read("qwen", TextQuality.GARBLED).text
