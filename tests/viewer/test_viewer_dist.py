"""What is committed as the build: made from these sources, small at the first load, self-contained, licences told."""

from __future__ import annotations

import gzip
import hashlib
import json
import re

from viewer_files import DIST, UI

BUDGET_KB = 400
LAZY_BUDGET_KB = 330  # of the largest library that a kind of block loads on its own


def test_dist_is_the_build_of_the_sources() -> None:
    """The build writes this hash of all that it is made from. `scripts/build-ui` builds again."""
    names = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"]
    for folder in ("src", "public"):
        names += [path.relative_to(UI).as_posix() for path in (UI / folder).rglob("*") if path.is_file()]
    whole = hashlib.sha256()
    for name in sorted(names):
        whole.update(f"{name}\n{hashlib.sha256((UI / name).read_bytes()).hexdigest()}\n".encode())
    assert (DIST / "sources.sha256").read_text().strip() == whole.hexdigest(), "run scripts/build-ui"


def first_load() -> list[str]:
    """Files of the first load: those of index.html, and what its modules import at once."""
    files, todo = ["index.html"], ["index.html"]
    while todo:
        name = todo.pop()
        text = (DIST / name).read_text(encoding="utf-8")
        found = re.findall(r'(?:src|href)="\./([^"]+)"', text) if name.endswith(".html") else []
        if name.endswith(".js"):
            found = [f"assets/{one}" for one in re.findall(r'(?:import|from)\s*"\./([^"]+\.js)"', text)]
        todo += [one for one in found if one not in files]
        files += [one for one in found if one not in files]
    return files


def _kb(name: str) -> float:
    return len(gzip.compress((DIST / name).read_bytes(), 6)) / 1000


def test_first_load_keeps_its_budget() -> None:
    files = first_load()
    assert any(name.endswith(".js") for name in files)
    assert any(name.endswith(".css") for name in files)
    assert sum(map(_kb, files)) <= BUDGET_KB
    lazy = [path.relative_to(DIST).as_posix() for path in (DIST / "assets").glob("*.js")]
    assert len(set(lazy) - set(files)) >= 4, "KaTeX, Vega, SmilesDrawer and abcjs are chunks of their own"
    assert max(map(_kb, lazy)) <= LAZY_BUDGET_KB


def test_nothing_comes_from_elsewhere() -> None:
    """No address of another host in markup or style; no inline script or style in the page."""
    html = (DIST / "index.html").read_text()
    assert not re.search(r"(src|href)=[\"'](https?:)?//", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", html)
    for path in DIST.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(?!\./|[\w-]+\.woff2|#)", path.read_text()), path.name
        assert "@import" not in path.read_text()


def test_no_code_from_strings() -> None:
    """Vega runs by its interpreter: `eval` would need a looser policy."""
    for name in first_load():
        if name.endswith(".js"):
            assert not re.search(r"\bnew Function\(|[^.\w]eval\(", (DIST / name).read_text(encoding="utf-8"))


def test_licences_are_told() -> None:
    told = (DIST / "third-party-licences.txt").read_text(encoding="utf-8")
    listed = (UI.parents[2] / "docs" / "licences.md").read_text(encoding="utf-8")
    package = json.loads((UI / "package.json").read_text())
    for name in package["dependencies"]:
        assert re.search(rf"^{re.escape(name)} \d", told, re.MULTILINE), name
        assert name in listed, f"{name} is missing in docs/licences.md"
    packages = re.findall(r"^([@\w/.-]+) \d[\w.-]* \(([^)]+)\)+$", told, re.MULTILINE)
    assert len(packages) > 20
    free = re.compile(r"MIT|ISC|BSD|Apache|0BSD|Unlicense|OFL|MPL")
    assert [name for name, licence in packages if not free.search(licence)] == []


def test_lock_file_names_no_registry() -> None:
    lock = json.loads((UI / "package-lock.json").read_text())
    assert not [name for name, found in lock["packages"].items() if "resolved" in found]
    assert "registry" not in (UI / "package.json").read_text()
