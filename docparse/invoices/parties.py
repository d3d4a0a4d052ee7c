"""Seller and buyer: names, addresses, ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from docparse.geometry import contains_point
from docparse.invoices import blocks, ids
from docparse.invoices.blocks import Block
from docparse.invoices.facts import Facts
from docparse.invoices.labels import Place, find_labels
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Row, Sheet, Span, squash
from docparse.invoices.vocabulary import field_labels, party_labels

_BUYER_WORDS = re.compile(
    r"client|kunde|buyer|customer|klant|cliente|acheteur|käufer|nabywc|ihre?\b|your\b|votre|uw\b|vostr|v/", re.I
)
_PARTY_FIELDS = ("vat_id", "tax_no", "legal_id", "gln", "email", "customer_id")


def read_parties(facts: Facts, draft: Draft, positions: Collection[int] = ()) -> None:
    """Fill seller.*, buyer.* and payee.* of the draft. No address stands in `positions`, rows by id."""
    found = _blocks(facts, positions)
    sender = _sender_line(facts)
    chosen = _choose(found, facts, sender)
    for role in ("seller", "buyer", "payee"):
        block = chosen.get(role)
        if block is not None:
            _read_block(block, role, draft)
    if draft.value("seller.name") is None:
        draft.put("seller.name", sender or _letterhead(facts, found))
    _complete_name(facts, draft)
    _read_ids(facts, chosen, draft)


def _blocks(facts: Facts, positions: Collection[int]) -> list[Block]:
    found: list[Block] = []
    for label in find_labels(facts.sheets, party_labels()):
        block = blocks.labelled_block(label)
        if block is not None and label.names[0] != "end":
            found.append(block)
    taken = {(line.row.page, line.row.index, line.first) for block in found for line in block.lines}
    for sheet in facts.sheets.pages[:2] + facts.sheets.pages[2:][-1:]:
        for block in blocks.address_blocks(sheet):
            if any(id(line.row) in positions for line in block.lines):
                continue
            if not any((line.row.page, line.row.index, line.first) in taken for line in block.lines):
                found.append(block)
                taken |= {(line.row.page, line.row.index, line.first) for line in block.lines}
    return found


def _choose(found: Sequence[Block], facts: Facts, sender: Reading | None) -> dict[str, Block]:
    """The block of each role: headed ones first, then by evidence."""
    chosen: dict[str, Block] = {}
    for block in found:
        if block.role and block.role not in chosen and _name_lines(block):
            chosen[block.role] = block
    free = [block for block in found if not block.role and _name_lines(block)]
    if not free:
        return chosen
    marks = _seller_marks(facts)
    delivered = _first_key(chosen["ship_to"]) if "ship_to" in chosen else ""
    name = squash(sender.value) if sender is not None else ""
    for block in free:
        score = _seller_score(block, facts, marks)
        score -= 4.0 if delivered and _first_key(block) == delivered else 0.0
        if name:
            score += 3.0 if _first_key(block)[:8] == name[:8] else -2.0
        block.scores["seller"] = score
    ranked = sorted(free, key=lambda block: -block.scores["seller"])
    if "buyer" not in chosen and "seller" not in chosen:
        if len(ranked) == 1:
            chosen["seller" if ranked[0].scores["seller"] > 0.5 else "buyer"] = ranked[0]
        else:
            chosen["seller"], chosen["buyer"] = ranked[0], _buyer_of(ranked)
    elif "seller" not in chosen:
        if ranked[0].scores["seller"] > 0.0:
            chosen["seller"] = ranked[0]
    elif "buyer" not in chosen:
        chosen["buyer"] = _buyer_of(ranked)
    if "buyer" not in chosen and "ship_to" in chosen and "seller" in chosen:
        chosen["buyer"] = chosen["ship_to"]
    return chosen


def _buyer_of(ranked: Sequence[Block]) -> Block:
    """Of the blocks that are not the seller's, the one that looks addressed; the seller's own lines come twice."""
    others = [b for b in ranked[1:] if _first_key(b) != _first_key(ranked[0])] or list(ranked[-1:])
    return min(others, key=lambda block: block.scores["seller"])


def _first_key(block: Block) -> str:
    lines = _name_lines(block)
    return squash(lines[0].text) if lines else ""


def _seller_marks(facts: Facts) -> str:
    """Text in which a seller names itself: sender line, e-mail and web addresses, the foot of the page."""
    parts = []
    for row in facts.sheets.rows:
        if blocks.is_sender_line(row.text):
            parts.append(squash(row.text))
        parts += [squash(match) for match in ids.EMAIL.findall(row.text)]
        parts += [squash(match) for match in re.findall(r"www\.[\w.\-]+|https?://[\w.\-]+", row.text)]
    for sheet in facts.sheets.pages:
        parts += [squash(row.text) for row in sheet.rows if row.top > 0.85 * sheet.height]
    return "|".join(parts)


def _seller_score(block: Block, facts: Facts, marks: str) -> float:
    x0, y0, _, _ = block.bbox
    sheet = block.sheet
    text = "\n".join(line.text for line in block.lines)
    score = 0.0
    names = _name_lines(block)
    key = squash(names[0].text) if names else ""
    score += 2.0 if key and len(key) > 3 and key in marks else 0.0
    words = [squash(word) for word in names[0].text.split()] if names else []
    score += 0.8 if any(len(word) > 3 and word in marks for word in words) else 0.0
    score += 1.2 if blocks.is_contact(text) else 0.0
    score += (
        1.0
        if ids.find_ibans(facts.sheets)
        and re.search(r"iban|bic|vat|ust|tva|siret|nif|kvk|btw|p\.? ?iva|nip", text, re.I)
        else 0.0
    )
    score += 0.6 if x0 > 0.5 * sheet.width else 0.0
    score += 0.8 if y0 < 0.12 * sheet.height or y0 > 0.85 * sheet.height else 0.0
    score -= 1.2 if x0 < 0.35 * sheet.width and 0.13 < y0 / max(sheet.height, 1.0) < 0.36 else 0.0
    score -= 1.5 if any(blocks.is_salutation(line.text) for line in block.lines[:3]) else 0.0
    score += 0.4 if names and blocks.has_company_form(names[0].text) else 0.0
    score -= 1.0 if _sender_above(block) else 0.0
    return score


def _sender_above(block: Block) -> bool:
    """A small line with the sender's address stands right above: this is the window of the envelope."""
    first = block.lines[0]
    for row in reversed(block.sheet.rows[max(0, first.row.index - 3) : first.row.index]):
        if first.row.top - row.bottom < 4 * first.span.tokens[0].size and blocks.is_sender_line(row.text):
            return True
    return False


