"""Message catalogues: every sentence that people read, by key and language; code holds only keys."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from renkei.errors import HarnessError

LANGUAGES = ("ja", "en")


@functools.cache
def messages(language: str) -> Mapping[str, str]:
    """Every message of a language by dotted key (``pages.title``)."""
    if language not in LANGUAGES:
        raise HarnessError("language-unknown", language=language, known=", ".join(LANGUAGES))
    source = resources.files("renkei").joinpath("messages").joinpath(f"{language}.toml")
    return MappingProxyType(dict(_flat(tomllib.loads(source.read_text("utf-8")), "")))


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        elif isinstance(value, str):
            rows.append((prefix + name, value))
        else:
            raise HarnessError("message-not-text", key=prefix + name)
    return rows


class Catalogue:
    """The messages of one language; a missing key or value is our own fault, named."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._messages = messages(language)

    def has(self, key: str) -> bool:
        """Whether the key has a message."""
        return key in self._messages

    def text(self, key: str, /, **values: Any) -> str:
        """The message with its ``{name}`` places filled; values are put in as they are."""
        message = self._messages.get(key)
        if message is None:
            raise HarnessError("message-missing", key=key, language=self.language)
        try:
            return message.format_map(values)
        except (KeyError, IndexError, ValueError) as error:
            raise HarnessError("message-value-missing", key=key, language=self.language, value=str(error)) from error

    def choice(self, table: str, name: str) -> str:
        """The message ``table.name``, or the bare name when there is none (codes that vendors or plans bring)."""
        key = f"{table}.{name}"
        return self.text(key) if self.has(key) else name
