"""From the press of a key until the next comment stands before the moderator, in a browser, with many that wait.

Run: python bench/keys.py --held 100000

Chromium without a window, driven by Playwright (an extra of the tests), on a core of its own. The page itself takes the
time, from the event of the key to the frame behind the one in which the next comment was drawn.
"""

import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import click
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.flat import found, undisturbed
from bench.load import Rig, pinned
from bench.moderation import hold_some
from bench.pages import QUEUE
from bench.rows import Desk, Plan

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
THREAD_SHARE = 100
WAIT_MS = 20_000
KEYS = ("approve", "reject", "spam")
STANDING = "[data-comment]:not([hidden])"
WATCH = """() => {
  window.taken = [];
  document.addEventListener("keydown", (event) => {
    const id = document.querySelector("[data-comment]:not([hidden])")?.dataset.comment;
    const look = () => {
      const next = document.querySelector("[data-comment]:not([hidden])")?.dataset.comment;
      if (!next || next === id) requestAnimationFrame(look);
      else requestAnimationFrame(() => window.taken.push(performance.now() - event.timeStamp));
    };
    requestAnimationFrame(look);
  }, { capture: true });
}"""
"""Tells for each key when another comment than before has been on the screen for a frame."""


def decide_often(page: Page, letters: dict[str, str], count: int) -> list[float]:
    """So many decisions, each when its comment may be decided on; ms from the key to the next comment."""
    page.evaluate(WATCH)
    for number in range(count):
        page.wait_for_selector(f"{STANDING}[data-armed]", timeout=WAIT_MS)
        page.keyboard.press(letters[KEYS[number % len(KEYS)]])
        page.wait_for_function("(count) => window.taken.length > count", arg=number, timeout=WAIT_MS)
    taken: list[float] = page.evaluate("window.taken")
    return taken


def letters_of(page: Page) -> dict[str, str]:
    """The key of each act, as the page's scripts read them."""
    told = page.get_attribute("html", "data-letters") or ""
    return dict(pair.split(":", 1) for pair in told.split())


def measure(desk: Desk, decisions: int) -> list[float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{desk.rig.url}/console/_/sign-in")
        page.fill("input[name=token]", desk.moderator)
        page.click("main button[type=submit]")
        page.goto(f"{desk.rig.url}{QUEUE}")
        page.click("[data-claim] button")
        page.wait_for_selector(STANDING, timeout=WAIT_MS)
        taken = decide_often(page, letters_of(page), decisions)
        browser.close()
    return taken


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--held", default=100_000, show_default=True, type=click.IntRange(100), help="Comments that wait.")
@click.option("--decisions", default=50, show_default=True, type=click.IntRange(2, 1000))
@click.option("--cores", default="0,1", show_default=True, help="The service's and its server's, and the browser's.")
def main(held: int, decisions: int, cores: str) -> None:
    """Fill a site's queue through the API, and decide with a browser."""
    core, load_core = (int(each) for each in cores.split(","))
    folder = Path(tempfile.mkdtemp(prefix="cd-keys-"))
    with pinned(load_core):
        desk = Desk("keys", Rig(folder, core), Plan(held, held, max(2, held // THREAD_SHARE), 0), random.Random(5))
        try:
            found(desk)
            hold_some(desk, held)
            with undisturbed(desk):
                taken = sorted(measure(desk, decisions))
            slow = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
            click.echo(f"{held:,} held; {len(taken)} decisions, from the key to the next comment on the screen:")
            click.echo(f"median {statistics.median(taken):.0f} ms, 95th percentile {slow:.0f}, longest {taken[-1]:.0f}")
        finally:
            desk.rig.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