def _name_lines(block: Block) -> list[Place]:
    """Lines before the street: the name and what belongs to it."""
    keyed = blocks.keyed_lines(block)
    if keyed.get("name"):
        return keyed["name"][:2]
    found: list[Place] = []
    for line in block.lines[:7]:
        text = line.text
        if blocks.is_salutation(text) or blocks.is_field_line(line):
            if found and blocks.is_salutation(text):
                break
            continue
        if (blocks.is_street(text) and not (not found and blocks.has_company_form(text))) or blocks.postcode_in(text):
            break
        if blocks.is_contact(text):
            if found:
                break
            continue
        if not re.search(r"[^\W\d_]{2}", text) or len(text) > 90:
            continue
        found.append(line)
        if blocks.has_company_form(text) or len(found) == 2:
            break
    return found


def _read_block(block: Block, role: str, draft: Draft) -> None:
    names = _name_lines(block)
    if names:
        texts = [_without_tail(line.text) for line in names]
        spans = tuple(line.span for line in names)
        draft.put(f"{role}.name", Reading(" ".join(text for text, _ in texts), spans, 3.0))
        tail = texts[0][1]
        if tail:
            draft.put(f"{role}.address.lines[0]", Reading(tail, spans[:1], 1.0))
    last = names[-1].row.index if names else -1
    streets: list[Place] = []
    keyed = blocks.keyed_lines(block)
    lines = keyed.get("address") or block.lines
    for line in lines:
        if line.row.index <= last or blocks.is_field_line(line):
            continue
        match = blocks.postcode_in(line.text)
        if match is not None:
            _read_town(line, match, role, draft)
            _read_country(lines[lines.index(line) + 1 :], role, draft)
            break
        if not blocks.is_contact(line.text) and len(streets) < 3 and not blocks.is_salutation(line.text):
            streets.append(line)
    for place, line in enumerate(streets):
        draft.put(f"{role}.address.lines[{place}]", Reading.at(line.text, line.span, 2.0))
    for line in block.lines:
        match = ids.EMAIL.search(line.text)
        if match is not None:
            draft.put(f"{role}.email", Reading.at(match.group(), line.part(match.start(), match.end()), 2.0))


