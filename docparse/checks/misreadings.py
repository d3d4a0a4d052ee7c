"""Small misreadings of OCR: when it is the witness, its own slips are no fault of the model that it is asked about.

What a block has and its page lacks, and the other way round, is paired by likeness: "harb0ur" for "harbour" is OCR's
doing. A number is a number: one that differs counts against the model, unless OCR was not sure of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from docparse.checks.agreement import Agreement, BlockMatch
from docparse.checks.printed import printed, tokens
from docparse.checks.turn import runs_sideways
from docparse.checks.witness import Witness
from docparse.schemas.document import Block

_MOST = 300  # left-over tokens of a side that are paired; more is another page
_SURE = 0.9  # confidence from which on a number of OCR's counts
_UNSURE = 0.75  # below, its word may be any other of about that length: one in another script, say
_LONGEST = 200  # signs of a token: scripts without blanks have long ones
_AGAIN = 3
_FIRST_SIGN = "\u2e80"  # scripts that are compared sign by sign
_DIGIT, _DIGITS = re.compile(r"\d"), re.compile(r"\d+")
_LEAST_LINE = 3  # letters and digits of a line that counts; of a number (of a page), one
_VERY_SURE = 0.97
_FOLD = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "6": "b", "9": "g", "2": "z", "ı": "l"})


def forgive(agreement: Agreement, blocks: Sequence[Block], witness: Witness) -> None:
    """Take off what OCR can't judge (text in graphics, text that runs up the page) and like tokens on both sides."""
    for block, match in zip(blocks, agreement.blocks, strict=True):
        sideways = runs_sideways(block)
        if sideways or (match.extra and not printed(block).whole):
            match.extra, match.vouched = [], False
        if sideways:
            match.missing = []
    _forgive_rules(blocks, agreement)
    if len(agreement.extra) > _MOST or len(agreement.missing) > _MOST:
        return
    sure = _confidence(witness)
    for match in agreement.blocks:
        _pair_signs(match)
        for pool in _pools(agreement, match):
            _pair(match.extra, pool, sure)


def _forgive_rules(blocks: Sequence[Block], agreement: Agreement) -> None:
    """Rules, bars and frames that OCR took for a digit 1 before or after a number, where it did so again and again."""
    found: list[tuple[BlockMatch, str, str]] = []
    for block, match in zip(blocks, agreement.blocks, strict=True):
        said = set(tokens(printed(block).text)) if match.missing else set()
        for token in match.missing:
            plain = next((part for part in (token[1:], token[:-1]) if part in said), "") if token.isdigit() else ""
            if plain and f"1{plain}1".count(token) and len(plain) > 1:
                found.append((match, token, plain))
    if len(found) < _AGAIN:
        return
    for match, token, plain in found:
        match.missing.remove(token)
        if plain in match.extra:
            match.extra.remove(plain)


def _pools(agreement: Agreement, match: BlockMatch) -> Iterator[list[str]]:
    """Where the page's word for a token of a block may be: in its own box, beside all boxes, in another box."""
    yield match.missing
    yield match.optional
    yield agreement.outside
    for other in agreement.blocks:
        if other is not match and match.extra:
            yield other.missing


def _pair(extra: list[str], missing: list[str], sure: dict[str, float]) -> None:
    for token in list(extra):
        like = next((other for other in missing if _alike(token, other, sure)), None)
        if like is not None:
            extra.remove(token)
            missing.remove(like)


def _pair_signs(match: BlockMatch) -> None:
    """A quarter of a word may differ; in Chinese and Japanese, read sign by sign, a quarter of the block."""
    ours, theirs = ([token for token in side if _is_sign(token)] for side in (match.extra, match.missing))
    count = min(len(ours), len(theirs))
    if count <= match.size // 4:
        for token in ours[:count]:
            match.extra.remove(token)
        for token in theirs[:count]:
            match.missing.remove(token)


def _is_sign(token: str) -> bool:
    return len(token) == 1 and token >= _FIRST_SIGN


def _alike(ours: str, theirs: str, sure: dict[str, float]) -> bool:
    if abs(len(ours) - len(theirs)) > max(2, len(ours) // 20) or max(len(ours), len(theirs)) > _LONGEST:
        return False
    a, b = (_bare(text).replace("rn", "m").replace("cl", "d").translate(_FOLD) for text in (ours, theirs))
    if (a == b and not (ours.isdigit() and theirs.isdigit())) or theirs == _without_accented(ours):
        return True
    if any(sign.isdigit() for sign in ours + theirs):
        return sure.get(theirs, 1.0) < _SURE and distance(ours, theirs, 1) <= 1
    if sure.get(theirs, 1.0) < _UNSURE:
        return True
    most = max(len(a), len(b)) // 4
    likely = most > 0 and (Counter(a) & Counter(b)).total() >= len(b) - most
    return likely and distance(a, b, most) <= most


def _bare(text: str) -> str:
    """Without accents, the first things that OCR loses."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return "".join([sign for sign in apart if not unicodedata.combining(sign)]).replace("đ", "d")


def _without_accented(text: str) -> str:
    """Without the letters that have accents; empty where none has."""
    if text.isascii():
        return ""
    return "".join([sign for sign in text if sign == _bare(sign)])


def _confidence(witness: Witness) -> dict[str, float]:
    """For every token of the witness the best confidence with which it was read."""
    found: dict[str, float] = {}
    for word in witness.words:
        for token in tokens(word.text):
            found[token] = max(found.get(token, 0.0), word.confidence)
    return found


def unsure_numbers(witness: Witness) -> set[str]:
    """Numbers of OCR's that are no proof where the output has no other in their place."""
    return {token for token, sure in _confidence(witness).items() if token.isdigit() and sure < _VERY_SURE}


def distance(a: str, b: str, most: int) -> int:
    """Edits from `a` to `b`; `most` + 1 for anything beyond `most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for place, sign in enumerate(a, 1):
        last, row[0] = row[0], place
        for at, other in enumerate(b, 1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (sign != other))
        if min(row) > most:
            return most + 1
    return row[-1]


def changed_numbers(agreement: Agreement, *, ocr: bool) -> list[str]:
    """Numbers that a block gives in place of another one on the page: "3rd" for "6rd" too.

    OCR loses and glues digits: where it is the witness, only a number as long as the other is put in its place.
    """
    digits = _DIGIT if ocr else _DIGITS
    found: list[str] = []
    for match in agreement.blocks:
        ours, theirs = (
            {token: digits.sub("0", token) for token in side if any(sign.isdigit() for sign in token)}
            for side in (match.extra, match.missing)
        )
        both = set(ours.values()) & set(theirs.values())
        found += [token for side in (ours, theirs) for token, shape in side.items() if shape in both]
    return found


def lost_lines(agreement: Agreement, witness: Witness) -> list[str]:
    """Lines that OCR read without doubt, and that stand in no block and nowhere in the output."""
    beside, missing = set(agreement.beside), Counter(agreement.outside)
    lines: dict[int, list[int]] = {}
    for place, word in enumerate(witness.words):
        lines.setdefault(word.line, []).append(place)
    found = []
    for places in lines.values():
        words = [witness.words[place] for place in places]
        said = [token for word in words for token in tokens(word.text)]
        least, sure = (1, _VERY_SURE) if all(token.isdigit() for token in said) else (_LEAST_LINE, _SURE)
        clear = min(word.confidence for word in words) >= sure and sum(map(len, said)) >= least
        if clear and beside.issuperset(places) and not Counter(said) - missing:
            found.append(" ".join(word.text for word in words))
    return found
