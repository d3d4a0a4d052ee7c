"""The head and foot of a letter or bill: they say who wrote it, on its first page alone, and are no running lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.assemble.running import as_text
from docparse.schemas.document import Block, Heading, Page, PageFooter, PageHeader, PageNumber, Paragraph

_SALUTATION = re.compile(
    r"(?:dear|to whom it may|sehr geehrte|liebe[rs]?|guten tag|madame|monsieur|messieurs|ch(?:er|ère)s?|estimad[oa]s?|"
    r"querid[oa]s?|muy señor|gentile|gentili|egregi[oa]|spett|geachte|beste|prezad[oa]s?|exm[oa]|szanown|kære|kära|"
    r"bästa|hej|hyvä|vážen|уважаем|tisztelt|stimat[eă]?|αγαπητ)\w*\b[^.?]{0,80}[,:!]?\s*$",
    re.I | re.M,
)
_CLOSING = re.compile(
    r"^\s*(?:yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|(?:kind|best|warm) regards|regards|"
    r"mit (?:freundlichen|besten|herzlichen) grüßen|freundliche grüsse|hochachtungsvoll|cordialement|bien à vous|"
    r"(?:un cordial saludo|saludos|atentamente|atenciosamente|cordiali saluti|distinti saluti)|"
    r"met (?:vriendelijke|hoogachtende) groet\w*|med vänlig\w* häls\w*|med venlig hilsen|z poważaniem|с уважением)"
    r"[,.!]?\s*$",
    re.I | re.M,
)
_BILL = re.compile(
    r"\s*(?:tax |pro forma |commercial )?(?:invoice|receipt|credit note|rechnung|gutschrift|quittung|facture|avoir|"
    r"factura|recibo|fattura|ricevuta|factuur|fatura|faktura|räkning|lasku|счёт|счет)\b[^.]{0,40}\s*",
    re.I,
)
_FIRST = re.compile(r"\D*1(?!\d)(?:\D+\d+)?\D*")


def free_letterheads(pages: Sequence[Page]) -> None:
    """Heads and feet of a letter's first page that don't come again are paragraphs of it."""
    if not pages or pages[0].number != 1 or not _is_letter(pages[0]):
        return
    again = {_plain(block) for page in pages[1:] for block in page.blocks if isinstance(block, PageHeader | PageFooter)}
    first = pages[0]
    for place, block in enumerate(first.blocks):
        if isinstance(block, PageHeader | PageFooter) and _plain(block) not in again:
            first.blocks[place] = as_text(block)


def _is_letter(page: Page) -> bool:
    """Whether a page opens or closes as letters do, or is headed as a bill; pages cut out of a book are numbered."""
    if any(isinstance(block, PageNumber) and not _FIRST.fullmatch(block.text) for block in page.blocks):
        return False
    for block in page.blocks:
        if isinstance(block, Heading) and _BILL.fullmatch(block.text):
            return True
        if isinstance(block, Paragraph) and (_opens(block.text) or _CLOSING.search(block.text)):
            return True
    return False


def _opens(text: str) -> bool:
    return _SALUTATION.match(text.split("\n", 1)[0]) is not None


def _plain(block: Block) -> str:
    return re.sub(r"[\W\d]+", "", getattr(block, "text", "")).lower()
