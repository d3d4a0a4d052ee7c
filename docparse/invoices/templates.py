"""invoice2data templates: YAML files that say, for one layout each, which pattern holds which field.

What is honoured: keywords and exclude_keywords (patterns), fields (a pattern, a list of patterns, `static_…`, or a
mapping with parser regex, static or lines, regex, value, type, group), lines, tables, options (currency,
decimal_separator, date_formats, remove_whitespace, remove_accents, lowercase, replace), required_fields, priority.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from docparse.errors import MissingDependency, UsageError
from docparse.invoices.dates import find_dates
from docparse.invoices.locate import Finder
from docparse.invoices.numbers import find_numbers
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.template_lines import (
    LINE_FIELDS,
    NUMBERS,
    Item,
    check_rules,
    check_tables,
    read_items,
    read_tables,
)
from docparse.invoices.text import Row, Sheet, Sheets

_NAMES = {
    "invoice_number": "number", "date": "issue_date", "date_due": "due_date", "amount": "gross",
    "amount_untaxed": "net",
    "amount_tax": "tax", "currency": "currency", "issuer": "seller.name", "vat": "seller.vat_id", "iban": "iban",
    "bic": "bic", "partner_name": "buyer.name", "partner_website": "", "order_reference": "order_ref",
    "payment_reference": "payment_ref", "date_delivery": "delivery_date",
}  # fmt: skip
_DATES = frozenset({"issue_date", "due_date", "delivery_date"})
_AMOUNTS = frozenset({"gross", "net", "tax", "amount_due", "prepaid"})


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `fields` are patterns or settings as in the file; `lines` the rules of positions."""

    name: str
    issuer: str
    keywords: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ("date", "amount", "invoice_number", "issuer")
    priority: int = 5
    lines: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)


