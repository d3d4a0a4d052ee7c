"""Addresses that strangers name: nothing inside is ever connected to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from conftest import Server, check_problem, make_pdf

from docparse.api.addresses import AddressRules, check_url, open_url, parse_networks, resolve
from docparse.api.errors import UrlFailed, UrlRefused

HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "00", "localhost", "localhost.", "LOCALHOST",
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0.0.1.", "127。0。0。1",
    "①②⑦.⓪.⓪.①", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.1", "192.168.0.1", "192.168.1.254",
    "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1",
    "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.5", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]",
    "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[::ffff:0:127.0.0.1]",
]  # fmt: skip
TEXTS = [
    "http://example.com/", "ftp://example.com/x", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/", "https://",
    "https:///x", "https://user@example.com/", "https://user:pw@127.0.0.1/", "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/", "https://exam ple.com/", "https://example.com\r\nHost: x/", "https://[::1/",
    "https://example.com:99999/", "https://example.com:22/", "https://example.com:6379/", "javascript:alert(1)",
    "data:text/plain,x", "https://\x00example.com/", "jar:https://example.com!/", "https://" + "a" * 2500 + ".com/",
]  # fmt: skip


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that must not be reached; the requests that reached it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(302 if self.path == "/redirect" else 200)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            self.wfile.write(b"%PDF-1.4 reached")

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            return None

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running.server_port, seen
    running.shutdown()
    running.server_close()


def to(*addresses: str) -> Any:
    """A resolver that says this, one answer after the other; the last one for ever."""
    answers = list(addresses)

    def resolver(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found.split()]

    return resolver


def test_there_are_enough_vectors() -> None:
    assert len(HOSTS) + len(TEXTS) >= 60
    assert len(set(HOSTS)) == len(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
def test_inside_is_refused(host: str, canary: tuple[int, list[str]]) -> None:
    port, seen = canary
    rules = AddressRules(("https", "http"), ports=(80, 443, port))
    for scheme in ("http", "https"):
        with pytest.raises((UrlRefused, UrlFailed)):
            open_url("GET", f"{scheme}://{host}:{port}/x", rules, timeout_s=2)
    assert seen == []


@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts_are_refused(text: str) -> None:
    with pytest.raises(UrlRefused):
        resolve(check_url(text, AddressRules()), AddressRules(resolve=to("127.0.0.1")))


@pytest.mark.parametrize("answers", ["127.0.0.1", "93.184.215.14 127.0.0.1", "10.0.0.1 93.184.215.14", "::1"])
def test_names_that_lead_inside(answers: str, canary: tuple[int, list[str]]) -> None:
    port, seen = canary
    rules = AddressRules(("http",), ports=(port,), resolve=to(answers))
    with pytest.raises(UrlRefused):
        open_url("GET", f"http://rebind.example:{port}/x", rules, timeout_s=2)
    assert seen == []


def test_rebinding_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is connected to, whatever the name says a moment later."""
    connected: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    rules = AddressRules(("http",), resolve=to("93.184.215.14", "127.0.0.1"))
    with pytest.raises(UrlFailed):
        open_url("GET", "http://rebind.example/x", rules, timeout_s=2)
    assert connected == ["93.184.215.14"]


def test_redirects_are_checked_anew(canary: tuple[int, list[str]]) -> None:
    port, seen = canary
    rules = AddressRules(("http",), parse_networks("127.0.0.0/8"))
    with pytest.raises(UrlRefused):
        open_url("GET", f"http://127.0.0.1:{port}/redirect", rules, timeout_s=2, redirects=3)
    assert seen.count("/redirect") == 1
    answer = open_url("POST", f"http://127.0.0.1:{port}/redirect", rules, body=b"{}", timeout_s=2)
    assert answer.status == 302  # webhooks follow none
    answer.close()
    seen.clear()


def test_slow_answers_are_given_up() -> None:
    """A server that drips a byte now and then keeps nobody longer than the whole time allowed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                while not stop.wait(0.1):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        rules = AddressRules(("http",), parse_networks("127.0.0.1"))
        with pytest.raises(UrlFailed):
            open_url("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/", rules, timeout_s=0.7)
        stop.set()
        thread.join()


def test_urls_are_off_by_default(client: httpx.Client) -> None:
    answer = client.post("/v1/jobs", files={"url": (None, "https://example.com/a.pdf")})
    check_problem(answer, 403, "forbidden")


def test_webhooks_into_the_house_are_refused(server: Server, client: httpx.Client) -> None:
    for url in ("http://127.0.0.1/x", "https://169.254.169.254/x", "https://[::1]/x", "ftp://example.com", "x"):
        check_problem(client.post("/v1/webhooks", json={"url": url}), 422, "url_refused")
    answer = client.post("/v1/jobs", files={"files": make_pdf()}, data={"webhook_url": "https://10.0.0.1/x"})
    check_problem(answer, 422, "url_refused")
