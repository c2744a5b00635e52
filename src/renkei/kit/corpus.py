"""A corpus: many requests of one operation written down once, as wire bytes with slots, named by what they came from.

The same contract, generator version, seed and size give the same file on every machine. A file is read strictly:
nothing of it is believed until its digest and every cap are checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from renkei.atomicfile import write_whole
from renkei.errors import HarnessError
from renkei.flow.exchange import content_id
from renkei.kit.generate.recipe import PLACEHOLDERS, Recipe, Sketch, sketches

FORMAT = "corpus-1"
# Raised whenever the same seed gives other requests.
GENERATOR = 4
# The slot for an id that the target itself has told.
KNOWN = "known"
SLOT = re.compile(rb"\\u0000([a-z]+)\\u0000")
MAX_BYTES = 512 << 20
MAX_ENTRIES = 500_000
MAX_LINE = 16 << 10
MAX_BODY = 256 << 10
HEAD_KEYS = frozenset({"format", "operation", "contract", "generator", "seed", "size", "entries", "sha256"})
ENTRY_KEYS = frozenset({"kind", "requirement", "item", "rule", "name", "codes", "bytes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request: ``parts`` are wire bytes and names of slots in turn, beginning with bytes."""

    kind: str
    requirement: str
    item: str
    rule: str
    name: str
    codes: tuple[str, ...]
    parts: tuple[bytes, ...]

    def wire(self, slots: Mapping[bytes, bytes]) -> bytes:
        """The body as it is sent."""
        if len(self.parts) == 1:
            return self.parts[0]
        return b"".join(slots[part] if place % 2 else part for place, part in enumerate(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a corpus is named by."""

    operation: str
    contract: str
    seed: int
    size: int
    generator: int = GENERATOR

    @property
    def digest(self) -> str:
        """The name of the file, short enough for every file system."""
        return content_id(asdict(self))[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The entries of a key, in order."""

    key: Key
    entries: tuple[Entry, ...]


def contract_digest(schema: Any, root: Mapping[str, Any]) -> str:
    """What requests of an operation depend on: its request schema and the schemas that this may refer to."""
    return content_id([schema, root.get("components", {}).get("schemas", {})])


def written(key: Key, recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bytes:
    """The file of a corpus of bodies; depends on its arguments alone."""
    return assembled(key, map(_record, sketches(recipe, schema, root, size=key.size, seed=key.seed)))


def assembled(key: Key, records: Iterable[bytes]) -> bytes:
    """The file of a corpus of these records."""
    count, digest, pieces = 0, hashlib.sha256(), []
    for piece in records:
        digest.update(piece)
        pieces.append(piece)
        count += 1
    head = {"format": FORMAT, **asdict(key), "entries": count, "sha256": digest.hexdigest()}
    return b"".join([_line(head), *pieces])


def record(facts: Mapping[str, Any], data: bytes) -> bytes:
    """One entry of a file: its facts, and the bytes with their slots."""
    return _line({**facts, "bytes": len(data)}) + data + b"\n"


def _record(sketch: Sketch) -> bytes:
    body = json.dumps(sketch.body, ensure_ascii=False, separators=(",", ":")).encode()
    facts = {
        "kind": sketch.kind,
        "requirement": sketch.requirement,
        "item": sketch.item,
        "rule": sketch.rule,
        "name": sketch.name,
        "codes": list(sketch.codes),
    }
    return record(facts, body)


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read(data: bytes, key: Key) -> Corpus:
    """The corpus of a file; raises ``HarnessError`` for anything but the file that belongs to that key."""
    end = data.find(b"\n", 0, MAX_LINE)
    head = _facts(data[:end], HEAD_KEYS) if end > 0 and len(data) <= MAX_BYTES else {}
    expected = {"format": FORMAT, **asdict(key)}
    if {name: head.get(name) for name in expected} != expected:
        raise HarnessError("corpus-unusable", why="head")
    if hashlib.sha256(memoryview(data)[end + 1 :]).hexdigest() != head["sha256"]:
        raise HarnessError("corpus-unusable", why="sha256")
    entries = tuple(_entries(data, end + 1))
    if len(entries) != head["entries"]:
        raise HarnessError("corpus-unusable", why="entries")
    return Corpus(key=key, entries=entries)


def _entries(data: bytes, at: int) -> Iterator[Entry]:
    names = frozenset(name.encode() for name in (*PLACEHOLDERS, KNOWN))
    for _ in range(MAX_ENTRIES):
        if at == len(data):
            return
        end = data.find(b"\n", at, at + MAX_LINE)
        if end < 0:
            raise HarnessError("corpus-unusable", why="line")
        facts = _facts(data[at:end], ENTRY_KEYS)
        size = facts.pop("bytes")
        at = end + 1 + size + 1 if isinstance(size, int) and 0 <= size <= MAX_BODY else -1
        if at < 0 or data[at - 1 : at] != b"\n":
            raise HarnessError("corpus-unusable", why="body")
        parts = tuple(SLOT.split(data[end + 1 : at - 1]))
        if not names.issuperset(parts[1::2]):
            raise HarnessError("corpus-unusable", why="slot")
        yield Entry(**{**facts, "codes": tuple(facts["codes"])}, parts=parts)
    raise HarnessError("corpus-unusable", why="too-many")


def _facts(line: bytes, keys: frozenset[str]) -> dict[str, Any]:
    try:
        facts = json.loads(line)
    except ValueError as error:
        raise HarnessError("corpus-unusable", why="json") from error
    if not isinstance(facts, dict) or facts.keys() != keys or not isinstance(facts.get("codes", []), list):
        raise HarnessError("corpus-unusable", why="members")
    return facts


def opened(
    key: Key, recipe: Recipe, schema: Mapping[str, Any], root: Mapping[str, Any], folders: Iterable[Path]
) -> Corpus:
    """The corpus of bodies of a key from the first folder that has it, else built and kept in the last one."""
    return kept(key, lambda: written(key, recipe, schema, root), folders)


def kept(key: Key, build: Callable[[], bytes], folders: Iterable[Path]) -> Corpus:
    """The corpus of a key from the first folder that has it, else built and kept in the last one.

    A file that is not what its name says is built anew; without any folder nothing is kept.
    """
    # Operations of other standards may bear long names in any script.
    name = key.operation if key.operation.isascii() and len(key.operation) <= 80 else "operation"
    places = [folder / f"{name}-{key.digest}.corpus" for folder in folders]
    for place in places:
        try:
            if place.stat().st_size <= MAX_BYTES:
                return read(place.read_bytes(), key)
        except (OSError, HarnessError):
            continue
    data = build()
    for place in places[-1:]:
        # A corpus that cannot be kept is made again next time.
        with contextlib.suppress(OSError, HarnessError):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, data, sync=False)
    return read(data, key)


def cache_folder() -> Path:
    """Where corpora are kept between runs: ``RENKEI_CACHE``, else the user's cache folder."""
    named = os.environ.get("RENKEI_CACHE", "")
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if named else (Path(base) if base else Path.home() / ".cache") / "renkei"
