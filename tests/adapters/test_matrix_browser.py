"""Opened from a folder in headless Chromium, the matrix filters by keyboard, fits a phone and calls nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_pairs import PEOPLE, PROTECTED, make
from sample_run import HOSTILE
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_pages_browser import Browser, browser

from renkei.cli.main import main

__all__ = ["browser"]
pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The matrix of the sample run, in Japanese first."""
    folder = tmp_path_factory.mktemp("matrix")
    make(folder / "run")
    assert main(["--lang", "ja", "matrix", str(folder / "run"), "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Browser]:
    """The browser with the screen of a phone."""
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    yield browser
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def pressed(browser: Browser, *keys: str) -> None:
    """Keys, sent to whatever has the focus."""
    for key in keys:
        browser.driver.switch_to.active_element.send_keys(key)


def focused(browser: Browser) -> str:
    """The name, id or address of what has the focus."""
    one = browser.driver.switch_to.active_element
    return str(one.get_attribute("name") or one.get_attribute("href") or one.get_attribute("id"))


def tables(browser: Browser) -> list[str]:
    """The linkages whose tables are to be seen."""
    found = browser.driver.find_elements(By.CSS_SELECTOR, "section[data-linkage]")
    return [str(one.get_attribute("data-linkage")) for one in found if one.is_displayed()]


def answers(browser: Browser) -> list[str]:
    """The answers of the search, line by line."""
    return [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, "#answers li")]


def test_the_matrix_opens_without_a_network(browser: Browser, site: Path) -> None:
    """Every state is there in words; nothing but the page itself is asked for, and the policy has no complaint."""
    browser.open(site / "index.html")

    text = browser.until("どの事業者どうしが連携できるか")

    for word in (
        "適合",
        "不適合",
        "判定保留",
        "試験できず",
        "未試験",
        "同一パッケージ",
        "適合（猶予あり）",
        "利用側",
        "提供側",
    ):
        assert word in text
    assert "利用側が直します" in browser.driver.page_source
    assert browser.requests() == [(site / "index.html").as_uri()]
    assert browser.complaints() == []


def test_filters_work_by_keyboard(browser: Browser, site: Path) -> None:
    """From the top of the page, tab and letters alone narrow the tables to one linkage, and back."""
    browser.open(site / "index.html")
    browser.until("表をしぼる")
    for _ in range(12):
        pressed(browser, Keys.TAB)
        if focused(browser) == "system":
            break
    assert focused(browser) == "system"
    pressed(browser, Keys.TAB)
    assert focused(browser) == "linkage"
    pressed(browser, Keys.ARROW_DOWN)
    assert len(tables(browser)) == 1
    assert "3 件のうち 1 件" in browser.driver.find_element(By.ID, "told").text
    pressed(browser, Keys.ARROW_UP)
    assert len(tables(browser)) == 3


def test_a_state_filter_leaves_the_linkages_that_have_it(browser: Browser, site: Path) -> None:
    """Asking for failures shows the one linkage with failures; an impossible choice says so in words."""
    browser.open(site / "index.html")
    browser.until("表をしぼる")
    state = browser.driver.find_element(By.NAME, "state")
    state.send_keys("不適合")
    assert tables(browser) == [PEOPLE]
    browser.driver.find_element(By.NAME, "linkage").send_keys(Keys.END)
    assert tables(browser) == []
    assert browser.driver.find_element(By.ID, "none").is_displayed()


def test_the_search_says_who_works_with_whom(browser: Browser, site: Path) -> None:
    """For two chosen linkages, pairs that pass both come first; the others say what is missing and how it stands."""
    browser.open(site / "index.html")
    browser.until("必要な連携から")
    for linkage in (PEOPLE, PROTECTED):
        box = browser.driver.find_element(By.CSS_SELECTOR, f"input[value='{linkage}']")
        box.send_keys(Keys.SPACE)

    lines = answers(browser)

    assert "2 件すべてで適合" in lines[0]
    whole = [line.splitlines()[0] for line in lines if "すべてで適合" in line]
    assert [line.removeprefix("○ ") for line in whole] == ["alpha → gamma", "beta → gamma"]
    failed = next(line for line in lines if line.startswith("alpha → beta"))
    assert "（不適合）" in failed
    unseen = next(line for line in lines if line.startswith("gamma → beta"))
    assert "（未試験）" in unseen


def test_a_cell_leads_to_its_findings(browser: Browser, site: Path) -> None:
    """Following a failed cell unfolds why, with the evidence that lies beside the page."""
    browser.open(site / "index.html")
    browser.until("表をしぼる")
    cell = browser.driver.find_element(By.CSS_SELECTOR, "td.o-failed a")
    cell.send_keys(Keys.ENTER)
    opened = [one for one in browser.driver.find_elements(By.CSS_SELECTOR, "details.cell") if one.get_attribute("open")]
    assert len(opened) == 1
    assert "直します" in opened[0].text
    link = str(opened[0].find_element(By.LINK_TEXT, "証跡 1").get_attribute("href"))
    assert Path(link.removeprefix("file://")).is_file()


@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
def test_the_matrix_fits_a_phone(phone: Browser, site: Path, name: str) -> None:
    """On a narrow screen nothing but tables needs sideways scrolling, and what is pressed is large enough."""
    phone.open(site / name)
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") <= 360
    small = (
        "return [...document.querySelectorAll('select,button,input[type=search],.needs label')]"
        ".filter((one) => one.getBoundingClientRect().height < 43).length"
    )
    assert phone.driver.execute_script(small) == 0


def test_the_matrix_runs_nothing_of_a_target(browser: Browser, tmp_path: Path) -> None:
    """Payloads in every field that a vendor controls are text, unfolded, filtered and searched."""
    make(tmp_path / "run", text=HOSTILE)
    assert main(["--lang", "ja", "matrix", str(tmp_path / "run"), "--out", str(tmp_path / "out")]) == 0
    browser.open(tmp_path / "out" / "index.html")
    browser.until("表をしぼる")

    browser.click_all("//summary")
    browser.click_all("//button[@data-check='all']")

    assert answers(browser) != []
    assert browser.fired() is None
    assert browser.requests() == [(tmp_path / "out" / "index.html").as_uri()]
    assert browser.complaints() == []
