"""Tokens as bytes: pieces of text as they come, and where each token starts in the finished text."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Sequence
from typing import Any


def _byte_table() -> dict[str, int]:
    """The printable stand-ins that byte-level BPE writes for bytes (GPT-2's table), reversed."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + place): byte for place, byte in enumerate(others)}


class Vocabulary:
    """Wraps a byte-level BPE tokenizer. Special tokens have no text."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._table = _byte_table()
        added = tokenizer.added_tokens_decoder.items()
        self._special = frozenset(tokenizer.all_special_ids) | {number for number, token in added if token.special}
        self._known: dict[int, bytes] = {}
        self._ids: dict[str, int] | None = None
        self._lock = threading.Lock()

    def bytes_of(self, token: int) -> bytes:
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = self._look_up(token)
        return found

    def _look_up(self, token: int) -> bytes:
        if token in self._special:
            return b""
        text = self.tokenizer.convert_ids_to_tokens(token)
        if text is None:
            return b""  # rows that pad the embedding beyond the vocabulary
        try:
            return bytes(self._table[char] for char in text)
        except KeyError:  # an added token, which stands for itself
            return str(text).encode()

    def bare(self, token: int) -> int | None:
        """The token of the same text without its leading blank, if the vocabulary has one."""
        text = self.tokenizer.convert_ids_to_tokens(token)
        if not isinstance(text, str) or not text.startswith("Ġ") or len(text) == 1:
            return token
        if self._ids is None:
            self._ids = self.tokenizer.get_vocab()
        return self._ids.get(text[1:])

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text, no special tokens added or recognised."""
        with self._lock:  # tokenizers of transformers set their state on every call
            ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        return ids

    def text(self, tokens: Sequence[int]) -> tuple[str, list[int]]:
        """(text, start of each token in it, in characters). Bytes that are no UTF-8 become U+FFFD.

        A token that begins inside a character counts from that character's start.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        parts: list[str] = []
        places: list[int] = []
        at = 0
        for token in tokens:
            places.append(at)
            parts.append(decoder.decode(self.bytes_of(token)))
            at += len(parts[-1])
        parts.append(decoder.decode(b"", final=True))
        return "".join(parts), places
