"""A browser that opens every file of a run folder, and a listener that nobody may ever reach."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1280,1600",
)  # fmt: skip


def to_open(run: Path) -> list[Path]:
    """Every file of the run; of each kind of small data file a share, pages and attachments all."""
    files = sorted(path for path in run.rglob("*") if path.is_file() and path.stat().st_size < 30_000_000)
    pages = [path for path in files if path.suffix in (".html", ".svg", ".xml", ".txt", ".htm", ".xhtml")]
    return pages + [path for path in files if path not in pages][:200]


def asked(driver: Any) -> Iterator[str]:
    """Every address that the browser asked for since the last question."""
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield str(message["params"]["request"]["url"])


@contextlib.contextmanager
def canary(hits: list[str]) -> Iterator[str]:
    """A listener on another address; whoever connects was made to."""
    with socket.create_server(("127.0.0.2", 0)) as listener:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = listener.accept()
                    with sock:
                        sock.settimeout(1)
                        hits.append(sock.recv(200).decode("latin-1").partition("\r\n")[0])

        threading.Thread(target=listen, daemon=True).start()
        host, port = listener.getsockname()
        yield f"{host}:{port}"


def open_all(run: Path, profile: Path) -> dict[str, Any]:
    """Open every file of a run folder in Chromium: how many, in which a script ran, and which other hosts were asked."""
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.set_capability("unhandledPromptBehavior", "ignore")
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    driver.set_page_load_timeout(30)
    fired: list[str] = []
    away: set[str] = set()
    opened = 0
    try:
        for path in to_open(run):
            opened += 1
            try:
                driver.get(path.as_uri())
                time.sleep(0.8 if path.suffix == ".html" else 0.02)
                if driver.execute_script("return window.FIRED || document.title === 'FIRED'"):
                    fired.append(path.relative_to(run).as_posix())
            except WebDriverException as error:
                if "alert" in str(error):
                    fired.append(path.relative_to(run).as_posix())
                    driver.switch_to.alert.dismiss()
            own = ("file:", "data:", "blob:", "chrome:", "about:")
            away |= {url for url in asked(driver) if not url.startswith(own)}
    finally:
        driver.quit()
    return {"opened": opened, "fired": fired, "away": sorted(away)[:20]}
