"""Nothing that a page prints becomes code, a request or a link target in what is written."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import threading
from pathlib import Path

import lxml.html
import pytest
from export_documents import document, with_text
from markdown_it import MarkdownIt
from payloads import HOST, payloads

from docparse.export.html import to_html
from docparse.export.markdown import to_markdown
from docparse.schemas.document import Block

PAYLOADS = payloads()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_TAGS_OF_OURS = set(
    "html head meta title style body div p h1 h2 h3 h4 h5 h6 table tr td th ul ol li pre code img br".split()  # noqa: SIM905
)
_LOADING = ("src", "srcset", "data", "background", "poster", "action", "formaction", "ping", "xlink:href")


def _check(tree: lxml.html.HtmlElement, allowed: set[str]) -> None:
    for element in tree.iter():
        assert isinstance(element.tag, str), "a comment or instruction"
        assert element.tag in allowed, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert name != "style"
            assert name not in _LOADING or value.startswith("data:image/png;base64,"), (name, value)
            assert name != "href" or not re.match(r"\s*(javascript|data|vbscript)", value, re.IGNORECASE), value


def test_there_are_enough() -> None:
    assert len(PAYLOADS) >= 300


def test_html_holds_only_its_own_elements() -> None:
    for payload in PAYLOADS:
        _check(lxml.html.document_fromstring(to_html(with_text(payload))), _TAGS_OF_OURS)


def test_html_style_is_the_one_of_the_export() -> None:
    tree = lxml.html.document_fromstring(to_html(with_text("</style><style>x{}")))
    assert len(tree.findall(".//style")) == 1
    assert "url(" not in tree.find(".//style").text


@pytest.mark.no_cover
def test_markdown_renders_to_harmless_html() -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    allowed = _TAGS_OF_OURS | {"em", "strong", "blockquote", "hr", "s", "thead", "tbody", "a", "span"}
    for payload in PAYLOADS:
        written = to_markdown(with_text(payload), headers_footers="keep", images="embed", figure_text=True)
        rendered = reader.render(written)
        tree = lxml.html.fragment_fromstring(rendered, create_parent="div")
        _check(tree, allowed)
        assert not tree.findall(".//img")
        assert all(a.get("href") == "" or a.text_content() == a.get("href") for a in tree.iter("a")), rendered


class _Counter(http.server.BaseHTTPRequestHandler):
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("policy", [True, False], ids=["as-written", "without-its-policy"])
def test_a_browser_runs_and_requests_nothing(tmp_path: Path, policy: bool) -> None:
    """One page with all payloads, opened for real. A probe of our own shows that a script would have been seen."""
    seen: list[str] = []
    handler = type("Handler", (_Counter,), {"seen": seen})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        blocks: list[Block] = [
            block for payload in PAYLOADS for block in with_text(payload.replace(HOST, host + "/evil")).pages[0].blocks
        ]
        html = to_html(document(blocks))
        assert "Content-Security-Policy" in html
        if not policy:
            html = re.sub(r"<meta http-equiv=[^>]*>", "", html)
        probe = "<script>window.hits=0;window.hit=function(){window.hits++;document.title='HIT'}</script>"
        page = tmp_path / "page.html"
        page.write_text(html.replace("<title>", probe + "<title>", 1) if not policy else html, encoding="utf-8")
        result = _open(page, tmp_path / "profile")
        assert "HIT" not in re.search(r"<title>(.*?)</title>", result, re.DOTALL).group(1)  # type: ignore[union-attr]
        assert seen == []
        page.write_text(f"{probe}<title>x</title><script>hit(1)</script><img src={host}/probe.png>", encoding="utf-8")
        assert "<title>HIT</title>" in _open(page, tmp_path / "profile")
        assert "/probe.png" in seen
        server.shutdown()


def _open(page: Path, profile: Path) -> str:
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=2000",
        "--dump-dom",
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, timeout=90, check=True)
    return done.stdout.decode("utf-8", "replace")
