"""Opened from a folder in headless Chromium, the pages render, call nobody and run nothing of a target's."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample_journeys
from sample_run import HOSTILE, bundle, decisions, record
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from renkei.adapters.allure import build_report, write_results
from renkei.adapters.junit import write_junit
from renkei.web import townpage
from renkei.web.index import write_index

pytestmark = pytest.mark.browser

TOOL = Path(__file__).parents[2] / "ci" / "allure"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,2400",
)  # fmt: skip
# What of a manifest the page is made of.
MANIFEST: dict[str, Any] = {
    "municipality": "993018", "seed": 1, "from": "2016-04-01", "until": "2026-04-01",
    "datasets": [{"files": [{"rows": 1_234}]}],
    "survey": {
        "residents": 60, "people": 80, "households": 30, "foreigners": 2, "outsiders": 3,
        "sizes": {"1": 12, "2": 9, "9": 1}, "pyramid": {"1": {"30": 20, "0": 5}, "2": {"35": 30, "100": 5}},
        "foreign": {"1": {"30": 2}}, "marks": {"protected": 4}, "personas": {"1": ["000000000000019"]},
        "events": {f"{2016 + month // 12}-{month % 12 + 1:02d}": {"01": 2, "12": 1} for month in range(3, 123)},
    },
}  # fmt: skip
needs_allure = pytest.mark.skipif(
    not (TOOL / "node_modules" / "allure").is_dir() or shutil.which("node") is None,
    reason="the Allure command line is not installed: npm ci --prefix ci/allure",
)


class Browser:
    """A browser that remembers what pages asked for and complained of."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, page: Path) -> None:
        """Open a page from its folder, forgetting what came before."""
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(page.as_uri())

    def until(self, words: str) -> str:
        """The page's text, as soon as it holds these words."""
        WebDriverWait(self.driver, 20).until(lambda _: words in self.text())
        return self.text()

    def text(self) -> str:
        """What a reader sees."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def requests(self) -> list[str]:
        """Every address asked for, data and blob URLs aside."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        addresses = [str(each["request"]["url"]) for each in sent]
        return [address for address in addresses if not address.startswith(("data:", "blob:"))]

    def complaints(self) -> list[str]:
        """Console errors, refusals by the policy among them."""
        return [entry["message"][:300] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def fired(self) -> Any:
        """Whether a payload ran."""
        return self.driver.execute_script("return window.FIRED")

    def framed(self, words: str) -> str:
        """The text of the first frame that holds these words, after looking there for payloads that ran."""
        for _ in range(40):
            for frame in self.driver.find_elements(By.TAG_NAME, "iframe"):
                self.driver.switch_to.frame(frame)
                text, fired = self.text(), self.fired()
                self.driver.switch_to.default_content()
                assert fired is None
                if words in text:
                    return text
            time.sleep(0.1)
        raise AssertionError(f"no frame holds {words}")

    def click_all(self, xpath: str) -> int:
        """Click whatever matches, one after the other; gives how many could be clicked."""
        clicked = 0
        for index in range(len(self.driver.find_elements(By.XPATH, xpath))):
            found = self.driver.find_elements(By.XPATH, xpath)
            if index < len(found):
                self.driver.execute_script("arguments[0].click()", found[index])
                clicked += 1
        time.sleep(0.3)
        return clicked


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    yield Browser(driver)
    driver.quit()


def run_folder(folder: Path, text: str = "") -> Path:
    """A run folder with every page in it."""
    run = record(folder, text)
    write_results(run, bundle(), folder, "ja")
    write_junit(run, bundle(), folder, "ja")
    if (TOOL / "node_modules" / "allure").is_dir():
        build_report(folder / "allure-results", folder / "allure-report", folder / "history", "ja", tool=TOOL)
    write_index(run, bundle(), folder, decisions(), "ja")
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample run's folder."""
    return run_folder(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same run from vendors that attack the reader."""
    return run_folder(tmp_path_factory.mktemp("hostile"), HOSTILE)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the town's page, of a manifest with hostile names in it."""
    folder = tmp_path_factory.mktemp("pack")
    townpage.write_pages(MANIFEST | {"municipality": "</style><script>window.FIRED=1</script>"}, folder, "ja")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of life events over nineteen offices, each of which tells all others in turn."""
    folder = tmp_path_factory.mktemp("told")
    run = sample_journeys.make(folder, stories=("shien",))
    systems = [one.id for one in sample_journeys.bundle().systems][:19]
    targets = tuple(
        {"id": f"alpha-{one}", "vendor": "alpha", "product": "住民", "version": "1", "system": one} for one in systems
    )
    steps = [
        {
            "ja": "伝える。",
            "en": "It tells.",
            "state": "done",
            "told": [[f"alpha-{one}", f"alpha-{other}", "001o006"] for other in systems],
        }
        for one in systems
    ]
    steps.append({"ja": "違う。", "en": "It differs.", "state": "broken", "whose": [f"alpha-{systems[-1]}"]})
    journeys = tuple(replace(one, steps=tuple(steps)) for one in run.journeys)
    write_index(
        replace(run, header=replace(run.header, targets=targets), journeys=journeys),
        sample_journeys.bundle(),
        folder,
        {},
        "ja",
    )
    return folder


def test_the_index_answers_without_a_network(browser: Browser, plain: Path) -> None:
    """The page opens from its folder with the three answers, asks for nothing else and has no complaint."""
    browser.open(plain / "index.html")

    text = browser.until("結論")

    assert "接続してよい" in text
    assert "まだ接続できない" in text
    assert "判定できない" in text
    assert browser.requests() == [(plain / "index.html").as_uri()]
    assert browser.complaints() == []


@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
def test_the_index_runs_nothing_of_a_target(browser: Browser, hostile: Path, name: str) -> None:
    """Payloads in every field that a target controls are shown as text, with every part of the page unfolded."""
    browser.open(hostile / name)

    browser.click_all("//summary")

    assert "window.FIRED=1" in browser.text()
    assert browser.fired() is None
    assert browser.requests() == [(hostile / name).as_uri()]
    assert browser.complaints() == []


def test_the_index_fits_a_phone(browser: Browser, plain: Path) -> None:
    """On a narrow screen nothing but tables needs sideways scrolling."""
    browser.open(plain / "index.html")
    narrow = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)

    width = browser.driver.execute_script("return document.documentElement.scrollWidth")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width <= 360


@pytest.mark.parametrize(("name", "word"), [("index.html", "直す番"), ("index.en.html", "to mend")])
@pytest.mark.parametrize("width", [360, 1280])
def test_who_told_whom_is_read_at_nineteen_offices(
    browser: Browser, told: Path, name: str, word: str, width: int
) -> None:
    """No name of an office is cut or lies on another, the page itself never scrolls sideways, the table by keyboard does."""
    browser.open(told / name)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 900}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")

    page, names, region, lines, text = browser.driver.execute_script(
        """const table = document.querySelector('.tellings');
        const box = one => one.getBoundingClientRect();
        return [document.documentElement.scrollWidth,
            Array.from(table.querySelectorAll('tbody th'), one => [box(one).top, box(one).bottom, one.scrollWidth - one.clientWidth]),
            [table.parentElement.tabIndex, table.parentElement.getAttribute('role'), table.parentElement.getAttribute('aria-label')],
            Array.from(table.querySelectorAll('td i'), one => box(one).right - box(one.parentElement).right).filter(over => over > 0).length,
            table.innerText]"""
    )
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert page <= width
    assert len(names) == 19 and all(over <= 0 for _, _, over in names)
    assert all(below[0] >= above[1] - 1 for above, below in itertools.pairwise(names))
    assert region[:2] == [0, "region"] and region[2] and not lines
    assert word in text


@needs_allure
def test_the_report_shows_vendors_side_by_side_without_a_network(browser: Browser, plain: Path) -> None:
    """Allure opens from its folder in Japanese, with vendors as environments, and asks for nothing else."""
    page = plain / "allure-report" / "index.html"
    browser.open(page)

    text = browser.until("FD-05 外字・異体字を変えずに保存する")

    for vendor in ("alpha", "beta", "gamma"):
        assert f'環境: "{vendor}"' in text
    assert "住登外者宛名番号付番" in text
    assert {address.partition("#")[0] for address in browser.requests()} == {page.as_uri()}
    assert browser.complaints() == []


@needs_allure
def test_the_report_shows_the_exchange_of_a_failure(browser: Browser, plain: Path) -> None:
    """A failed requirement shows clause, meaning, command and, unfolded, the exchange."""
    page = plain / "allure-report" / "index.html"
    browser.open(page)
    browser.until("FD-05 外字")

    browser.click_all("(//*[contains(text(),'FD-05 外字')])[1]")
    text = browser.until("住民の氏名の漢字が") + browser.framed("renkei replay")
    browser.click_all("//*[contains(text(),'やり取り POST')]")

    assert "データ要件 §2.4" in text
    assert "住民の氏名の漢字が" in text
    assert "HTTP 201" in browser.until("HTTP 201")
    assert {address.partition("#")[0] for address in browser.requests()} == {page.as_uri()}
    assert browser.complaints() == []


@needs_allure
def test_the_report_runs_nothing_of_a_target(browser: Browser, hostile: Path) -> None:
    """Every failed result, its steps and its attachments are opened: no payload runs, no other host is asked."""
    page = hostile / "allure-report" / "index.html"
    for title in ("FD-05 外字", "AU-03 期限", "FL-06 全件"):
        browser.open(page)
        browser.until(title)
        browser.click_all(f"(//*[contains(text(),'{title}')])[1]")
        browser.framed("renkei replay")
        browser.click_all("//*[contains(text(),'やり取り POST')]")
        browser.click_all("//*[contains(text(),'違いを表示')]")

        assert "HTTP 201" in browser.until("HTTP 201")
        assert browser.fired() is None
        assert {address.partition("#")[0] for address in browser.requests()} == {page.as_uri()}
        assert browser.complaints() == []


@pytest.mark.parametrize(
    ("name", "words", "title"), [("town.html", "架空", "ja"), ("town.en.html", "fictitious", "en")]
)
def test_the_town_is_drawn_without_a_network(browser: Browser, pack: Path, name: str, words: str, title: str) -> None:
    """The page opens with its pictures and tables in its language, asks for nothing, runs nothing and is not complained of."""
    browser.open(pack / name)

    text = browser.until(words)

    assert browser.driver.execute_script("return document.documentElement.lang") == title
    assert "window.FIRED=1" in text
    assert browser.fired() is None
    widths = browser.driver.execute_script(
        "return [...document.querySelectorAll('rect.men, rect.women, rect.homes, rect.month')]"
        ".map(one => one.getBoundingClientRect().width)"
    )
    assert sum(width > 0 for width in widths) > 20
    assert browser.requests() == [(pack / name).as_uri()]
    assert browser.complaints() == []


def test_the_town_is_read_by_keyboard_and_as_tables(browser: Browser, pack: Path) -> None:
    """Tab leads to the other language, to every table of a picture and to the manifest; each picture is named."""
    browser.open(pack / "town.html")
    browser.until("架空")
    browser.click_all("//summary")

    seen = set()
    for _ in range(40):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        seen.add(
            browser.driver.execute_script("const one = document.activeElement; return one.tagName + one.className")
        )
    named = browser.driver.execute_script(
        "return [...document.querySelectorAll('svg[role=img]')].every(one => one.getAttribute('aria-labelledby')"
        ".split(' ').every(id => document.getElementById(id).textContent.trim()))"
    )

    assert seen >= {"Askip", "Alanguage", "SUMMARY", "DIVscroll", "A"}
    assert named
    # Whatever a picture shows is in a table as well: 21 bands of age, seven sizes, 120 months.
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "tbody tr")) >= 21 + 7 + 120


def test_the_town_fits_a_phone(browser: Browser, pack: Path) -> None:
    """On a narrow screen nothing but tables needs sideways scrolling, with every table unfolded."""
    browser.open(pack / "town.html")
    browser.click_all("//summary")
    narrow = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)

    width = browser.driver.execute_script("return document.documentElement.scrollWidth")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width <= 360
