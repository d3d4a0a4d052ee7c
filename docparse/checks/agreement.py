"""Output against witness: which of the page's words are missing, which words of the output stand nowhere on the page.

Every block is compared with the words inside its box. What is left over there is looked for on the whole page, then
explained by words that were joined or split; the rest is missing or invented.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.checks.printed import Printed, printed, squeeze, tokens
from docparse.checks.witness import Witness, owners
from docparse.geometry import inside_share
from docparse.schemas.document import Block
from docparse.schemas.page import PageImage

_EXPLAIN_AT_MOST = 400  # left-over tokens for which joins and splits are looked for; more is no matter of hyphens
_ON_PICTURE = 0.7  # share of a block's box on a raster image, from which on the text layer can't vouch for it
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class BlockMatch:
    """One block against the words in its box: tokens without counterpart, and how much was compared (characters)."""

    size: int = 0
    words: list[int] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    moved: int = 0
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

    @property
    def extra(self) -> list[str]:
        return [token for match in self.blocks for token in match.extra]

    @property
    def missing(self) -> list[str]:
        return [*self.outside, *(token for match in self.blocks for token in match.missing)]


def compare(blocks: Sequence[Block], witness: Witness, image: PageImage) -> Agreement:
    """Compare every block with the words of the page."""
    owner = owners(witness.words, [block.bbox for block in blocks]).tolist()
    matches = [BlockMatch() for _ in blocks]
    outside: list[int] = []
    for word, place in enumerate(owner):
        (matches[place].words if place >= 0 else outside).append(word)
    text_layer = witness.source == "text_layer"
    streams: list[str] = []
    for block, match in zip(blocks, matches, strict=True):
        said = printed(block)
        streams.append(_match(said, match, witness))
        if text_layer and match.extra and _on_picture(block, image):
            match.extra, match.vouched = [], False
    lost = [token for word in outside for token in tokens(witness.words[word].text)]
    agreement = Agreement(matches, lost, sum(map(len, witness.plain)), sum(map(len, streams)))
    _cancel(agreement)
    _explain(agreement, "".join(witness.plain), "".join(streams))
    return agreement


def _match(said: Printed, match: BlockMatch, witness: Witness) -> str:
    """Compare one block with the words in its box; returns its text in letters and digits alone."""
    plain = squeeze(said.text)
    match.size = len(plain)
    here = "".join([witness.plain[word] for word in match.words])
    if plain == here:
        return plain
    ours = Counter(tokens(said.text))
    theirs = Counter(tokens(_join(witness, match.words)))
    match.extra = list((ours - theirs).elements())
    missing = list((theirs - ours).elements())
    if said.loose:
        match.extra = [token for token in match.extra if _DIGIT.search(token)]
        missing = [token for token in missing if token.isdigit()]
    match.missing = missing if said.whole else []
    return plain


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
    both = Counter(agreement.extra) & Counter(agreement.missing)
    if not both:
        return
    spare = Counter(both)
    for match in agreement.blocks:
        kept = _without(match.extra, spare)
        match.moved += len(match.extra) - len(kept)
        match.extra = kept
    spare = Counter(both)
    for match in agreement.blocks:
        match.missing = _without(match.missing, spare)
    agreement.outside = _without(agreement.outside, spare)


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
    extra, missing = agreement.extra, agreement.missing
    if not extra or not missing or len(extra) + len(missing) > _EXPLAIN_AT_MOST:
        return
    theirs, ours = Counter("".join(missing)), Counter("".join(extra))
    for match in agreement.blocks:
        match.extra = [token for token in match.extra if not _paid(token, theirs, page)]
        match.missing = [token for token in match.missing if not _paid(token, ours, output)]
    agreement.outside = [token for token in agreement.outside if not _paid(token, ours, output)]


def _paid(token: str, pool: Counter[str], stream: str) -> bool:
    need = Counter(token)
    if any(pool[sign] < count for sign, count in need.items()) or token not in stream:
        return False
    pool.subtract(need)
    return True
