"""Stories of journeys: suites/journeys/<id>.toml read and refused by key, for planning and for playing alike."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import UsageError
from renkei.flow.journey import Step, Story

FOLDER = "journeys"
STORY_KEYS = {"id", "title_ja", "title_en", "clause", "systems", "seen_by", "model", "cast", "step"}
# What a sentence may say; everything else is for whoever plays the act.
STEP_KEYS = {"ja", "en", "act", "at", "check"}


def read_stories(suites: Path) -> tuple[Story, ...]:
    """Every story below a suites folder, by file name; none where there is no folder of journeys."""
    return tuple(read_story(path) for path in sorted((suites / FOLDER).glob("*.toml")))


def read_story(path: Path) -> Story:
    """The story of one file; raises UsageError naming the file and what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, str(error)[:200]) from error
    return story_of(text, path)


def story_of(text: str, path: Path) -> Story:
    """The story that a text tells; ``path`` is where it stands, or would stand."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, str(error)[:200]) from error
    unknown = set(table) - STORY_KEYS
    if unknown:
        raise _wrong(path, f"{', '.join(sorted(unknown))} ≠ {', '.join(sorted(STORY_KEYS))}")
    identifier = _text(path, table, "id")
    if identifier != path.stem:
        raise _wrong(path, f"id = {identifier} ≠ {path.stem}")
    rows = table.get("step", [])
    if not isinstance(rows, list) or not rows:
        raise _wrong(path, "[[step]]")
    story = Story(
        id=identifier,
        title_ja=_text(path, table, "title_ja"),
        title_en=_text(path, table, "title_en"),
        clause=_text(path, table, "clause"),
        systems=_texts(path, table, "systems"),
        seen_by=_texts(path, table, "seen_by"),
        model=_flag(path, table, "model"),
        cast=_tables(path, table, "cast"),
        steps=tuple(_step(path, row) for row in rows),
    )
    if not story.systems or not story.requirements:
        raise _wrong(path, "systems, step.check")
    return story


def _step(path: Path, row: Any) -> Step:
    if not isinstance(row, dict):
        raise _wrong(path, "[[step]]")
    return Step(
        ja=_text(path, row, "ja"),
        en=_text(path, row, "en"),
        act=_text(path, row, "act", default=""),
        at=_text(path, row, "at", default=""),
        check=_texts(path, row, "check"),
        values={name: value for name, value in row.items() if name not in STEP_KEYS},
    )


def _text(path: Path, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise _wrong(path, f"{key} = {value!r}")
    return value


def _flag(path: Path, table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(path, f"{key} = {value!r}")
    return value


def _texts(path: Path, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(path, f"{key} = {value!r}")
    return tuple(value)


def _tables(path: Path, table: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _wrong(path, f"{key} = {value!r}")
    return tuple(value)


def _wrong(path: Path, why: str) -> UsageError:
    return UsageError("story-unreadable", file=path.name, why=why)
