"""Sending webhooks: signed, to public addresses only, tried again with growing pauses."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from docparse.api.addresses import AddressRules, open_url
from docparse.api.errors import UrlFailed, UrlRefused
from docparse.api.signing import sign
from docparse.errors import DocparseError

if TYPE_CHECKING:
    from docparse.workers.hooks import Delivery, Hooks, Webhook

log = logging.getLogger("docparse.webhooks")

RETRY_S = (5.0, 30.0, 120.0, 600.0, 3600.0, 4 * 3600.0, 12 * 3600.0)
"""Seconds before each new try; after the last one a delivery has failed, and can be replayed."""
_TIMEOUT_S = 15.0
_LEASE_S = 60.0
_AT_ONCE = 16
_ANSWER_BYTES = 64 << 10


def send(hook: Webhook, delivery: Delivery, rules: AddressRules, *, timeout_s: float = _TIMEOUT_S) -> int:
    """One try; the status that the receiver answered. Raises UrlRefused, UrlFailed."""
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json", "User-Agent": "docparse-webhooks", "Accept": "*/*",
        **sign(hook.secret, delivery.id, int(time.time()), body),
    }  # fmt: skip
    answer = open_url("POST", hook.url, rules, headers=headers, body=body, timeout_s=timeout_s)
    try:
        read = 0
        for chunk in answer.chunks():
            read += len(chunk)
            if read > _ANSWER_BYTES:
                break
        return answer.status
    finally:
        answer.close()


class Sender:
    """A thread that sends what is due. Several processes may run one: a delivery is leased to one of them."""

    def __init__(
        self, store: Hooks, rules: AddressRules, *, retry_s: tuple[float, ...] = RETRY_S, poll_s: float = 0.5
    ) -> None:
        self._store, self._rules, self._retry_s, self._poll_s = store, rules, retry_s, poll_s
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook")
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; a try that is under way ends within its timeout, and is repeated by another sender if it is cut off."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        pause_s = self._poll_s
        under_way: set[Future[None]] = set()
        while not self._stop.wait(pause_s):
            under_way = {future for future in under_way if not future.done()}
            free = _AT_ONCE - len(under_way)
            try:
                taken = self._store.take_deliveries(limit=free, lease_s=_LEASE_S) if free else []
            except DocparseError as error:  # the store is away; it is asked again
                log.warning("webhooks wait: %s", error.message)
                pause_s = 5.0
                continue
            under_way |= {self._pool.submit(self._try, delivery, hook) for delivery, hook in taken}
            pause_s = self._poll_s

    def _try(self, delivery: Delivery, hook: Webhook) -> None:
        status: int | None = None
        reason: str | None = None
        final = False
        try:
            status = send(hook, delivery, self._rules)
        except UrlRefused as error:
            reason, final = error.message, True
        except UrlFailed as error:
            reason = error.message
        delivered = status is not None and 200 <= status < 300
        final = final or status == 410
        before = delivery.attempts
        again = not delivered and not final and before < len(self._retry_s)
        try:
            self._store.settle_delivery(
                delivery.id, delivered=delivered, status_code=status,
                retry_in_s=self._retry_s[before] if again else None,
                error=None if delivered else reason or f"the receiver answered {status}",
            )  # fmt: skip
            if status == 410:
                self._store.disable_webhook(hook.tenant_id, hook.id)
        except DocparseError as error:
            log.warning("webhook %s: %s", delivery.id, error.message)
