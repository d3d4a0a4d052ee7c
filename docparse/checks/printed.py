"""What a block says that the page prints: the part of it that a witness can confirm."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from docparse.schemas.document import (
    Block,
    Chart,
    Chemistry,
    Code,
    Formula,
    Image,
    ListBlock,
    Music,
    Table,
)  # fmt: skip

_COMMAND = re.compile(r"\\[A-Za-z]+|\\.")
_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_WORD = re.compile(r"[\W_]+")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_SIGNS = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN_OR_SIGN = re.compile(rf"\d+|[{_SIGNS}]|[^\W\d_{_SIGNS}]+")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum() and code != 10)
_NOT_WORD_NOR_BREAK = re.compile(r"[^\w\n]+|_+")


class Printed(NamedTuple):
    """`text` must stand on the page, all of it where `whole`; where not, the page may print more in its box.

    `loose` text holds maths: its letters are written as TeX and only its numbers can be compared.
    """

    text: str
    whole: bool = True
    loose: bool = False


def printed(block: Block) -> Printed:
    """The text of a block as the page prints it; descriptions written by a model are left out."""
    match block:
        case ListBlock():
            return _maths("\n".join(f"{item.marker} {item.text}" for item in block.items))
        case Table():
            return _maths("\n".join(cell.text for cell in block.cells))
        case Image():
            return Printed(block.ocr, whole=False)
        case Chart():
            return Printed(block.text, whole=False)
        case Music() | Chemistry():
            return Printed("", whole=False)
        case Code():
            return Printed(block.text)  # its dollar signs are those of variables
        case Formula():
            if block.latex:
                return Printed(_numbers_of(block.latex), whole=False, loose=True)
            return Printed(block.text, whole=False)
        case _:
            marker = getattr(block, "marker", "")
            return _maths(f"{marker} {block.text}" if marker else block.text)


def _maths(text: str) -> Printed:
    """Running text may hold `$…$`: of the maths in it only the numbers can be compared."""
    if "$" not in text or text.count("$") < 2:
        return Printed(text)
    pieces = text.split("$")
    loose = any("\\" in piece for piece in pieces[1::2])
    pieces[1::2] = [_numbers_of(piece) if "\\" in piece else piece for piece in pieces[1::2]]
    return Printed(" ".join(pieces) if loose else text, loose=loose)


def _numbers_of(latex: str) -> str:
    return _LETTERS.sub(" ", _COMMAND.sub(" ", latex))


def squeeze(text: str) -> str:
    """Letters and digits alone, in one case and form: what survives any engine's spacing and punctuation."""
    return _NOT_WORD.sub("", _plain(text))


def squeeze_all(texts: list[str]) -> list[str]:
    """`squeeze` of many texts at once."""
    joined = _plain("\n".join([text if "\n" not in text else text.replace("\n", " ") for text in texts]))
    if joined.isascii():
        return joined.encode().translate(None, _ASCII_SIGNS).decode().split("\n") if texts else []
    return _NOT_WORD_NOR_BREAK.sub("", joined).split("\n") if texts else []


def tokens(text: str) -> list[str]:
    """Runs of letters or digits, in one case and form; in Chinese and Japanese, which have no blanks, single signs."""
    plain = _plain(text)
    return _RUN.findall(plain) if plain.isascii() else _RUN_OR_SIGN.findall(plain)


def _plain(text: str) -> str:
    text = text.casefold()
    return text if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
