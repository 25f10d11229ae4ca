"""What the pages of the site cost, page kind by page kind: `python -m tests.bench.site`, into `build/bench`.

Chromium opens each page as a phone and as a desk sees it, from a server that packs as a public host does, and says
what was transferred, how far the text moved while the page was made, and when its largest part was painted.
Below stand how soon the figures answer the hand (see `figures`) and how long each chapter took to compute.
With `--lighthouse PROGRAM` the marks of Lighthouse for phones come between;
it comes from npm, `npm install lighthouse@12`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.figures import answers, answers_table
from tests.bench.report import machine
from tests.conftest import ROOT
from tests.site.conftest import settle
from tests.site.server import serve

PAGES = {
    "first page": "book/index.html",
    "chapter": "book/chain_rule.html",
    "chapter with the most formulas": "book/activations.html",
    "laboratory": "book/lab.html",
    "glossary": "book/glossary.html",
    "lists": "book/bibliography.html",
    "assignment": "assignments/chain_rule.html",
    "search": "search.html?q=gradient",
}
SCREENS = {"phone": (412, 823), "desk": (1280, 900)}
MARKS = ("performance", "accessibility", "best-practices", "seo")
COLUMNS = "| page | screen | KiB | requests | shift | largest paint, ms |"
_WATCH = """
window.seen = { shift: 0, paint: 0 };
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
"""


@dataclass(frozen=True)
class Cost:
    """What one visit with an empty cache cost.

    Attributes:
        kib: What was transferred, packed, headers included.
        requests: How many files.
        shift: Cumulative layout shift; Google calls 0.1 good.
        paint: Milliseconds to the largest contentful paint, on this machine, without a slow network.
    """

    kib: float
    requests: int
    shift: float
    paint: float


def visit(browser: Browser, address: str, screen: tuple[int, int]) -> Cost:
    """Open a page once and watch it until it stands still."""
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]})
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.add_init_script(_WATCH)
        page.goto(address, wait_until="load")
        settle(page)
        page.wait_for_timeout(1000)
        seen = page.evaluate("seen")
        return Cost(sum(sizes) / 1024, len(sizes), seen["shift"], seen["paint"])
    finally:
        context.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; end it afterwards."""
    program = shutil.which("chromium") or sys.exit("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def measured(browser: Browser, base: str, rounds: int) -> Iterator[tuple[str, str, Cost]]:
    """Yield (kind of page, screen, cost), the median over some visits."""
    for kind, path in PAGES.items():
        for screen, size in SCREENS.items():
            costs = [visit(browser, f"{base}/{path}", size) for _ in range(rounds)]
            middle = (
                statistics.median(getattr(cost, name) for cost in costs) for name in Cost.__annotations__
            )
            yield kind, screen, Cost(*middle)


def lighthouse(program: str, address: str) -> dict[str, int]:
    """Return Lighthouse's marks for a page on a phone, from 0 to 100."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        flags = "--headless=new --no-sandbox"
        options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
        run = subprocess.run([program, address, *options], capture_output=True, text=True, check=False)
        if run.returncode or not report.is_file():
            sys.exit(f"{program} could not judge {address}:\n{run.stderr[-2000:]}")
        marks = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * marks[name]["score"]) for name in MARKS}


def table(costs: list[tuple[str, str, Cost]]) -> str:
    """Return the costs as a Markdown table."""
    rows = (
        f"| {kind} | {screen} | {cost.kib:.0f} | {cost.requests:.0f} | {cost.shift:.3f} | {cost.paint:.0f} |"
        for kind, screen, cost in costs
    )
    return "\n".join([COLUMNS, "|---|---|--:|--:|--:|--:|", *rows])


def marks_table(marks: dict[str, dict[str, int]]) -> str:
    """Return Lighthouse's marks as a Markdown table."""
    rows = (
        f"| {kind} | " + " | ".join(str(found[name]) for name in MARKS) + " |"
        for kind, found in marks.items()
    )
    return "\n".join([f"| page | {' | '.join(MARKS)} |", "|---|" + "--:|" * len(MARKS), *rows])


def computations(cache: Path) -> dict[str, float]:
    """Return the seconds that each page's computations took, as Jupyter Book's cache remembers its last run."""
    from jupyter_cache import get_cache

    latest: dict[str, Any] = {}
    for record in get_cache(cache).list_cache_records():
        name = Path(record.uri).stem
        if name not in latest or latest[name].created < record.created:
            latest[name] = record
    return {name: float(record.data["execution_seconds"]) for name, record in sorted(latest.items())}


def computations_table(seconds: dict[str, float]) -> str:
    """Return the seconds of computation as a Markdown table."""
    rows = (f"| {name} | {taken:.1f} |" for name, taken in seconds.items())
    return "\n".join(["| page | computed in, s |", "|---|--:|", *rows])


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m tests.bench.site", description=__doc__)
    top.add_argument("--site", type=Path, default=ROOT / "_build" / "html", help="the built site")
    top.add_argument("--rounds", type=int, default=3, help="visits of which the median is shown")
    top.add_argument("--lighthouse", metavar="PROGRAM", help="also ask Lighthouse")
    top.add_argument("--output", type=Path, default=ROOT / "build" / "bench")
    return top


def main() -> None:
    """Measure and write."""
    options = parser().parse_args()
    if not (options.site / "index.html").is_file():
        sys.exit(f"there is no site in {options.site}: make book builds it, --site names another place")
    with serve(options.site) as base:
        head = " · ".join(f"{name} {value}" for name, value in machine().items())
        with chromium() as browser:
            texts = [head, table(list(measured(browser, base, options.rounds)))]
            texts.append(answers_table(answers(browser, base)))
        if options.lighthouse:
            found = {kind: lighthouse(options.lighthouse, f"{base}/{path}") for kind, path in PAGES.items()}
            texts.append(marks_table(found))
    if (options.site.parent / ".jupyter_cache").is_dir():
        texts.append(computations_table(computations(options.site.parent / ".jupyter_cache")))
    options.output.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(texts) + "\n"
    (options.output / "site.md").write_text(text, encoding="utf-8")
    print(text, options.output / "site.md", sep="\n")


if __name__ == "__main__":
    main()
