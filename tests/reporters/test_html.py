"""The page: what is in it, that nothing in a name gets out of its text, how it behaves in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.cli import main
from keraslint.findings import Report
from keraslint.reporters import render
from keraslint.reporters.results import Results
from tests.cli.conftest import CLEAN, SWAPPED
from tests.reporters.test_drawing import shown
from tests.reporters.test_machines import EVERYTHING, EVIL, HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
VOID = {"meta", "input"}


class Balanced(HTMLParser):
    """Every element, its attributes, and whether each is closed where it has to be."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost element ends."""
        assert self.open.pop() == tag

    def count(self, tag: str, class_: str = "") -> int:
        """How many elements there are with this tag and class."""
        classes = [(one.get("class") or "").split(" ") for name, one in self.elements if name == tag]
        return sum(not class_ or class_ in here for here in classes)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a project with two findings, one of them in a notebook, for two versions."""
    folder = tmp_path_factory.mktemp("project")
    before = Path.cwd()
    os.chdir(folder)
    try:
        Path("swapped.py").write_text(SWAPPED)
        Path("clean.py").write_text(CLEAN)
        cells = [{"cell_type": "code", "source": SWAPPED.replace('"a"', '"b"')}]
        Path("net.ipynb").write_text(json.dumps({"cells": cells}))
        wanted = ["--keras-version", "3.5,3.15", "--output-format", "html", "-o", "page.html"]
        assert main(["check", *wanted]) == 1
    finally:
        os.chdir(before)
    return folder / "page.html"


def test_a_page_holds_findings_pictures_and_sites(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    read = Balanced(text)
    assert not read.open
    assert (read.count("article"), read.count("details")) == (2, 3)
    assert read.count("svg", "crossed") == 4
    assert read.count("figure", "now") == read.count("figure", "safe") == read.count("figure", "unsafe") == 2
    assert "net.ipynb:cell 1:line 7:27" in text
    assert '"a": "mse", "z": "mae"' in text.replace("&quot;", '"')
    assert 'aria-label="z gets mae, which was written for another output; a gets mse' in text


def test_a_page_loads_nothing(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(src|href|url)\s*[=(]", text)
    assert "default-src 'none'" in text


def test_nothing_gets_out_of_its_text() -> None:
    plain = Balanced(render("html", Results(EVERYTHING[:1], undecided=True)))
    text = render("html", Results(EVERYTHING, undecided=True, sites=(shown([1, 0]),)))
    read = Balanced(text)
    assert not read.open
    assert read.count("script") == plain.count("script") == 1
    assert "<script>alert" not in text
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
    evil = next(one for tag, one in read.elements if tag == "article" and one["data-rule"] == HOSTILE.code)
    assert "\n" not in str(evil["data-file"])
    assert EVIL not in text


def test_a_page_of_nothing_says_so() -> None:
    text = render("html", Results((Report("clean.py"),)))
    assert "No findings in 1 file." in text
    assert not Balanced(text).open


@pytest.fixture
def browser(page: Path) -> Iterator[Any]:
    """The page in a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": 1180, "height": 900})
        complaints: list[str] = []
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.goto(page.as_uri())
        yield tab
        assert not complaints
        chromium.close()


@pytest.mark.slow
def test_filters_and_keys(browser: Any) -> None:
    count = browser.locator("#count")
    articles = browser.locator("article:visible")
    assert count.inner_text() == "2 of 2 findings"
    browser.select_option("#file", "swapped.py")
    assert (count.inner_text(), articles.count()) == ("1 of 2 findings", 1)
    assert browser.locator("details:visible").count() == 1
    browser.keyboard.press("Escape")
    assert articles.count() == 2
    browser.keyboard.press("/")
    browser.keyboard.type("net.ipynb")
    assert articles.count() == 1
    browser.keyboard.press("Escape")
    browser.select_option("#version", "3.15")
    assert articles.count() == 2
    browser.select_option("#rule", "KER202")
    assert articles.count() == 2
    browser.keyboard.press("Escape")
    focused = "document.activeElement.dataset.file ?? document.activeElement.parentElement.dataset.file"
    files = []
    for _ in range(3):
        browser.keyboard.press("j")
        files.append(browser.evaluate(focused))
    browser.keyboard.press("k")
    assert [*files, browser.evaluate(focused)] == ["net.ipynb", "swapped.py", "clean.py", "swapped.py"]
    browser.keyboard.press("j")
    assert browser.locator("details[open]").count() == 0
    browser.keyboard.press("Enter")
    assert browser.locator("details[open] svg:visible").count() == 1


@pytest.mark.slow
def test_light_and_dark(browser: Any) -> None:
    def paper() -> str:
        found: str = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        return found

    white, dark = "rgb(255, 255, 255)", "rgb(15, 19, 24)"
    browser.emulate_media(color_scheme="light")
    assert paper() == white
    browser.keyboard.press("t")
    assert paper() == dark
    browser.click("#theme")
    assert paper() == white
    browser.evaluate("delete document.documentElement.dataset.theme")
    browser.emulate_media(color_scheme="dark")
    assert paper() == dark


@pytest.mark.slow
def test_a_swap_is_drawn_crossed_beside_the_straight_lines_of_its_fixes(browser: Any) -> None:
    """Read off what the browser made of the arrows: where each begins and ends."""
    heights = """figure => [...figure.querySelectorAll("g.arrow")].map(arrow => {
        const line = arrow.querySelector(".line");
        const [begin, end] = [line.getPointAtLength(0), line.getPointAtLength(line.getTotalLength())];
        return [Math.sign(end.y - begin.y), arrow.classList.contains("astray")];
    })"""
    figures = browser.locator("article").first.locator("figure.picture")
    now, safe, unsafe = (figures.nth(at).evaluate(heights) for at in range(3))
    assert sorted(now[:2]) == [[-1, True], [1, True]]
    assert safe == unsafe == [[0, False]] * 2
    box = [figures.nth(at).bounding_box() for at in range(2)]
    assert box[0]["y"] == box[1]["y"]
    assert box[1]["x"] > box[0]["x"]
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_a_narrow_window_does_not_scroll_sideways(browser: Any) -> None:
    browser.set_viewport_size({"width": 380, "height": 800})
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
