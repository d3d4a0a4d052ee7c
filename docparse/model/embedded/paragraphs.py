"""Lines to paragraphs: first runs of lines under one another, then cut where indent, leading or type change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from docparse.geometry import Box
from docparse.model.embedded.code import is_mono
from docparse.model.embedded.joining import join_lines
from docparse.model.embedded.line_ends import STOPS, LineEnds, goes_on, is_entry, names_kind, opens_with_sign
from docparse.model.embedded.line_reach import flush_ends, local_ends
from docparse.model.embedded.line_runs import FAR, chunks, of_one_type
from docparse.model.embedded.lines import Line
from docparse.model.embedded.lists import Marker, follows, read_marker
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.stats import PageStats
from docparse.model.embedded.tags import TextTag
from docparse.schemas.page import WordStyle

_ENTRIES = 0.45  # share of lines that stop early, from which on each is an entry
_HELD = 1.8  # of the leading, as far at most where a sum or a bracket holds two lines apart
_REACH_EM = 0.15  # … farther than words reach up or down
_LOWER, _FARTHER_EM = 1.18, 0.4  # of the leading, and of an indent, with a sentence's end before it
_FEW_LINES, _FLUSH, _FLUSH_EM, _SHORT_EM = 4, 0.7, 0.1, 0.8  # of justified text, and how short its last lines are
# what papers say of themselves under the names of their authors
_ABOUT = re.compile(r"[*†‡§¶]?\s?(Correspond(ing authors?|ence)|Key ?words|Abbreviations)\b.{,30}:")
_ENTRY = re.compile(r"(?:\.\s?){4,}|(?:\.\s?){3}\s*\d[\d,\s–-]*$|…{2,}|_{4,}")  # three dots in a sentence lead nowhere
# of a form: its name, and what is filled in
_FIELD = re.compile(r"(?=.{,50}$)[A-Z][^:.,;]{1,25}:(?:\s(?:[^:]|(?<=\d):(?=\d)){,24})?$")
_DASHES = "-\u2010–—−*+"  # they stand in sentences, too
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,4}\.?\s[^\W\d_]")
_INITIAL = re.compile(r"[A-Z]\.")  # of an author, unless the letters before or after it mark items, too
_ENDS = ".!?。！？"
_AMID = ",-‐–—"  # ends of lines within a sentence
_EMPHASIS = 0.75  # of a bold line's width, that a sentence which goes on from it has at least
_TEXT_WORDS = 3
_AT_MARKER_EM = 0.3  # from the sign of an item to text below it
_LEAST_HUNG, _HUNG_EM, _HUNG_FULL, _HUNG_BEGUN = 2, 5.0, 0.75, 0.9  # entries that hang, their indent, shares
_BOLD = int(WordStyle.BOLD)
_ITALIC = int(WordStyle.ITALIC)  # an IntFlag is slow to test


@dataclass(slots=True)
class Para:
    """Lines of one paragraph; `breaks[i]` says that line i starts on a line of its own (verse, address).

    `tag` is the element of a tagged PDF that holds them all.
    """

    lines: list[Line]
    breaks: list[bool] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    tag: TextTag | None = None

    @property
    def box(self) -> Box:
        lines = self.lines
        if len(lines) == 1:
            return lines[0].box
        return (
            min(line.x0 for line in lines), min(line.y0 for line in lines),
            max(line.x1 for line in lines), max(line.y1 for line in lines),
        )  # fmt: skip

    @property
    def text(self) -> str:
        return join_lines(self.lines, self.breaks)

    @property
    def size(self) -> float:
        return self.lines[0].size if len(self.lines) < 3 else median(line.size for line in self.lines)


def make_paragraphs(
    lines: Sequence[Line], stats: PageStats, walls: Sequence[Box] = (), ends: LineEnds | None = None,
    figures: Sequence[Box] = (),
) -> list[Para]:  # fmt: skip
    """Paragraphs of a page, top to bottom (columns still to be ordered); none reaches over the edge of a wall.

    Lines may make room for `figures` and for other lines.
    """
    obstacles = [*figures, *(line.box for line in lines)]
    apart = stats.double / stats.size
    runs = (run for chunk in chunks(lines, walls, apart) for run in of_one_type(chunk, stats))
    return [para for run in runs for para in _split_run(run, stats, ends, obstacles)]


def _split_run(lines: list[Line], stats: PageStats, ends: LineEnds | None, obstacles: Sequence[Box]) -> list[Para]:
    if len(lines) == 1:
        return [Para(lines, [False], lines[0].x0, lines[0].x1)]
    splitter = _Splitter(lines, stats, ends, obstacles)
    paras = [Para([lines[0]], [False], splitter.left, splitter.right)]
    for i in range(1, len(lines)):
        how = splitter.cut(i, paras[-1])
        if how == "break":
            paras.append(Para([lines[i]], [False], splitter.left, splitter.right))
        else:
            paras[-1].lines.append(lines[i])
            paras[-1].breaks.append(how == "newline")
    return paras


def _marker(line: Line) -> Marker | None:
    """The list marker of a line; an "o" that the next letter follows at once begins a word."""
    marker = read_marker(line.plain)
    return None if marker and marker.mark == "o" and not line.words[0].space else marker


class _Splitter:
    """Decides between two lines of a run: same paragraph, new line in it, or a new paragraph."""

    def __init__(
        self, lines: list[Line], stats: PageStats, line_ends: LineEnds | None, obstacles: Sequence[Box]
    ) -> None:
        self.lines, self.stats = lines, stats
        self.deliberate = line_ends is not None and line_ends.deliberate(lines)
        self.rtl = sum(line.rtl for line in lines) * 2 > len(lines)
        self.left, self.right = min(line.x0 for line in lines), max(line.x1 for line in lines)
        em = median(line.size for line in lines)
        steps = [b.baseline - a.baseline for a, b in pairwise(lines) if abs(a.size - b.size) < 0.1 * em]
        near = [step for step in steps if step < max(1.9, _LOWER * stats.double / stats.size) * em]
        usual = median(near) if len(near) >= 2 else min([*near, stats.step * em / stats.size])
        self.leading = max(usual, 0.9 * em)
        mono = [is_mono(line) for line in lines] if stats.code else []
        self.mono = mono if any(mono) and not all(mono) else []
        self.starts = [-edge for edge in local_ends(lines, [-self.start(line) for line in lines], em, obstacles)]
        ends = [self.end(line) for line in lines]
        listing = 2 * sum(mono) > len(lines)
        self.ends = local_ends(lines, ends if listing else flush_ends(lines, ends, em), em, obstacles)
        flush = sum(abs(end - other) < _FLUSH_EM * em for end, other in zip(ends, self.ends, strict=True))
        self.justified = len(lines) > _FEW_LINES and flush >= _FLUSH * len(lines)
        at_edge = sum(self.indent(i) < 0.6 * em for i in range(len(lines)))
        self.hung = False
        middles = [(line.x0 + line.x1) / 2 for line in lines]
        spread = max(middles) - min(middles)
        self.centred = len(lines) >= 2 and spread < 0.6 * em and at_edge < len(lines)
        self.hanging = self._hanging([self.indent(i) < 0.6 * em for i in range(len(lines))], em)
        self.markers = [_marker(line) for line in lines]
        prose = [i for i in range(len(lines)) if not (self.mono and self.mono[i])]
        short = sum(self._room(i, em) and lines[i - 1].plain[-1:] not in STOPS for i in prose if i)
        self.hung = not any(self.markers) and self._is_hung(em)
        self.entries = len(prose) > 5 and _ENTRIES * len(prose) < short and not any(self.markers)

    def start(self, line: Line) -> float:
        return -line.x1 if self.rtl else line.x0

    def end(self, line: Line) -> float:
        return -line.x0 if self.rtl else line.x1

    def indent(self, i: int) -> float:
        return self.start(self.lines[i]) - self.starts[i]

    def _hanging(self, at_edge: Sequence[bool], em: float) -> list[bool]:
        """Of each line whether paragraphs hang there: start at the edge and go on indented. Free height may part lines
        that do from others that don't; where full lines at the edge mostly go on at the edge, none hang."""
        whole = len(at_edge) >= 4 and 2 * sum(at_edge) <= len(at_edge) and at_edge[0]
        if not whole:
            return [False] * len(at_edge)
        cuts = [i for i in range(1, len(at_edge)) if self._is_far(i)]
        result: list[bool] = []
        for first, end in pairwise([0, *cuts, len(at_edge)]):
            hang = 2 * sum(at_edge[first:end]) <= end - first + 1
            if end - first > 1 and not at_edge[first] and all(at_edge[first + 1 : end]):
                hang = False  # its first line alone is indented
            if hang:
                full = [i for i in range(first + 1, end) if at_edge[i - 1] and not self._room(i, em)]
                hang = len(full) < _LEAST_HUNG or 2 * sum(at_edge[i] for i in full) <= len(full)
            result += [hang] * (end - first)
        return result

    def _is_hung(self, em: float) -> bool:
        """Whether every line at the edge begins an entry, as of a bibliography, and indented ones go on: these follow
        full lines, and those begin as sentences do."""
        heads = [i for i in range(1, len(self.lines)) if self.indent(i) < 0.6 * em]
        behind = [
            i for i in range(1, len(self.lines))
            if 0.8 * em < self.indent(i) < _HUNG_EM * em and self.indent(i - 1) < 0.6 * em
        ]  # fmt: skip
        if len(behind) < _LEAST_HUNG or len(heads) < _LEAST_HUNG or self.indent(0) > 0.6 * em:
            return False
        full = sum(not self._room(i, em) for i in behind)
        begun = sum(_begins(self.lines[i]) for i in heads)
        return full >= _HUNG_FULL * len(behind) and begun >= _HUNG_BEGUN * len(heads)

    def _is_far(self, i: int) -> bool:
        """Whether more height than usual is free over a line."""
        prev, line = self.lines[i - 1], self.lines[i]
        em = max(prev.size, line.size)
        return line.baseline - prev.baseline > FAR * self.leading * em / max(min(prev.size, line.size), 0.7 * em) + 0.3

    def _is_held_apart(self, i: int, em: float) -> bool:
        """Whether a sentence goes on from a full line, and brackets or sums in one of the two lines need the height."""
        prev, line = self.lines[i - 1], self.lines[i]
        if line.baseline - prev.baseline > _HELD * self.leading or prev.plain[-1] in _ENDS or self._room(i, em):
            return False
        if self.deliberate or is_entry(prev) or _ENTRY.search(prev.plain):
            return False
        hung = max(word.bbox[3] for word in prev.words) - median(word.bbox[3] for word in prev.words)
        stands = median(word.bbox[1] for word in line.words) - min(word.bbox[1] for word in line.words)
        return max(hung, stands) > _REACH_EM * em

    def _parts_text(self, i: int, em: float) -> bool:
        """Whether a sentence ends short of the edge of justified text, or the next one begins a little lower or, on
        scans, farther in than lines do.

        OCR's boxes stray by less than the blanks and indents that part paragraphs, which are often half of what is sure
        by itself.
        """
        prev, line = self.lines[i - 1], self.lines[i]
        if prev.plain[-1] not in _ENDS or not _begins(line) or self.centred:
            return False
        if abs(prev.size - line.size) > 0.05 * em or self.markers[i - 1] is not None or self.hanging[i]:
            return False
        lower = line.baseline - prev.baseline > _LOWER * self.leading
        if line.words[0].font:
            return lower or (self.justified and self.ends[i - 1] - self.end(prev) > _SHORT_EM * em)
        farther = i + 1 < len(self.lines) and self.indent(i + 1) < _FARTHER_EM * em / 2
        return lower or (farther and min(self.indent(i), self.indent(i) - self.indent(i - 1)) > _FARTHER_EM * em)

    def _is_below_items(self, i: int, em: float, para: Para) -> bool:
        """Whether text begins below items that stand as far apart as paragraphs do, so that the usual step tells
        nothing: farther down than lines of the page are, or than it goes on itself."""
        line = self.lines[i]
        at_marker = abs(self.start(line) - self.start(para.lines[0])) < _AT_MARKER_EM * em
        if self.markers[i - len(para.lines)] is None or self.markers[i] is not None or not at_marker:
            return False
        own = self.stats.step * em / self.stats.size
        if i + 1 < len(self.lines) and self.markers[i + 1] is None:
            own = min(own, self.lines[i + 1].baseline - line.baseline)
        return line.baseline - self.lines[i - 1].baseline > FAR * own and _begins(line)

    def cut(self, i: int, para: Para) -> str:
        prev, line = self.lines[i - 1], self.lines[i]
        em = max(prev.size, line.size)
        far = self._is_far(i) and not self._is_held_apart(i, em)
        if far or self._parts_text(i, em) or names_kind(prev) or _ABOUT.match(line.plain):
            return "break"
        if self._is_below_items(i, em, para) or (prev.bold and line.bold and self._is_next_head(i, em)):
            return "break"
        run_in = prev.bold and not prev.words[-1].style & _BOLD and not self._room(i, em)  # a head, and its text begins
        if (
            prev.bold != line.bold
            and (prev.bold or len(line.words) > 2 or line.bold)
            and not (run_in or goes_on(prev, line) or self._is_emphasis(i, em))
        ):
            return "break"
        if len(para.lines) == 1 and prev.styled(_ITALIC) and not line.styled(_ITALIC) and self._room(i, em):
            return "break"  # a term, or a place of work: a line in italics over what is said of it
        if self.mono and self.mono[i] and is_mono_word(prev.words[-1]) and _is_text(prev) and not self._room(i, em):
            return "join"  # a name or an address goes on
        if self.mono and self.mono[i - 1] != self.mono[i] and self._ended(i, em) and not self._is_in_entry(i, em):
            return "break"
        if self.mono and self.mono[i - 1] and self.mono[i]:
            item = self.markers[i] is not None and not is_mono_word(line.words[0])
            return "break" if item else "newline"
        if self.markers[i] is not None and self._starts_item(i):
            return "break"
        if opens_with_sign(line) and opens_with_sign(para.lines[0]):
            return "break"
        if self.deliberate or is_entry(prev):
            return "break" if self._leaves_item(i, em, para) else "newline"
        if self.centred:
            return "join" if not self._room(i, em) else "newline"
        return self._by_indent(i, prev, line, em, para)

    def _is_next_head(self, i: int, em: float) -> bool:
        """Whether of two bold lines each has a section's number, or one in capitals is the head of what is indented."""
        prev, line = self.lines[i - 1], self.lines[i]
        indented = self.indent(i) - self.indent(i - 1) > 2 * em and self._room(i, em)
        if indented and prev.plain.isupper() and not line.plain.isupper():
            return True
        return not is_entry(line) and all(_SECTION.match(one.plain) for one in (prev, line))

    def _is_emphasis(self, i: int, em: float) -> bool:
        """Whether a sentence goes on from a full line, where all of one of the two lines happens to be bold."""
        prev, line = self.lines[i - 1], self.lines[i]
        amid = line.plain[0].islower() and (prev.plain[-1].isalpha() or prev.plain[-1] in _AMID)
        other = prev.bold and not line.words[0].style & _BOLD  # under a title: "by" and a name
        return amid and not (other and line.width < _EMPHASIS * prev.width) and not self._room(i, em)

    def _is_in_entry(self, i: int, em: float) -> bool:
        """Whether an address or a name begins a line amid an entry that hangs, as of a bibliography."""
        level = abs(self.indent(i) - self.indent(i - 1)) < _AT_MARKER_EM * em < self.indent(i)
        return level and self.hanging[i] and self.mono[i] and self.lines[i - 1].plain[-1] != ":"

    def _ended(self, i: int, em: float) -> bool:
        """Whether prose stopped before a listing, or a listing before prose: a long name may fill a line of a text."""
        prev = self.lines[i - 1]
        return prev.plain[-1:] in STOPS or self._room(i, em) or self.indent(i) - self.indent(i - 1) > em

    def _starts_item(self, i: int) -> bool:
        """A marker that is no accident: a bullet, or a number where others start too or the line above ended."""
        marker = self.markers[i]
        assert marker is not None
        line, prev = self.lines[i], self.lines[i - 1]
        if not marker.ordered:
            alike = sum(other is not None and other.mark == marker.mark for other in self.markers)
            if marker.mark == "o" and alike == 1 and line.words[0].font == line.words[1].font:
                return False  # "o" is a word, too
            return alike > 1 or marker.mark not in _DASHES or prev.plain[-1:] in STOPS or self._room(i, line.size)
        near = [
            j for j, other in enumerate(self.markers)
            if other is not None and other.ordered and j != i and ("[" in other.mark or "[" not in marker.mark)
            and not (_INITIAL.fullmatch(marker.mark) and not _is_next(marker, other))
        ]  # fmt: skip
        same = any(abs(self.start(self.lines[j]) - self.start(line)) < 1.2 * line.size for j in near)
        return same or prev.plain[-1:] in STOPS or self.start(prev) - self.start(line) > 0.5 * line.size

    def _by_indent(self, i: int, prev: Line, line: Line, em: float, para: Para) -> str:
        indent = self.indent(i) - self.indent(i - 1)
        first = para.lines[0]
        item = self.markers[i - len(para.lines)] is not None
        led = _ENTRY.search(prev.plain) is not None  # of a contents page, with dots that lead to a number
        if led and prev.plain[-1].isalnum() and not self._leaves_item(i, em, para):
            return "newline"
        if self.entries:  # of an index: what is indented goes on, or stands under the entry
            alone = self.indent(i) < 0.6 * em or self._room(i, em)
            return "newline" if alone else "join"
        if self.hung:
            return "break" if self.indent(i) < 0.6 * em else "join"
        if self.hanging[i] and not item:
            if self.indent(i) < 0.6 * em and self.indent(i - 1) > 0.8 * em and not self._is_amid(i, em):
                return "break"
        elif item:
            if len(para.lines) == 1 and indent > 0.3 * em:
                return "join"
            if self._leaves_item(i, em, para):
                return "break"
        elif indent > 0.8 * em and self._returns(i, em) and not opens_with_sign(first) and not self._is_amid(i, em):
            return "break"
        if led:
            return "newline"
        if not self._room(i, em):
            return "newline" if _FIELD.match(prev.plain) and _FIELD.match(line.plain) else "join"
        if prev.plain[-1:] in STOPS:
            return "break"
        return "newline"

    def _is_amid(self, i: int, em: float) -> bool:
        """Whether a sentence goes on in an indented line, as below a term: behind a full line, with a small letter.
        Behind numbers stand what is under an entry of an index, or other data."""
        prev, line = self.lines[i - 1], self.lines[i]
        if prev.plain[-1] in STOPS or prev.plain[-1].isdecimal() or not line.plain[0].islower():
            return False
        full = self.end(line) < self.end(prev) + em and not self._room(i, em)
        return full and len(prev.words) > _TEXT_WORDS

    def _leaves_item(self, i: int, em: float, para: Para) -> bool:
        """Whether a line farther out is no part of an item: text goes on there only behind a full first line, where
        nothing else is indented."""
        prev = self.lines[i - 1]
        if self.markers[i - len(para.lines)] is None or self.indent(i) - self.indent(i - 1) > -0.8 * em:
            return False
        if len(para.lines) > 1 or self._room(i, em):
            return True
        alone = sum(abs(self.end(line) - self.end(prev)) < em for line in self.lines) == 1
        return alone and prev.plain[-1] in _ENDS and _begins(self.lines[i])

    def _returns(self, i: int, em: float) -> bool:
        """Whether the line after an indented one goes back, as after a paragraph's first line."""
        if i + 1 >= len(self.lines):
            return self._room(i, em) or self.lines[i - 1].plain[-1:] in STOPS
        return self.indent(i) - self.indent(i + 1) > 0.6 * em or self._room(i, em)

    def _room(self, i: int, em: float) -> bool:
        """Whether the line's first word would have fitted at the end of the line before."""
        prev, first = self.lines[i - 1], self.lines[i].words[0]
        word = first.bbox[2] - first.bbox[0]
        if is_cjk(first.text[0]):
            word = 2 * first.size
        room = self.ends[i - 1] - self.end(prev)
        if self.centred:
            room = self.right - self.left - prev.width
        return room > word + 0.8 * em


def _is_next(one: Marker, other: Marker) -> bool:
    return follows(one.key, other.key) or follows(other.key, one.key)


def _begins(line: Line) -> bool:
    """Whether a line begins as a sentence or a name does."""
    first = line.plain.lstrip("“„\"'‘«([")[:1]
    return first.isupper() or first.isdecimal() or is_cjk(first or " ")


def _is_text(line: Line) -> bool:
    """Whether some words of a line are no code; scripts without blanks have more than one in a piece."""
    words = [word for word in line.words if word.text[0].isalpha() and not is_mono_word(word)]
    return sum(len(word.text) if is_cjk(word.text[0]) else 1 for word in words) >= _TEXT_WORDS
