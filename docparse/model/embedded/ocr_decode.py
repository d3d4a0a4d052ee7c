"""From what the recognising network says of a strip to characters (CTC: best class of each column).

The network's last layer weighs 18,710 characters in every column, a third of its time, and nearly all pages use a few
hundred. So that layer runs here: over all characters for the first strips of a page, then over Latin alone, and over
all again for the columns in which no Latin character is likely.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.inference import Model

_SURE_COLUMNS = 500  # columns looked at in full before a page counts as Latin
_OTHERS_SHARE = 0.005  # of the columns: a stray symbol or two
_SURE_SCORE = 0.9  # then only columns in which no Latin character is as likely
_CHUNK = 64  # columns at a time
_LATIN = (
    "LATIN",
    "DIGIT",
    "BULLET",
    "EURO",
    "POUND",
    "YEN",
    "SECTION",
    "COPYRIGHT",
    "REGISTERED",
    "DEGREE",
    "EN",
    "EM",
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters of one strip, the column in which each stands, and how sure the network is of each."""

    text: tuple[str, ...]
    columns: NDArray[np.intp]
    scores: NDArray[np.float32]


class Decoder:
    """Decodes the strips of one page."""

    def __init__(self, model: Model) -> None:
        self._characters = ("", *model.characters, " ")
        self._model = model
        self._seen = 0
        self._others = 0
        self._latin = _latin_places(model.characters)
        if model.head is not None:
            weights, bias = model.head
            self._head = _Head(weights, bias)
            self._latin_head = _Head(np.ascontiguousarray(weights[:, self._latin]), bias[self._latin])

    def decode(self, output: NDArray[np.float32]) -> Decoded:
        """`output`: (columns, features) of one strip, or (columns, characters) where the network kept its head."""
        return self.decode_all([output])[0]

    def decode_all(self, outputs: Sequence[NDArray[np.float32]]) -> list[Decoded]:
        """Strips in the order in which they teach what the page's script is."""
        latin: list[Decoded | None] = []
        decoded: list[Decoded] = []
        for place, output in enumerate(outputs):
            if self._is_latin_page() and not latin:
                latin = [*([None] * place), *self._latin_readings(outputs[place:])]
            known = latin[place] if latin and self._is_latin_page() else None
            decoded.append(known or self._decoded(output))
        return decoded

    def _is_latin_page(self) -> bool:
        if self._model.head is None:
            return False
        return self._seen >= _SURE_COLUMNS and self._others <= _OTHERS_SHARE * self._seen

    def _latin_readings(self, outputs: Sequence[NDArray[np.float32]]) -> list[Decoded | None]:
        """Every strip in Latin characters; None where others are likelier in a column that is not sure.

        The doubtful columns of all strips are looked at together: one of them takes as long as some dozen.
        """
        read = [self._latin_head.scored(output, blanks=True) for output in outputs]
        doubtful = [output[score < _SURE_SCORE] for output, (_, score) in zip(outputs, read, strict=True)]
        columns = np.concatenate(doubtful)
        foreign = ~np.isin(self._head.best(columns), self._latin) if len(columns) else np.zeros(0, np.bool_)
        parts = np.split(foreign, np.cumsum([len(part) for part in doubtful])[:-1])
        return [
            None if part.any() else self._collapse(self._latin[best], score)
            for (best, score), part in zip(read, parts, strict=True)
        ]

    def _decoded(self, output: NDArray[np.float32]) -> Decoded:
        """One strip over all characters."""
        if self._model.head is None:
            best = output.argmax(axis=1)
            return self._collapse(best, output[np.arange(len(best)), best])
        best, score = self._head.scored(output)
        self._seen += len(best)
        self._others += int(np.count_nonzero(~np.isin(best, self._latin)))
        return self._collapse(best, score)

    def _collapse(self, best: NDArray[np.intp], score: NDArray[np.float32]) -> Decoded:
        """Repeats and blanks (class 0) dropped."""
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        at = np.flatnonzero(kept)
        return Decoded(tuple(self._characters[i] for i in best[at]), at, score[at])


class _Head:
    """The network's last layer over some of its classes, with one buffer for all chunks: a new one for each costs more
    in page faults than the product."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._weights, self._bias = weights, bias
        self._buffer = np.empty((_CHUNK, len(bias)), np.float32)

    def best(self, features: NDArray[np.float32]) -> NDArray[np.intp]:
        """Best class of each row."""
        return np.concatenate([logits.argmax(axis=1) for logits in self._chunks(features)])

    def scored(
        self, features: NDArray[np.float32], *, blanks: bool = False
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Best class of each row and its softmax score, which is 1 for blanks (class 0) if theirs are not wanted."""
        best: list[NDArray[np.intp]] = []
        scores: list[NDArray[np.float32]] = []
        for logits in self._chunks(features):
            rows = logits.argmax(axis=1)
            at = np.arange(len(rows)) if blanks else np.flatnonzero(rows)
            spread = logits[at]
            spread -= spread[np.arange(len(at)), rows[at]][:, None]
            score = np.ones(len(rows), np.float32)
            score[at] = 1 / np.exp(spread, out=spread).sum(axis=1)
            best.append(rows)
            scores.append(score)
        return np.concatenate(best), np.concatenate(scores)

    def _chunks(self, features: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """What the layer says of some rows after the other; each holds until the next one."""
        for start in range(0, len(features), _CHUNK):
            rows = features[start : start + _CHUNK]
            logits = np.matmul(rows, self._weights, out=self._buffer[: len(rows)])
            logits += self._bias
            yield logits


@functools.cache
def _latin_places(characters: tuple[str, ...]) -> NDArray[np.intp]:
    """Which of the network's classes are no character (the first) or Latin ones; a blank is the last."""
    return np.array([0, *(i for i, char in enumerate((*characters, " "), 1) if _is_latin(char))], np.intp)


def _is_latin(char: str) -> bool:
    if ord(char[0]) < 0x2000:
        return ord(char[0]) < 0x370
    return unicodedata.name(char[0], "").split(" ")[0] in _LATIN or 0x2010 <= ord(char[0]) <= 0x2044
