"""Addresses that a model wrote: each must be printed on the page, or be one of the file's own links."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.checks.printed import squeeze
from docparse.links import owners_of
from docparse.schemas.document import Block, Check
from docparse.schemas.page import PageImage, Word

_LONGEST_PATH = 60  # letters of an address that must be printed: its tail often is not


def check_links(blocks: Sequence[Block], image: PageImage, words: Sequence[Word]) -> None:
    """Flags `link_unproven` on blocks with an address that nothing on the page vouches for: a model can't see one."""
    doubtful = [(block, uris) for block in blocks if (uris := _guesses(block))]
    if not doubtful:
        return
    known = {link.uri for link in image.links}
    printed = squeeze("".join([word.text for word in words] or [_text(block) for block in blocks]))
    for block, uris in doubtful:
        unproven = [uri for uri in uris if uri not in known and _core(uri) not in printed]
        if unproven:
            block.checks.append(Check(name="links", outcome="failed", detail="; ".join(unproven)[:400]))
            block.flags.append("link_unproven")
        else:
            block.checks.append(Check(name="links", outcome="passed"))


def _guesses(block: Block) -> list[str]:
    return [link.uri for owner in owners_of(block) for link in owner.links if link.uri and not link.parts]


def _core(uri: str) -> str:
    """Letters and digits of an address without its scheme."""
    scheme, colon, rest = uri.partition(":")
    return squeeze(rest if colon else scheme)[:_LONGEST_PATH]


def _text(block: Block) -> str:
    return " ".join(str(getattr(owner, "text", "")) for owner in owners_of(block))
