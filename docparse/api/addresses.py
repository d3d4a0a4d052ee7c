"""Opening addresses that strangers name, and nothing inside: the guard against server-side request forgery.

The host is resolved once, every address that it resolves to must be public, and the connection goes to exactly the
address that was checked; redirects are followed by hand, each checked anew. No proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from docparse.api.errors import UrlFailed, UrlRefused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"http": 80, "https": 443}
_CARRIERS = tuple(  # IPv6 ranges that carry an IPv4 address inside, or lead elsewhere by translation
    ipaddress.ip_network(text)
    for text in (
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which addresses may be opened: schemes, and networks that are allowed although they are not public."""

    schemes: tuple[str, ...] = ("https",)
    networks: tuple[IPNetwork, ...] = ()
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    resolve: Callable[..., Sequence[tuple[Any, ...]]] = field(default=socket.getaddrinfo)


def parse_networks(text: str) -> tuple[IPNetwork, ...]:
    """`"10.0.0.0/8, 127.0.0.1"` as networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public Internet; an IPv6 one that wraps another is not taken at all."""
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _CARRIERS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_url(url: str, rules: AddressRules) -> SplitResult:
    """The parts of an address that may be opened as far as its text tells. Raises UrlRefused."""
    if len(url) > 2000 or any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in url):
        raise UrlRefused("the address has blanks, control characters or backslashes, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlRefused("the address is malformed") from None
    if parts.scheme not in rules.schemes:
        raise UrlRefused(f"the address does not begin with {' or '.join(rules.schemes)}")
    if parts.username is not None or parts.password is not None:
        raise UrlRefused("the address holds a user name")
    if not parts.hostname:
        raise UrlRefused("the address has no host")
    if port is not None and port not in rules.ports and not rules.networks:
        raise UrlRefused(f"port {port} is not allowed")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return parts
    _check_address(literal, rules)
    return parts


def resolve(parts: SplitResult, rules: AddressRules) -> tuple[IPAddress, int]:
    """The address to connect to: the first of the host's, all of which must be allowed.

    Raises UrlRefused, UrlFailed.
    """
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = rules.resolve(parts.hostname, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    except (OSError, UnicodeError, ValueError):
        raise UrlFailed("the host of the address can't be resolved") from None
    if not addresses:
        raise UrlFailed("the host of the address can't be resolved")
    for address in addresses:
        _check_address(address, rules)
    return addresses[0], port


def _check_address(address: IPAddress, rules: AddressRules) -> None:
    if not is_public(address) and not any(address in network for network in rules.networks):
        raise UrlRefused("the address is not on the public Internet")


@dataclass(slots=True)
class Answer:
    """What a server answered: status, headers (lower case) and its body in pieces."""

    status: int
    headers: dict[str, str]
    connection: _Pinned
    response: http.client.HTTPResponse
    deadline_s: float

    def chunks(self, size: int = 1 << 16) -> Iterator[bytes]:
        """The body. Raises UrlFailed when it takes longer than the request was given."""
        try:
            while data := self.response.read1(size):
                yield data
                if time.monotonic() > self.deadline_s:
                    raise UrlFailed("the address answers too slowly")
        except (OSError, http.client.HTTPException) as error:
            raise UrlFailed(f"the answer broke off ({type(error).__name__})") from None

    def close(self) -> None:
        self.connection.close()


def open_url(
    method: str, url: str, rules: AddressRules, *, headers: Mapping[str, str] | None = None, body: bytes | None = None,
    timeout_s: float = 10.0, redirects: int = 0,
) -> Answer:  # fmt: skip
    """Ask a public address; call `close` on the answer. Raises UrlRefused, UrlFailed."""
    deadline_s = time.monotonic() + timeout_s
    for _ in range(redirects + 1):
        answer = _ask(method, url, rules, dict(headers or {}), body, deadline_s)
        if not redirects or answer.status not in _REDIRECTS or not answer.headers.get("location"):
            return answer
        answer.close()
        url = urljoin(url, answer.headers["location"])
    raise UrlFailed("the address redirects too often")


def _ask(
    method: str, url: str, rules: AddressRules, headers: dict[str, str], body: bytes | None, deadline_s: float
) -> Answer:
    parts = check_url(url, rules)
    address, port = resolve(parts, rules)
    connection = _Pinned(parts, address, port, max(0.1, deadline_s - time.monotonic()))
    connection.watchdog.start()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, path.encode("utf-8").decode("latin-1"), body, headers)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        raise UrlFailed(f"the address does not answer ({type(error).__name__})") from None
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, connection, response, deadline_s)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, under the name that was asked for."""

    def __init__(self, parts: SplitResult, address: IPAddress, port: int, timeout_s: float) -> None:
        super().__init__(parts.hostname or "", port, timeout=timeout_s)
        self.default_port = _PORTS[parts.scheme]
        self._secure = parts.scheme == "https"
        self._address = str(address)
        self.watchdog = threading.Timer(timeout_s, self._abort)  # socket timeouts start anew with every byte
        self.watchdog.daemon = True

    def _abort(self) -> None:
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.watchdog.cancel()
        super().close()

    def connect(self) -> None:
        sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            try:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host)
            except BaseException:
                sock.close()
                raise
        self.sock = sock