def _without_tail(text: str) -> tuple[str, str]:
    """A name that carries its address in the same line ("Acme Ltd, 1 High Street"): name and rest."""
    parts = re.split(r"[ ]*(?:●|•|·|\|)[ ]*|[ ]+[-–][ ]+", text)
    if len(parts) > 1 and (blocks.is_street(parts[1]) or blocks.postcode_in(parts[-1])):
        return parts[0].strip(" ,"), " ".join(parts[1:])
    return text.strip(" ,:"), ""


def _read_town(line: Place, match: re.Match[str], role: str, draft: Draft) -> None:
    start, end = match.span("code")
    draft.put(f"{role}.address.postcode", Reading.at(match["code"], line.part(start, end), 2.0))
    city = match["city"].strip(" ,.-")
    draft.put(f"{role}.address.city", Reading.at(city, line.part(*match.span("city")), 2.0))
    code = match.groupdict().get("cc")
    if code and len(code) == 2:
        draft.put(f"{role}.address.country", Reading.at(code, line.part(*match.span("cc")), 2.0))


def _read_country(lines: Sequence[Place], role: str, draft: Draft) -> None:
    from docparse.invoices.countries import country_code

    for line in lines[:2]:
        code = country_code(line.text)
        if code:
            draft.put(f"{role}.address.country", Reading.at(code, line.span, 2.0))
            return


def _sender_line(facts: Facts) -> Reading | None:
    """The first part of a line that names the sender: "Acme Ltd ● 1 High Street ● 12345 Town"."""
    for row in facts.sheets.rows:
        for first, last in row.segments():
            place = Place(row, first, last)
            parts = [part for part in re.split(r"[ ]*(?:●|•|·|\||,)[ ]*|[ ]+[-–—][ ]+", place.text) if part]
            addressed = len(parts) >= 3 and any(blocks.postcode_in(part) for part in parts)
            if addressed and _is_name(parts[0]):
                return Reading.at(parts[0].strip(), place.part(0, len(parts[0])), 2.0)
    return _sender_line_over_columns(facts)


def _is_name(text: str) -> bool:
    return not blocks.is_street(text) and len(text) < 60 and re.search(r"[^\W\d_]{3}", text) is not None


def _sender_line_over_columns(facts: Facts) -> Reading | None:
    """The same where its parts stand far apart."""
    for row in facts.sheets.rows[:40]:
        if re.search(r"●|•|·|\|", row.text) and blocks.postcode_in(row.text):
            name = re.split(r"[ \t]*(?:●|•|·|\|)", row.text)[0]
            if re.search(r"[^\W\d_]{3}", name) and len(name) < 60:
                return Reading.at(name.strip(), Span(row.page, tuple(row.between(0, len(name)))), 2.0)
    return None


def _complete_name(facts: Facts, draft: Draft) -> None:
    """A short name of the seller that stands in full, with its form of company, somewhere else."""
    reading = draft.fields.get("seller.name")
    if reading is None or blocks.has_company_form(str(reading.value)):
        return
    key = squash(str(reading.value))
    for row in facts.sheets.rows:
        for first, last in row.segments():
            place = Place(row, first, last)
            text, _ = _without_tail(place.text)
            if (
                len(key) >= 4
                and squash(text).startswith(key)
                and blocks.has_company_form(text)
                and len(text.split()) <= 7
            ):
                words = len(text.split())
                draft.put("seller.name", Reading.at(text, row.span(first, min(last, first + words)), reading.score))
                return


