"""Pictures that are one figure: panels and icons over one caption, with the labels between them."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, inside_share, overlap, union
from docparse.model.embedded.captions import names_figure
from docparse.schemas.document import Block, Caption, Image, Paragraph

_REACH_EM, _APART_EM = 5.0, 8.0  # from the lowest part to its caption, and between parts
_LABEL_WORDS = 8
_MOST = 80  # pictures of a page that are looked at


def join_parts(blocks: Sequence[Block], em: float) -> list[Block]:
    """Blocks in which the pictures over a figure's caption are one, where no running text stands between them."""
    pictures = [block for block in blocks if type(block) is Image and block.bbox]
    captions = [block for block in blocks if isinstance(block, Caption) and block.bbox and names_figure(block.text)]
    if len(pictures) < 2 or not captions or len(pictures) > _MOST:
        return list(blocks)
    fixed = [block.bbox for block in blocks if block.bbox and type(block) is not Image and not _is_label(block)]
    gone: set[int] = set()
    whole: dict[int, Block] = {}
    for caption in captions:
        assert caption.bbox is not None
        group = _group(caption.bbox, [p for p in pictures if id(p) not in gone], captions, fixed, em)
        if len(group) < 2:
            continue
        box = union(p.bbox for p in group if p.bbox)
        labels = [b for b in blocks if _is_label(b) and b.bbox and inside_share(b.bbox, box) > 0.7]
        members = sorted([*group, *labels], key=lambda b: (round(b.bbox[1] / em), b.bbox[0]) if b.bbox else (0, 0.0))
        texts = [b.ocr if isinstance(b, Image) else getattr(b, "text", "") for b in members]
        gone.update(id(member) for member in members)
        whole[id(group[0])] = Image(bbox=box, ocr="\n".join(text for text in texts if text))
    return [whole.get(id(block), block) for block in blocks if id(block) not in gone or id(block) in whole]


def _is_label(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(block.text.split()) <= _LABEL_WORDS


def _group(
    caption: Box, pictures: Sequence[Image], captions: Sequence[Caption], fixed: Sequence[Box], em: float
) -> list[Image]:
    """The pictures of a caption: the one over it, then all within reach of those that are known."""
    group: list[Image] = []
    box = caption
    rest = [p for p in pictures if p.bbox and p.bbox[3] <= caption[1] + em]
    while True:
        near = next((p for p in rest if p.bbox and _fits(p.bbox, box, group, caption, captions, fixed, em)), None)
        if near is None or near.bbox is None:
            return group
        box = union([box, near.bbox]) if group else near.bbox
        group.append(near)
        rest.remove(near)


def _fits(
    picture: Box, box: Box, group: Sequence[Image], caption: Box, captions: Sequence[Caption], fixed: Sequence[Box],
    em: float,
) -> bool:  # fmt: skip
    across = max(picture[0], box[0]) - min(picture[2], box[2])
    along = max(picture[1], box[1]) - min(picture[3], box[3])
    if not group:
        return across < 0 and along < _REACH_EM * em
    if max(across, along) > _APART_EM * em:
        return False
    whole = union([box, picture])
    if any(overlap(whole, other) > 0 for other in fixed if other != caption):
        return False
    return not any(each.bbox != caption and each.bbox and _is_under(each.bbox, picture, em) for each in captions)


def _is_under(caption: Box, picture: Box, em: float) -> bool:
    shared = min(caption[2], picture[2]) - max(caption[0], picture[0])
    return shared > 0 and -em < caption[1] - picture[3] < _REACH_EM * em
