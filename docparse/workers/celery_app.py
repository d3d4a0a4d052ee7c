"""Celery over Redis, for several processes and machines. It carries ids only; what it loses, the reconciler rings for.

The configuration is the one that was measured to hold up when Redis or a worker dies. Celery 5.7.0 is not used: its
workers end when Redis goes away while a late-acknowledged task is at work.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from celery import Celery
from redis import Redis
from redis.exceptions import RedisError

from docparse.errors import SettingsError
from docparse.settings import Settings
from docparse.workers.stages import QUEUES, Work

TASK = "docparse.work"
_log = logging.getLogger(__name__)
_PAUSE_S = 1.0
_TRANSPORT = {
    "visibility_timeout": 600, "unacked_restore_throttle": 1, "socket_timeout": 5, "socket_connect_timeout": 2,
    "health_check_interval": 25,
}  # fmt: skip


def make_app(settings: Settings) -> Celery:
    """The Celery application of this installation. Raises SettingsError without a broker."""
    if settings.broker_url is None:
        raise SettingsError(
            "setting 'broker_url' is not set", user_action="DOCPARSE_BROKER_URL=redis://…, as for `docparse serve`."
        )
    app = Celery("docparse", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_serializer="json", accept_content=["json"], task_acks_late=True, task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1, task_track_started=True, task_ignore_result=True, result_backend=None,
        task_soft_time_limit=150, task_time_limit=180, broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None, broker_transport_options=_TRANSPORT,
        task_publish_retry_policy={"max_retries": 2, "interval_start": 0, "interval_max": 0.5},
        worker_cancel_long_running_tasks_on_connection_loss=False, worker_hijack_root_logger=False,
        worker_send_task_events=False, task_default_queue=QUEUES[0],
    )  # fmt: skip
    return app


class CeleryBell:
    """Doorbells over the broker, sent by a thread of its own: a frozen broker must not hold up who rings.

    Threads may share it; forked processes may not.
    """

    def __init__(self, settings: Settings) -> None:
        self._app = make_app(settings)
        self._redis = Redis.from_url(str(settings.broker_url), socket_timeout=2, socket_connect_timeout=2)
        self._works: queue.Queue[Work | None] = queue.Queue(settings.queue_window)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self, works: Sequence[Work]) -> bool:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="docparse-bell", daemon=True)
                self._thread.start()
        try:
            for work in works:
                self._works.put_nowait(work)
        except queue.Full:
            return False
        return True

    def depth(self, name: str) -> int | None:
        try:
            return int(self._redis.llen(name)) + self._works.qsize()
        except (RedisError, OSError) as error:
            _log.warning("the broker does not answer: %s", error)
            return None

    def alive(self) -> bool:
        """Whether the broker answers within two seconds."""
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def close(self) -> None:
        """What can be sent within two seconds is sent."""
        if self._thread is not None:
            with contextlib.suppress(queue.Full):
                self._works.put_nowait(None)
            self._thread.join(timeout=2)
        self._redis.close()

    def _run(self) -> None:
        while (work := self._works.get()) is not None:
            try:
                with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
                    self._send(producer, work)
            except Exception as error:
                _log.warning("the broker took no doorbell, the reconciler will ring again: %s", error)
                time.sleep(_PAUSE_S)
                self._drop()

    def _drop(self) -> None:
        """What has piled up is old; the reconciler knows better what is due."""
        with contextlib.suppress(queue.Empty):
            while True:
                if self._works.get_nowait() is None:
                    self._works.put_nowait(None)
                    return

    def _send(self, producer: Any, work: Work) -> None:
        self._app.send_task(
            TASK, args=(work.stage.value, work.document_id, work.page), queue=work.stage.queue, producer=producer,
            ignore_result=True,
        )  # fmt: skip
