"""The finished report made safe to open anywhere: no analytics, no other host, no script but its own.

Allure 3 hard-codes an analytics tag into every page. It is cut out, and a Content-Security-Policy is put in first
place that lets the browser run exactly the scripts which the page has now (by digest) and load nothing from any host.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from renkei.errors import HarnessError

ANALYTICS = ("googletagmanager", "google-analytics", "gtag(")
_LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
_INTEGRITY = re.compile(r'<script integrity="(sha256-[A-Za-z0-9+/=]+)"')
_DATA_SCRIPT = re.compile(r'<script\s+src="(data:text/javascript;base64,)([A-Za-z0-9+/=]+)"></script>')
_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)
TEXT_SUFFIXES = (".html", ".js", ".mjs", ".css", ".json", ".svg", ".txt")


def seal(folder: Path, language: str) -> int:
    """Clean every page of a report, prove that nothing is left, and give the number of bytes of the report."""
    pages = sorted(folder.rglob("*.html"))
    if not pages:
        raise HarnessError("allure-no-page", folder=folder.name)
    for page in pages:
        page.write_text(clean(page.read_text("utf-8"), language), "utf-8")
    for path in sorted(path for path in folder.rglob("*") if path.suffix in TEXT_SUFFIXES):
        prove(path.name, path.read_text("utf-8"))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def clean(html: str, language: str) -> str:
    """The page without analytics scripts, with its data-URL script pinned and with its policy."""
    html = _SCRIPT.sub(lambda tag: "" if any(word in tag.group() for word in ANALYTICS) else tag.group(), html)
    html = _DATA_SCRIPT.sub(_pinned, html)
    inline = {_digest(body.encode()) for attributes, body in _SCRIPT.findall(html) if "src=" not in attributes}
    allowed = " ".join(f"'{digest}'" for digest in sorted(inline | set(_INTEGRITY.findall(html))))
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline' data:; "
        "img-src data: blob:; media-src data: blob:; font-src data:; connect-src data: blob:; frame-src data: blob:; "
        "form-action 'none'; object-src 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer">'
    html = html.replace('<html dir="ltr" lang="en">', f'<html dir="ltr" lang="{language}">', 1)
    return html.replace("<head>", f"<head>{meta}", 1)


def _pinned(tag: re.Match[str]) -> str:
    """The script with its own digest, by which the policy allows it; a data URL alone would let any other in."""
    return f'<script integrity="{_digest(base64.b64decode(tag.group(2)))}" src="{tag.group(1)}{tag.group(2)}"></script>'


def _digest(body: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def prove(name: str, text: str) -> None:
    """Raise unless the file is free of analytics and loads nothing from another host."""
    left = [word for word in ANALYTICS if word in text]
    if left:
        raise HarnessError("allure-analytics-left", file=name, found=", ".join(left))
    if name.endswith(".html"):
        loads = _Loads()
        loads.feed(text)
        if loads.foreign:
            raise HarnessError("allure-foreign-load", file=name, found=loads.foreign[0])
        if not loads.policy:
            raise HarnessError("allure-no-policy", file=name)


class _Loads(HTMLParser):
    """Collects what a page loads from outside itself, and whether its policy comes before any of it."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.policy = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note policy and foreign addresses of one tag."""
        values = dict(attrs)
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policy = True
        address = values.get(_LOADED.get(tag, ""), "") or ""
        if address and (re.match(r"(?i)\s*(?:[a-z][a-z0-9+.-]*:)?//", address) or not self.policy):
            self.foreign.append(f"{tag} {address[:80]}")
