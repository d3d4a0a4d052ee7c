"""Figure-like elements of QwenVL HTML: formula, image, chart, music, chemistry, code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from docparse.geometry import Box
from docparse.qwenvl.drafts import BlockReader, Draft, is_image, is_junk
from docparse.qwenvl.grid import read_grid
from docparse.qwenvl.markup import HEADINGS, Node
from docparse.qwenvl.text import link_of, strip_math, text_of, text_values, verbatim_of
from docparse.schemas.document import Chart, Chemistry, Code, Formula, Image, Link, Music, Paragraph

Attributes = dict[str, str]
FigureRead = Callable[[BlockReader, Node, Attributes, Box | None, list[str]], None]


def picture_links(node: Node) -> list[Link]:
    """Takes the links around pictures, and those around nothing, out of a figure: what they hold stays in it."""
    links: list[Link] = []
    children: list[Node | str] = []
    for child in node.children:
        held = isinstance(child, Node) and child.tag == "a" and all(map(is_image, child.children))
        if isinstance(child, Node) and held:
            children += child.children
            if (link := link_of(child)) is not None:
                links.append(link)
        else:
            children.append(child)
    node.children = children
    return links


def _class_names(attributes: Attributes) -> list[str]:
    return attributes.get("class", "").lower().split()


def _formula(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    links = picture_links(node)
    body = next((child for child in node.nodes() if child.tag in ("div", "p", "pre", "span", "math")), None)
    after = node.children[node.children.index(body) + 1 :] if body is not None else []
    content = body.children if body is not None else [c for c in node.children if not is_image(c)]
    before = [c for c in node.children[: node.children.index(body)] if not is_image(c)] if body is not None else []
    said: list[Link] = []
    text = text_of(content, said)
    if body is not None and body.attributes.get("class") == "text":
        values: dict[str, Any] = {"text": text}
        links = [*said, *links]
    else:
        values = {"latex": strip_math(text)}
        if reader.trusted and attributes.get("data-text"):
            values["text"] = attributes["data-text"]
    values["links"] = links
    if before:
        reader.container(before, None, ["loose_text"])
    reader.add(reader.own(Draft(Formula, values, box, flags), attributes))
    if after:
        _after_formula(reader, after, box)


def _after_formula(reader: BlockReader, children: list[Node | str], box: Box | None) -> None:
    """Loose text after the formula's own element: a second formula, or words that must not get lost."""
    text = text_of([child for child in children if not is_image(child)])
    if is_junk(text):
        return
    inner = strip_math(text)
    if inner != text:
        reader.add(Draft(Formula, {"latex": inner}, box, ["loose_text"]))
    else:
        reader.add(Draft(Paragraph, {"text": text}, box, ["loose_text"]))


def _image(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    links = picture_links(node)
    content: list[Node | str] = []
    ocr: list[Node | str] = []
    rest: list[Node | str] = []
    alt = ""
    for child in node.children:
        if isinstance(child, Node) and child.tag == "img":
            found = child.attributes
            box = box or reader.box(found)[0]
            alt = alt or found.get("alt", "").strip()
        elif isinstance(child, Node) and child.tag in ("table", "ul", "ol", "figcaption", *HEADINGS):
            rest.append(child)
        elif isinstance(child, Node) and child.tag == "p" and child.attributes.get("class") == "ocr":
            ocr.append(child)
        else:
            content.append(child)
    values: dict[str, Any]
    if "ocr" in _class_names(attributes):
        values = text_values([*content, *([Node("br", ""), *ocr] if ocr else ())], "ocr")
    else:
        values = {"caption": text_of(content, links) or alt, **text_values(ocr, "ocr")}
    values["links"] = [*values.get("links", ()), *(link.model_copy(update={"start": None}) for link in links)]
    reader.add(reader.own(Draft(Image, values, box, flags), attributes))
    if rest:
        reader.container(rest, None, [])


def _chart(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    links = picture_links(node)
    data: list[list[str]] = []
    texts: dict[str, list[str]] = {"description": [], "text": []}
    for child in node.children:
        if isinstance(child, Node) and child.tag == "img":
            box = box or reader.box(child.attributes)[0]
        elif isinstance(child, Node) and child.tag == "table":
            grid = read_grid(child, lambda text: None)
            rows: list[list[str]] = [[] for _ in range(grid.rows)]
            for cell in grid.cells:
                rows[cell.row] += [cell.text] + [""] * (min(cell.colspan, 50) - 1)
            data += rows
            texts["text"] += [text_of([piece]) for piece in (*grid.captions, *grid.loose)]
        elif isinstance(child, Node) and child.tag in ("ul", "ol", "dl"):
            data += [_pair(item.text) for item in reader.items(child, 1)]
        else:
            found: list[Link] = []
            text = text_of([child], found)
            rows = _json_rows(text)
            own = isinstance(child, Node) and child.tag == "p" and child.attributes.get("class") != "ocr"
            if rows:
                data += rows
            elif not is_junk(text):
                before = "".join(f"{part}\n" for part in texts["text"] if part)
                links += [
                    link.model_copy(update={"start": None if own or link.start is None else link.start + len(before)})
                    for link in found
                ]
                texts["description" if own else "text"].append(text)
    values: dict[str, Any] = {key: "\n".join(filter(None, parts)) for key, parts in texts.items()}
    values |= {"data": data, "chart_type": attributes.get("data-chart-type") or None, "links": links}
    reader.add(reader.own(Draft(Chart, values, box, flags), attributes))


def _music(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    values = {"links": picture_links(node), "abc": verbatim_of(node.children).strip(" \t\n")}
    reader.add(reader.own(Draft(Music, values, box, flags), attributes))


def _chemistry(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    values = {"links": picture_links(node), "smiles": text_of(node.children)}
    reader.add(reader.own(Draft(Chemistry, values, box, flags), attributes))


def _code(reader: BlockReader, node: Node, attributes: Attributes, box: Box | None, flags: list[str]) -> None:
    reader.add(reader.own(code_draft(node, box, flags), attributes))


def code_draft(node: Node, box: Box | None, flags: list[str]) -> Draft:
    language = ""
    for child in (node, *node.nodes()):
        match = re.search(r"language-([\w+#.-]+)", child.raw)
        if child.tag == "code" and match is not None:
            language = match[1]
    links: list[Link] = []
    values: dict[str, Any] = {"text": verbatim_of(node.children, links), "language": language}
    return Draft(Code, values | {"links": links} if links else values, box, flags)


def _pair(text: str) -> list[str]:
    label, sign, value = text.rpartition(":")
    return [label.strip(), value.strip()] if sign and value.strip() else [text]


def _json_rows(text: str) -> list[list[str]]:
    """Rows of chart data written as JSON: a list of objects, a list of lists, or an object of numbers."""
    if text[:1] not in ("[", "{") or len(text) > 200_000:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, dict):
        return [[str(key), _plain(item)] for key, item in value.items()]
    if value and all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(str(key) for row in value for key in row))
        return [names, *([_plain(row.get(name, "")) for name in names] for row in value)]
    if value and all(isinstance(row, list) for row in value):
        return [[_plain(item) for item in row] for row in value]
    return []


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# word of the class attribute -> how to read the element
FIGURES: dict[str, FigureRead] = {
    "formula": _formula,
    "equation": _formula,
    "image": _image,
    "figure": _image,
    "picture": _image,
    "chart": _chart,
    "music": _music,
    "chemical": _chemistry,
    "chemistry": _chemistry,
    "code": _code,
    "algorithm": _code,
    "pseudocode": _code,
}
