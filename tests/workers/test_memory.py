"""Memory of long-lived processes: time limits of tasks that are done are not kept until they would have come."""

from __future__ import annotations

from kombu.asynchronous.timer import Timer

from docparse.workers.memory import forget_canceled


def test_canceled_entries_go_and_the_others_come_in_order() -> None:
    timer, rung = Timer(), list[int]()
    entries = [timer.call_after(-1.0 / (number + 1), rung.append, (number,)) for number in range(1000)]
    for entry in entries[::3]:
        entry.cancel()
    forget_canceled(timer)
    assert len(timer) == 666
    for _, entry in timer:
        if entry is None:
            break
        entry()
    assert rung == [number for number in range(1000) if number % 3]
