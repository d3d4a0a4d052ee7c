"""How a document looks: fonts, sizes, colours, as CSS."""

from __future__ import annotations

import functools
import random
import shutil
import subprocess

from docparse.errors import MissingDependency

RTL = ("ar",)
_SERIF = ("Liberation Serif", "Noto Serif", "DejaVu Serif", "C059", "P052", "Nimbus Roman", "URW Bookman")
_SANS = ("Liberation Sans", "Noto Sans", "DejaVu Sans", "Nimbus Sans", "Liberation Sans Narrow")
_WIDE = (
    "Noto Serif",
    "DejaVu Serif",
    "Noto Sans",
    "DejaVu Sans",
    "Liberation Serif",
    "Liberation Sans",
)  # Vietnamese, Cyrillic
_CJK = {"zh": "SC", "ja": "JP", "ko": "KR"}
_ARABIC = ("Noto Naskh Arabic", "Noto Kufi Arabic", "DejaVu Sans")
_NEEDED = {
    "Liberation Serif": "fonts-liberation", "DejaVu Sans": "fonts-dejavu-core", "Noto Serif": "fonts-noto-core",
    "Noto Naskh Arabic": "fonts-noto-core", "Noto Sans CJK JP": "fonts-noto-cjk",
}  # fmt: skip


@functools.cache
def known_fonts() -> frozenset[str]:
    """Families that fontconfig knows. Raises MissingDependency when one that the pages need is missing."""
    program = shutil.which("fc-list")
    if program is None:
        raise MissingDependency("fontconfig is missing", user_action="On Debian and Ubuntu: apt install fontconfig")
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True, check=False, timeout=60).stdout
    known = frozenset(name.strip() for line in listed.splitlines() for name in line.split(","))
    missing = sorted({package for family, package in _NEEDED.items() if family not in known})
    if missing:
        raise MissingDependency(
            f"fonts are missing: {', '.join(missing)}",
            user_action=f"On Debian and Ubuntu: apt install {' '.join(missing)}",
        )
    return known


def families(language: str, rng: random.Random) -> tuple[str, str]:
    """(font of the text, font of the headings) as CSS lists."""
    known = known_fonts()
    if language in _CJK:
        script = _CJK[language]
        faces = [f"Noto {face} CJK {script}" for face in ("Serif", "Sans")]
        latin = [rng.choice(("Liberation Serif", "Noto Serif")), rng.choice(("Liberation Sans", "Noto Sans"))]
        pick = rng.choice((0, 0, 1))
        body = f'"{latin[pick]}","{faces[pick]}"'
        return body, rng.choice((body, f'"{latin[1]}","{faces[1]}"'))
    if language == "ar":
        body = f'"{rng.choice([name for name in _ARABIC if name in known])}","Noto Sans"'
        return body, body
    wide = language in ("vi", "ru")
    serif = [name for name in (_WIDE[:2] if wide else _SERIF) if name in known]
    sans = [name for name in (_WIDE[2:4] if wide else _SANS) if name in known]
    body = rng.choice(serif if rng.random() < 0.6 else sans)
    head = rng.choice((body, rng.choice(sans)))
    return f'"{body}","DejaVu Sans"', f'"{head}","DejaVu Sans"'


def theme_css(language: str, rng: random.Random, *, size_pt: float, column_pt: float) -> str:
    """Fonts, size, leading, paragraph and heading style of one document."""
    body, head = families(language, rng)
    leading = rng.choice((1.25, 1.32, 1.4, 1.5)) + (0.15 if language in ("ar", "zh", "ja", "ko") else 0)
    narrow = column_pt < 22 * size_pt  # the browser does not hyphenate: justified lines would gape
    align = rng.choice(("justify", "start", "start", "start") if narrow else ("justify", "justify", "start"))
    indent = rng.random() < 0.3
    paragraph = "p{margin-bottom:0}p.body{text-indent:1.4em}" if indent else ""
    colour = rng.choice(("#000", "#000", "#1a1a1a", "#222a44"))
    accent = rng.choice(("#000", "#000", "#1f3b73", "#7a1f1f", "#245c3a"))
    centred = rng.random() < 0.25
    dark = rng.random() < 0.12
    return (
        f"body{{font-family:{body};font-size:{size_pt}pt;line-height:{leading};color:{colour}}}"
        f"p{{text-align:{align}}}"
        f"h1,h2,h3,h4,h5,h6{{font-family:{head};color:{accent}}}h1{{text-align:{'center' if centred else 'start'}}}"
        f"p.caption{{text-align:{rng.choice(('center', 'start'))};font-style:{rng.choice(('normal', 'italic'))}}}"
        f"pre{{direction:ltr;text-align:left;{_code_colours(dark, rng)}}}.display,.tex{{direction:ltr}}{paragraph}"
    )


def _code_colours(dark: bool, rng: random.Random) -> str:
    if dark:
        return "background:#23272e;color:#e6e6e6"
    return rng.choice(("background:#f4f4f4", "border:.6pt solid #aaa", "padding-left:0"))
