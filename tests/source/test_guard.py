"""The guarded child: what a hostile page may cost, and who dies with whom."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import made_sources as made
import pymupdf
import pytest

from docparse.errors import DocparseError, SourceFault, SourceTimeout
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings
from docparse.source import guard

QUICK = Settings(source_page_timeout_s=1.5)


def with_endless_page(good: int) -> bytes:
    """`good` pages of text with one page among them (the third) that never ends."""
    document = pymupdf.open(stream=made.text_pdf(*[f"good{number}" for number in range(good)]))
    document.insert_pdf(pymupdf.open(stream=made.endless_pdf()), start_at=2)
    return document.tobytes()


def gone(pid: int, within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_page_that_hangs_costs_that_page_alone() -> None:
    with made.opened(with_endless_page(5), QUICK) as source:
        outcomes = list(source.pages(made.NO_PIXELS))
    assert [isinstance(outcome, PageImage) for outcome in outcomes] == [True, True, False, True, True, True]
    error = outcomes[2]
    assert isinstance(error, SourceTimeout)
    assert error.page == 3
    assert "1.5 s" in str(error)


def test_a_page_that_computes_without_end_costs_that_page_alone() -> None:
    with made.opened(with_endless_page(3), Settings(source_cpu_s=1, source_page_timeout_s=120)) as source:
        outcomes = list(source.pages(made.NO_PIXELS))
    assert [isinstance(outcome, PageImage) for outcome in outcomes] == [True, True, False, True]
    error = outcomes[2]
    assert isinstance(error, SourceFault)
    assert error.page == 3
    assert "source_cpu_s" in str(error)


def test_a_page_that_kills_the_child_costs_that_page_alone() -> None:
    with made.opened(made.text_pdf("one", "two", "three")) as source:
        assert isinstance(source.page(1, made.NO_PIXELS), PageImage)
        os.kill(guard_child(source), signal.SIGKILL)
        page = source.page(2, made.NO_PIXELS)  # a fresh child, asked again
        assert page.text.words[0].text == "two"


def guard_child(source: object) -> int:
    return source._readings[0]._child.pid  # type: ignore[attr-defined, no-any-return]


def test_many_faults_in_a_row_end_the_attempts() -> None:
    endless = pymupdf.open(stream=made.endless_pdf())
    document = pymupdf.open()
    for _ in range(12):
        document.insert_pdf(endless)
    start = time.monotonic()
    with made.opened(document.tobytes(), Settings(source_page_timeout_s=0.3)) as source:
        outcomes = list(source.pages(made.NO_PIXELS))
    assert [outcome.page for outcome in outcomes if isinstance(outcome, DocparseError)] == list(range(1, 13))
    assert "not tried" in str(outcomes[-1])
    assert time.monotonic() - start < 60, "twelve pages of 0.3 s, eight of them in a child of their own"


def test_memory_has_a_limit() -> None:
    bomb = made.raw_pdf(made.zeros(1 << 30), content_keys=b"/Filter/FlateDecode")
    with made.opened(bomb, Settings(source_memory_mb=256, source_page_timeout_s=4)) as source:
        (outcome,) = source.pages(PixelBudget())
        assert isinstance(outcome, PageImage | SourceFault)
        pid = guard_child(source) if child_lives(source) else None
        peaks = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines() if pid else []
    assert all(int(line.split()[1]) < 512 * 1024 for line in peaks if line.startswith("VmHWM"))


def child_lives(source: object) -> bool:
    child = source._readings[0]._child  # type: ignore[attr-defined]
    return child is not None and child.alive


def test_children_serve_file_after_file() -> None:
    pids = set()
    for number in range(3):
        with made.opened(made.text_pdf(f"file{number}")) as source:
            pids.add(guard_child(source))
    assert len(pids) == 1


def test_a_large_parent_does_not_make_its_children_look_large() -> None:
    ballast = bytearray(900 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    guard.close_pool()
    pids = set()
    for number in range(2):
        with made.opened(made.text_pdf(f"file{number}")) as source:
            pids.add(guard_child(source))
    assert len(pids) == 1
    assert len(ballast) > 0


def test_start_is_quick() -> None:
    took_s = []
    for _ in range(3):
        guard.close_pool()
        start = time.monotonic()
        with made.opened(made.text_pdf("x")):
            took_s.append(time.monotonic() - start)
    assert min(took_s) < 2.0  # 0.15 s on a machine at rest


def test_many_threads_open_files_at_once() -> None:
    found: list[str] = []

    def read(text: str) -> None:
        with made.opened(made.text_pdf(text)) as source:
            found.append(source.page(1, made.NO_PIXELS).text.words[0].text)

    threads = [threading.Thread(target=read, args=(f"thread{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"thread{number}" for number in range(4)]


SCRIPT = """
import os, sys, time
sys.path.insert(0, {tests!r})
import made_sources as made
source = made.opened({path!r})
print(source._readings[0]._child.pid, flush=True)
try:
    source.page(1, made.PixelBudget())
except KeyboardInterrupt:
    os._exit(130)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_children_die_with_their_parent_and_in_silence(tmp_path: Path, sign: signal.Signals) -> None:
    path = tmp_path / "endless.pdf"
    path.write_bytes(made.endless_pdf())
    code = SCRIPT.format(tests=str(Path(__file__).parent), path=str(path))
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
        env=os.environ | {"PYTHONPATH": root}, process_group=0,
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        assert parent.stderr is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.4)  # the child is deep in the PDF library
        os.killpg(parent.pid, sign)
        parent.wait(timeout=10)
        assert gone(pid)
        assert parent.stderr.read() == ""


def test_memory_stays_flat_over_a_thousand_pages() -> None:
    data = made.text_pdf(*[f"page number {number} with a few words" for number in range(1000)])
    sizes = []
    with made.opened(io.BytesIO(data)) as source:
        for number, page in enumerate(source.pages(PixelBudget(max_pixels=100 * 784)), 1):
            assert isinstance(page, PageImage)
            if number in (200, 1000):
                status = Path(f"/proc/{guard_child(source)}/statm").read_text(encoding="ascii")
                sizes.append(int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20)
    assert sizes[1] - sizes[0] < 24
