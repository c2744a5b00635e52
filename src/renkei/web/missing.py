"""What is still missing for a certificate, in one line per reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from renkei.wording import Wording

MAX_NAMED = 6
_PLACES = ("requirement", "linkage", "value")


def missing_lines(items: Iterable[Any], wording: Wording) -> tuple[str, ...]:
    """The lines of a decision's ``missing``: codes with their values, requirement ids, or plain sentences.

    Single requirements that fail or could not be decided are left out: the page shows each of them anyway.
    """
    grouped: dict[str, list[str]] = {}
    for item in items:
        code, values = _read(item)
        if code.startswith("case-") and code != "case-waived":
            continue
        named = [_named(value, wording) for value in values if value]
        grouped.setdefault(code, [])
        if named:
            grouped[code].append(" ".join(named))
    return tuple(_line(code, names, wording) for code, names in grouped.items())


def _read(item: Any) -> tuple[str, list[str]]:
    if isinstance(item, str):
        return item, []
    if isinstance(item, Mapping):
        return str(item.get("code", "")), [str(item.get(name, "")) for name in _PLACES]
    return str(getattr(item, "code", item)), [str(getattr(item, name, "")) for name in _PLACES]


def _named(value: str, wording: Wording) -> str:
    return f"{value} {wording.title(value)}" if wording.title(value) else wording.catalogue.choice("profiles", value)


def _line(code: str, names: list[str], wording: Wording) -> str:
    catalogue = wording.catalogue
    sentence = catalogue.choice("missing", code) if not wording.title(code) else _named(code, wording)
    if not names:
        return sentence
    shown = list(names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        shown.append(catalogue.text("pages.values-more", count=len(names) - MAX_NAMED))
    return catalogue.text("pages.sentence-detail", sentence=sentence, detail=catalogue.text("pages.comma").join(shown))