def _letterhead(facts: Facts, found_blocks: Sequence[Block]) -> Reading | None:
    """The largest or first line at the top that is a name: with a company's form, or set large."""
    found: list[Reading] = []
    for sheet in facts.sheets.pages[:1]:
        for row in sheet.rows:
            for first, last in row.segments():
                place = Place(row, first, last)
                if any(_inside(place, block) for block in found_blocks):
                    continue
                score = _letterhead_score(sheet, row, place)
                if score > 0:
                    text, _ = _without_tail(place.text)
                    found.append(Reading.at(text, place.span, score))
    return best(found)


def _inside(place: Place, block: Block) -> bool:
    box = place.span.bbox
    return place.row.page == block.sheet.number and contains_point(
        block.bbox, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    )


def _letterhead_score(sheet: Sheet, row: Row, place: Place) -> float:
    text = place.text
    words = text.split()
    if not re.search(r"[^\W\d_]{3}", text) or len(words) > 8 or ":" in text or blocks.is_contact(text):
        return 0.0
    if field_labels().names(text) or party_labels().names(text) or sum(char.isdigit() for char in text) > 3:
        return 0.0
    from docparse.invoices.title import is_title

    if is_title(text):
        return 0.0
    if len(words) > 3 and text.endswith(".") and not blocks.has_company_form(text):
        return 0.0  # a sentence
    top = row.top / max(sheet.height, 1.0)
    if 0.35 < top < 0.88:
        return 1.0 if blocks.has_company_form(text) else 0.0
    score = 1.5 if blocks.has_company_form(text) else 0.0
    score += 1.2 * max(0.0, place.span.tokens[0].size / sheet.size - 1.0) + 0.3 * place.span.tokens[0].bold
    score += 1.0 - 2.5 * top if top < 0.35 else 0.2
    return score


def _read_ids(facts: Facts, chosen: dict[str, Block], draft: Draft) -> None:
    """VAT ids, tax numbers and the like go to the party whose block, or whose label, they stand in."""
    best_of: dict[str, Reading] = {}
    for name in _PARTY_FIELDS:
        for label in facts.named(name):
            if not label.strong and name in ("vat_id", "legal_id"):
                continue
            for rank, place in enumerate(facts.places(label)[:2]):
                reading = _read_id(name, place, 2.0 - 0.5 * rank + 0.02 * len(label.hit.key))
                if reading is None:
                    continue
                role = _role_of(label.row, place, chosen, label.span.text)
                path = "buyer.id" if name == "customer_id" else f"{role}.{name}"
                if path not in best_of or best_of[path].score < reading.score:
                    best_of[path] = reading
                break
    for reading in ids.find_vat_ids(facts.sheets):
        row_text = reading.spans[0]
        role = _role_at(row_text, chosen)
        path = f"{role}.vat_id"
        if path not in best_of and reading.value not in {r.value for r in best_of.values()}:
            best_of[path] = reading
    for path, reading in best_of.items():
        if path not in draft.fields or draft.fields[path].score < reading.score:
            draft.put(path, reading)
    same = draft.value("buyer.vat_id")
    if same is not None and same == draft.value("seller.vat_id"):
        del draft.fields["buyer.vat_id"]


def _read_id(name: str, place: Place, score: float) -> Reading | None:
    if name == "vat_id":
        return ids.labelled_vat(place, score)
    if name == "tax_no":
        return ids.labelled_tax_no(place, score)
    if name == "email":
        match = ids.EMAIL.search(place.text)
        return None if match is None else Reading.at(match.group(), place.part(match.start(), match.end()), score)
    match = re.match(r"[A-Z]{0,4}[ ]?[A-Z]?[ ]?[\d][\w./\-]*", place.text)
    return None if match is None else Reading.at(match.group().strip(), place.part(0, match.end()), score)


def _role_of(row: Row, place: Place, chosen: dict[str, Block], label: str) -> str:
    if _BUYER_WORDS.search(label):
        return "buyer"
    return _role_at(place.span, chosen)


def _role_at(span: Span, chosen: dict[str, Block]) -> str:
    """The party whose block holds a place; the seller's by default."""
    box = span.bbox
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for role in ("buyer", "ship_to", "payee", "seller"):
        block = chosen.get(role)
        if block is None or block.sheet.number != span.page:
            continue
        x0, y0, x1, y1 = block.bbox
        if contains_point((x0 - 5, y0 - 5, x1 + 60, y1 + 5), x, y):
            return "buyer" if role == "ship_to" else role
    return "seller"
