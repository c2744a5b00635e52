"""Opened from a folder in headless Chromium, the page tells of life events, calls nobody and runs nothing of a target's."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_journeys import bundle, make
from sample_run import HOSTILE
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_pages_browser import Browser, browser

from renkei.web.index import write_index

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
__all__ = ["browser"]  # the fixture of the other pages


def shown(browser: Browser, folder: Path, language: str, text: str = "") -> str:
    """The page of the sample's life events, as a reader sees it."""
    write_index(make(folder, text=text), bundle(), folder, {}, language)
    browser.open(folder / ("index.html" if language == "ja" else "index.en.html"))
    return browser.text()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ("できごとごとの結論", "動きません", "gamma の 024 国民健康保険", "この計画では試せません")),
        ("en", ("The answer for each life event", "It does not work", "gamma's 024", "cannot be tried")),
    ],
)
def test_the_answer_stands_at_the_top(browser: Browser, tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    """A clerk sees without scrolling what works, what does not and whose turn it is; the page asks nobody for anything."""
    text = shown(browser, tmp_path, language)

    assert all(word in text for word in words)
    table = browser.driver.find_element(By.CSS_SELECTOR, "table.journeys")
    assert table.rect["y"] + table.rect["height"] < 900
    assert browser.requests() == [browser.driver.current_url] and browser.complaints() == []


def test_the_picture_shows_whose_turn_it_is(browser: Browser, tmp_path: Path) -> None:
    """The office that has to mend something is marked by colour, sign and words, in its row and in the step that broke."""
    shown(browser, tmp_path, "ja")
    card = browser.driver.find_element(By.ID, "journey-shien")
    rows = card.find_elements(By.CSS_SELECTOR, ".tellings tbody tr")
    bad = [row for row in rows if row.get_attribute("class") == "bad"]

    assert len(rows) == 3 and len(bad) == 1
    assert bad[0].text.startswith("024 国民健康保険") and "× 直す番" in bad[0].text
    assert [one.text for one in bad[0].find_elements(By.CSS_SELECTOR, "i.m-broken")] == ["×"]
    plain = next(row for row in rows if row not in bad)
    colours = [row.find_element(By.TAG_NAME, "th").value_of_css_property("background-color") for row in (bad[0], plain)]
    assert colours[0] != colours[1]


def test_a_story_that_works_is_folded(browser: Browser, tmp_path: Path) -> None:
    """The steps of what works open on a click; those of what does not are open from the beginning."""
    shown(browser, tmp_path, "ja")
    works = browser.driver.find_element(By.ID, "journey-tennyu")

    assert "十分以内に" not in works.text
    works.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    assert "十分以内に" in works.text and "山田 2026-11-22 18:04" in works.text
    assert "十分以内に" in browser.driver.find_element(By.ID, "journey-shien").text


def test_a_narrow_screen_shows_everything(browser: Browser, tmp_path: Path) -> None:
    """On the width of a telephone nothing sticks out of the page."""
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        shown(browser, tmp_path, "ja")
        assert browser.driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_what_a_story_brings_in_does_not_run(browser: Browser, tmp_path: Path) -> None:
    """Markup in titles, sentences and names is shown as text."""
    text = shown(browser, tmp_path, "ja", HOSTILE)

    assert "window.FIRED" in text and browser.fired() is None
    assert browser.requests() == [browser.driver.current_url]
