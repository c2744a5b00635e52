"""Places in foreign documents: files below one folder, pointers inside them, and names that are safe to show."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from dataclasses import dataclass

from renkei.errors import ContractError
from renkei.flow.document import escaped
from renkei.neutral import neutral

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
MAX_SHOWN = 200
MARKUP = str.maketrans('<>&"`[]', "＜＞＆＂｀［］")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One node of one file: its path below the folder and its JSON pointer."""

    file: str
    pointer: str = ""

    def __truediv__(self, key: object) -> Place:
        return Place(file=self.file, pointer=f"{self.pointer}/{escaped(str(key))}")

    def __str__(self) -> str:
        return shown(f"{self.file}#{self.pointer}")


def shown(text: str) -> str:
    """Text of a foreign document for a diagnosis: without control characters, and not endless."""
    return neutral(text)[:MAX_SHOWN]


def named(text: str, limit: int) -> str:
    """A name out of a foreign document for reports: one line, nothing in it that any reader could take for markup."""
    return shown(" ".join(text.split())).translate(MARKUP)[:limit]


def target_of(reference: str, here: Place) -> Place:
    """Where a reference leads: inside the folder, or ContractError by its name; nothing is read or asked."""
    file, mark, fragment = reference.partition("#")
    pointer = urllib.parse.unquote(fragment)
    if mark and pointer and not pointer.startswith("/"):
        raise ContractError("document-reference", place=str(here), reference=shown(reference))
    if not file:
        return Place(file=here.file, pointer=pointer)
    name = urllib.parse.unquote(file)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(here.file), name))
    outside = joined.startswith(("../", "/")) or joined in ("..", ".")
    if SCHEME.match(name) or name.startswith("/") or "\\" in name or "?" in name or CONTROL.search(name) or outside:
        raise ContractError("document-reference", place=str(here), reference=shown(reference))
    return Place(file=joined, pointer=pointer)
