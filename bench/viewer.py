"""How long the viewer takes to show the first page of a result of 100 pages, and what it fetches for that.

python bench/viewer.py [--pages 100] [--rounds 5] [--most SECONDS]    needs Chromium and the extras `serve` and `synth`

A round is a new browser profile: from the call of the address to the first page's text and its image on the screen. The
first round finds a server that has not shown anything yet. `--most` makes it fail when the median is slower.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from docparse.synth.press import find_browser

sys.path.append(str(Path(__file__).parents[1] / "tests" / "viewer"))

import viewer_files


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        result = viewer_files.long_result(Path(name), options.pages)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        view = viewer_files.View(result)
        print(
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
            f"load {os.getloadavg()[0]:.1f}; {options.pages} pages, {options.rounds} rounds"
        )
        rounds = []
        try:
            for _ in range(options.rounds):
                rounds.append(_round(browser, view.address))
                text_s, image_s, pages, images, thumbs = rounds[-1]
                print(
                    f"text {text_s:.2f} s, image {image_s:.2f} s; "
                    f"fetched {pages} pages, {images} page images, {thumbs} small ones",
                    flush=True,
                )
        finally:
            view.stop()
            browser.close()
    median = statistics.median(max(one[0], one[1]) for one in rounds)
    print(f"first view: median {median:.2f} s, first round {max(rounds[0][:2]):.2f} s")
    if options.most is not None and median > options.most:
        raise SystemExit(f"slower than {options.most} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=float, default=None)
    return parser.parse_args()


def _round(browser: Browser, address: str) -> tuple[float, float, int, int, int]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(".text-page[data-page='1'] .block >> nth=20")
    text_s = time.perf_counter() - start
    page.wait_for_selector(".sheet[data-page='1'] img.there")
    image_s = time.perf_counter() - start
    page.wait_for_timeout(1500)
    context.close()
    images = sum("size=screen" in url for url in asked)
    thumbs = sum("size=thumb" in url for url in asked)
    pages = sum("/pages/" in url and "/image" not in url for url in asked)
    return text_s, image_s, pages, images, thumbs


if __name__ == "__main__":
    main()
