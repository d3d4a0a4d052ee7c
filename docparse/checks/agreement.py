"""Output against witness: which of the page's words are missing, which words of the output stand nowhere on the page.

Every block is compared with the words inside its box. What is left over there is looked for on the whole page, then
explained by words that were joined or split; the rest is missing or invented.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from docparse.checks.printed import Printed, printed, squeeze, tokens
from docparse.checks.witness import Witness, owners
from docparse.geometry import inside_share
from docparse.schemas.document import Block
from docparse.schemas.page import PageImage

_EXPLAIN_AT_MOST = 400  # left-over tokens for which joins and splits are looked for; more is no matter of hyphens
_FEW_PIECES, _FEW_PARTS = 16, 4  # left-over tokens of a block that may be parts of one, and parts of a token
_ON_PICTURE = 0.7  # share of a block's box on a raster image, from which on the text layer can't vouch for it
_NUMBER = re.compile(r"\d+")
_WORD = 5  # letters from which on a token is a word and no symbols of a formula


@dataclass(slots=True)
class BlockMatch:
    """One block against the words in its box: tokens without counterpart, and how much was compared (characters).

    `optional` words stand in the box and need not be in the block (a figure's labels); `moved` of its `tokens` were
    found outside the box.
    """

    size: int = 0
    words: list[int] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list, repr=False)
    moved: int = 0
    tokens: int = 0
    vouched: bool = True

    @property
    def agreed(self) -> float:
        """Share of the block's characters that stand on the page, 0 to 1."""
        return 1.0 - min(1.0, sum(map(len, self.extra)) / self.size) if self.size else 1.0


@dataclass(slots=True)
class Agreement:
    """A page against its witness. Sizes are in characters (letters and digits); `blocks` pairs with the page's."""

    blocks: list[BlockMatch]
    outside: list[str]
    witness_size: int
    output_size: int
    beside: list[int] = field(default_factory=list, repr=False)  # words of the witness in no block's box

    @property
    def extra(self) -> list[str]:
        return [token for match in self.blocks for token in match.extra]

    @property
    def theirs(self) -> list[str]:
        """Words of the page without counterpart, those that need none among them."""
        return [*self.missing, *(token for match in self.blocks for token in match.optional)]

    @property
    def missing(self) -> list[str]:
        return [*self.outside, *(token for match in self.blocks for token in match.missing)]


def compare(blocks: Sequence[Block], witness: Witness, image: PageImage, *, reads_pictures: bool = False) -> Agreement:
    """Compare every block with the words of the page.

    `reads_pictures`: the engine may have read text in raster images, which a text layer does not hold.
    """
    said = [printed(block) for block in blocks]
    owner = owners(witness.words, [block.bbox for block in blocks], [not text.whole for text in said]).tolist()
    matches = [BlockMatch() for _ in blocks]
    outside: list[int] = []
    for word, place in enumerate(owner):
        (matches[place].words if place >= 0 else outside).append(word)
    blind = reads_pictures and witness.source == "text_layer"
    streams: list[str] = []
    for block, text, match in zip(blocks, said, matches, strict=True):
        streams.append(_match(text, match, witness))
        if blind and match.extra and _on_picture(block, image):
            match.extra, match.vouched = [], False
    lost = [token for word in outside for token in tokens(witness.words[word].text)]
    agreement = Agreement(matches, lost, sum(map(len, witness.plain)), sum(map(len, streams)), outside)
    for match in matches:
        _put_together(match.extra, [match.missing])
        _put_together(match.missing, [match.extra])
    ours = Counter(agreement.extra)
    changed = [(match, match.extra, match.missing) for match in matches if _changed_in_place(match, ours)]
    for match, _, _ in changed:
        match.extra, match.missing = [], []
    _cancel(agreement)
    _explain(agreement, "".join(witness.plain), "".join(streams))
    for match, extra, missing in changed:
        match.extra, match.missing = extra, missing
    return agreement


def _match(said: Printed, match: BlockMatch, witness: Witness) -> str:
    """Compare one block with the words in its box; returns its text in letters and digits alone."""
    plain = squeeze(said.text)
    match.size = len(plain)
    here = "".join([witness.plain[word] for word in match.words])
    if plain == here:
        return plain
    ours, theirs = Counter(tokens(said.text)), Counter(tokens(_join(witness, match.words)))
    match.tokens = ours.total()
    if _same_signs(plain, here, ours, theirs):
        return plain
    extra, missing = list((ours - theirs).elements()), list((theirs - ours).elements())
    if said.loose:
        _put_together(extra, [missing])
        extra, missing = _without_maths(extra, missing, here)
    match.extra = extra
    match.missing, match.optional = (missing, []) if said.whole else ([], missing)
    return plain


def _same_signs(plain: str, here: str, ours: Counter[str], theirs: Counter[str]) -> bool:
    """The same letters in another order (lines, columns, right to left), and the same numbers."""
    if len(plain) != len(here) or sorted(plain) != sorted(here):
        return False
    numbers, others = (
        sorted(number for token in side.elements() for number in _NUMBER.findall(token)) for side in (ours, theirs)
    )
    return numbers == others


def _without_maths(extra: list[str], missing: list[str], here: str) -> tuple[list[str], list[str]]:
    """Of text with maths in it: words the page lacks, digits it lacks; on the other side only long words."""
    pool = Counter(here)
    kept = []
    for token in extra:
        need = Counter(token)
        if not token.isdigit() or any(pool[sign] < count for sign, count in need.items()):
            kept.append(token)
    return kept, [token for token in missing if len(token) >= _WORD]


def _join(witness: Witness, words: Sequence[int]) -> str:
    parts = []
    for place in words:
        word = witness.words[place]
        parts.append(word.text)
        if word.space:
            parts.append(" ")
    return "".join(parts)


def _on_picture(block: Block, image: PageImage) -> bool:
    return block.bbox is not None and any(
        inside_share(block.bbox, picture.bbox) >= _ON_PICTURE for picture in image.pictures
    )


def _cancel(agreement: Agreement) -> None:
    """Text that stands on the page, though not in its block's box: neither missing nor invented."""
    both = Counter(agreement.extra) & Counter(agreement.theirs)
    if not both:
        return
    spare = Counter(both)
    for match in agreement.blocks:
        kept = _without(match.extra, spare)
        match.moved += len(match.extra) - len(kept)
        match.extra = kept
    spare = Counter(both)
    for match in agreement.blocks:
        match.missing, match.optional = _without(match.missing, spare), _without(match.optional, spare)
    agreement.outside = _without(agreement.outside, spare)


def _changed_in_place(match: BlockMatch, ours: Counter[str]) -> bool:
    """One number where its box has another as long, which no other block says; the page having it too is chance."""
    said = [token for token in match.extra if token.isdigit()]
    there = [token for token in match.missing if token.isdigit()]
    return len(said) == len(there) == 1 and len(said[0]) == len(there[0]) and not ours[there[0]]


def _without(items: list[str], spare: Counter[str]) -> list[str]:
    """The items that `spare` does not pay for."""
    kept = []
    for item in items:
        if spare[item] > 0:
            spare[item] -= 1
        else:
            kept.append(item)
    return kept


def _explain(agreement: Agreement, page: str, output: str) -> None:
    """Words joined or split (hyphenation, lost blanks): the same characters, standing in one run on the other side."""
    extra, missing = agreement.extra, agreement.theirs
    if not extra or not missing or len(extra) + len(missing) > _EXPLAIN_AT_MOST:
        return
    for match in agreement.blocks:
        _put_together(match.extra, [match.optional])
    for match in agreement.blocks:  # a sign that stands above the line, or a word half in another box
        others = (other.missing for other in agreement.blocks if other is not match)
        _put_together(match.extra, [match.missing, agreement.outside, *others])
    extra, missing = agreement.extra, agreement.theirs
    theirs, ours = Counter("".join(missing)), Counter("".join(extra))
    for match in agreement.blocks:
        match.extra = [token for token in match.extra if not _paid(token, theirs, page)]
        match.missing = [token for token in match.missing if not _paid(token, ours, output)]
    agreement.outside = [token for token in agreement.outside if not _paid(token, ours, output)]


def _put_together(wholes: list[str], pools: Sequence[list[str]]) -> None:
    """Take off tokens that are others, put together in any order; the pools are asked in turn for each part."""
    for token in list(wholes):
        pieces = islice((piece for pool in pools for piece in pool if piece in token), _FEW_PIECES)
        parts = _parts(token, list(pieces), _FEW_PARTS)
        if parts:
            wholes.remove(token)
            for part in parts:
                next(pool for pool in pools if part in pool).remove(part)


def _parts(token: str, pieces: Sequence[str], most: int) -> list[str]:
    """At most so many pieces that make up a token; empty where none do."""
    for place, piece in enumerate(pieces):
        if token == piece:
            return [piece]
        if most > 1 and token.startswith(piece):
            rest = _parts(token[len(piece) :], [*pieces[:place], *pieces[place + 1 :]], most - 1)
            if rest:
                return [piece, *rest]
    return []


def _paid(token: str, pool: Counter[str], stream: str) -> bool:
    need = Counter(token)
    if any(pool[sign] < count for sign, count in need.items()) or token not in stream:
        return False
    pool.subtract(need)
    return True