def load_templates(folder: Path) -> list[Template]:
    """All templates of a folder, the highest priority first. Raises UsageError naming the file that is none."""
    try:
        import yaml
    except ImportError:
        raise MissingDependency("templates need PyYAML", user_action="pip install 'docparse[invoices]'") from None
    if not folder.is_dir():
        raise UsageError(f"--templates {folder}: no such folder")
    found = []
    for path in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
        try:
            found.append(_template(path.name, yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, re.error) as error:
            raise UsageError(f"--templates: {path.name} is no template: {' '.join(str(error).split())[:200]}") from None
    return sorted(found, key=lambda template: -template.priority)


def _template(name: str, data: Any) -> Template:
    if not isinstance(data, dict) or "keywords" not in data or not isinstance(data.get("fields"), dict):
        raise ValueError("keywords and fields are needed")
    required = data.get("required_fields") or ("date", "amount", "invoice_number", "issuer")
    fields = dict(data["fields"])
    lines = fields.pop("lines", None) or data.get("lines") or []
    template = Template(
        name, str(data.get("issuer", "")), _texts(data["keywords"]), _texts(data.get("exclude_keywords", [])), fields,
        data.get("options") or {}, tuple(map(str, required)), int(data.get("priority", 5)), check_rules(lines),
        check_tables(data.get("tables") or []),
    )  # fmt: skip
    for pattern in (*template.keywords, *template.excluded):
        re.compile(pattern)
    return template


def _texts(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str) else tuple(str(part) for part in value)


def apply_templates(templates: list[Template], sheets: Sheets, draft: Draft) -> str | None:
    """Values of the first template that fits go before what the rules read; its name, None if none fits.

    A template whose required fields are not all found is passed over.
    """
    text = "\n".join(row.text.replace("\t", "  ") for row in sheets.rows)
    for template in templates:
        prepared = _prepared(text, template.options)
        if not all(re.search(keyword, prepared) for keyword in template.keywords):
            continue
        if any(re.search(keyword, prepared) for keyword in template.excluded):
            continue
        values = _values(template, prepared)
        items = read_items(template.lines, prepared)
        if all(name in values or (name == "lines" and items) for name in template.required):
            _put(template, values, Finder(sheets), draft)
            if items:
                _put_items(template, items, sheets.rows, draft)
            return template.name
    return None


def _prepared(text: str, options: dict[str, Any]) -> str:
    if options.get("remove_whitespace"):
        text = re.sub(r" +", "", text)
    if options.get("remove_accents"):
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    if options.get("lowercase"):
        text = text.lower()
    for pair in options.get("replace") or []:
        text = re.sub(str(pair[0]), str(pair[1]), text)
    return text


def _values(template: Template, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"issuer": template.issuer} if template.issuer else {}
    if template.options.get("currency"):
        found["currency"] = template.options["currency"]
    for name, setting in template.fields.items():
        if name.startswith("static_"):
            found[name.removeprefix("static_")] = setting
            continue
        if isinstance(setting, dict) and setting.get("parser") == "static":
            found[name] = setting.get("value")
            continue
        if isinstance(setting, dict) and setting.get("parser", "regex") != "regex":
            continue
        patterns = setting.get("regex", []) if isinstance(setting, dict) else setting
        matches = [match for pattern in _texts(patterns) for match in re.finditer(pattern, text)]
        raw = [match.group(1) if match.re.groups else match.group() for match in matches]
        kind = setting.get("type", "") if isinstance(setting, dict) else ""
        values = [value for part in raw if (value := _typed(name, part or "", kind, template.options)) is not None]
        if values:
            summed = (isinstance(setting, dict) and setting.get("group") == "sum") or name.startswith("sum_")
            found[name.removeprefix("sum_")] = sum(values) if summed else values[0]
    for name, raw_text in read_tables(template.tables, text):
        value = _typed(name, raw_text, "", template.options)
        if value is not None:
            found.setdefault(name, value)
    return found


def _typed(name: str, text: str, kind: str, options: dict[str, Any]) -> Any:
    """A match as date, amount or text; None when it is not what it should be."""
    path = _NAMES.get(name, name)
    if path in _DATES or kind == "date" or name.startswith("date"):
        return _date(text, options)
    if path in _AMOUNTS or kind in ("float", "int") or name.startswith(("amount", "sum_amount")):
        number = next(find_numbers(text.strip(), str(options.get("decimal_separator", ""))), None)
        return None if number is None else number.value
    return text.strip() or None


def _date(text: str, options: dict[str, Any]) -> datetime.date | None:
    for pattern in options.get("date_formats") or []:
        try:
            return datetime.datetime.strptime(text.strip(), str(pattern)).date()
        except ValueError:
            continue
    return next((when.value for when in find_dates(text)), None)


def _put(template: Template, values: dict[str, Any], finder: Finder, draft: Draft) -> None:
    for name, value in values.items():
        path = _NAMES.get(name, "")
        if not path or value is None:
            continue
        if path in _AMOUNTS and not isinstance(value, Decimal):
            value = Decimal(str(value))
        place = finder.find(value, path)
        draft.put(path, Reading(value, place.spans if place else (), 9.0))
        if place is None:
            draft.flag(path, "from_template", f"{template.name} says so; it is not printed")


def _put_items(template: Template, items: list[Item], rows: list[Row], draft: Draft) -> None:
    """The template's positions in place of those that the rules read, each proved in the rows that it was read from."""
    for path in [path for path in draft.fields if path.startswith("lines[")]:
        del draft.fields[path]
    for place, item in enumerate(items):
        within = [rows[number] for number in item.lines if number < len(rows)]
        finder = Finder(Sheets([Sheet(within[0].page, 0, 0, within)])) if within else None
        for name, text in item.values.items():
            short = LINE_FIELDS.get(name)
            if short is None or not text:
                continue
            value: Any = " ".join(text.split())
            if short in NUMBERS:
                value = _typed(name, text, "float", template.options)
            if value is None:
                continue
            path = f"lines[{place}].{short}"
            found = finder.find(value, path) if finder else None
            draft.put(path, Reading(value, found.spans if found else (), 9.0))
            if found is None:
                draft.flag(path, "from_template", f"{template.name} says so; it is not printed")
