"""OpenAPI documents as YAML: read as JSON-like data only, and written the same way every time.

Reading follows YAML 1.2's JSON types: ``on``, ``no`` and ``2021-11-01`` stay text. Tags, duplicate members, merge keys,
deep nesting and alias bombs are refused while they are read: the text's events are put together here, within limits,
and every alias becomes a copy of its own, which counts.
"""

from __future__ import annotations

import copy
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from renkei.errors import ContractError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a document may have of bytes, levels, nodes (aliases written out) and aliases.

    ``any_name`` takes unquoted member names such as ``200`` for text; otherwise they are refused.
    """

    size: int = 10_000_000
    depth: int = 80
    nodes: int = 400_000
    aliases: int = 1_000
    any_name: bool = False


OURS = Limits()
NULL = re.compile("~|null|")
BOOLEAN = re.compile("true|false")
INTEGER = re.compile("-?(0|[1-9][0-9]{0,300})")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# The only tag that means nothing: YAML's mark for "plain text".
UNTAGGED = (None, "!")


class _Refused(Exception):
    """A text that is not read: why, and at which line."""

    def __init__(self, reason: str, event: yaml.Event) -> None:
        super().__init__(reason)
        self.line = event.start_mark.line + 1 if event.start_mark else 0


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read: its value so far, the member name that waits for its value, its anchor."""

    value: Any
    anchor: str | None
    name: str | None = None
    since: int = 0


@dataclass(slots=True)
class _Builder:
    """Puts events together, counting as it goes."""

    limits: Limits
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    nodes: int = 0
    aliases: int = 0
    result: Any = None
    documents: int = 0

    def feed(self, event: yaml.Event) -> None:
        """Take one event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused("more than one document", event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._count(1, event)
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            if done.anchor:
                self.anchors[done.anchor] = (done.value, self.nodes - done.since)

    def _count(self, nodes: int, event: yaml.NodeEvent) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            raise _Refused(f"more than {self.limits.nodes} values (aliases written out)", event)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._untagged(event)
        self._count(1, event)
        if len(self.stack) >= self.limits.depth:
            raise _Refused(f"nested deeper than {self.limits.depth}", event)
        opened = _Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, since=self.nodes - 1)
        self._put(opened.value, event)
        self.stack.append(opened)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise _Refused(f"more than {self.limits.aliases} aliases", event)
        if event.anchor not in self.anchors:
            raise _Refused("an alias of what is not complete yet", event)
        value, weight = self.anchors[event.anchor]
        self._count(weight, event)
        self._put(copy.deepcopy(value), event)
        self._shallow_enough(event)

    def _shallow_enough(self, event: yaml.NodeEvent) -> None:
        """Aliases within aliases may nest deeper than the text does."""
        level, depth = [self.stack[-1].value] if self.stack else [self.result], len(self.stack)
        while level:
            if depth > self.limits.depth:
                raise _Refused(f"nested deeper than {self.limits.depth}", event)
            parts = [part for node in level for part in (node.values() if isinstance(node, dict) else node)]
            level, depth = [part for part in parts if isinstance(part, dict | list)], depth + 1

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._untagged(event)
        text = event.value
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].name is None:
            self._name(event)
            return
        value = _plain(text) if event.implicit[0] else text
        if isinstance(value, float) and not math.isfinite(value):
            raise _Refused("a number beyond all limits", event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, event)

    def _name(self, event: yaml.ScalarEvent) -> None:
        opened = self.stack[-1]
        if event.implicit[0]:
            if event.value == "<<":
                raise _Refused("a merge key; write the members out", event)
            if not isinstance(_plain(event.value), str) and not self.limits.any_name:
                raise _Refused("duplicate or non-text member", event)
        if event.value in opened.value:
            raise _Refused("duplicate or non-text member", event)
        if event.anchor:
            self.anchors[event.anchor] = (event.value, 1)
        opened.name = event.value

    def _put(self, value: Any, event: yaml.NodeEvent) -> None:
        if not self.stack:
            self.result = value
            return
        opened = self.stack[-1]
        if isinstance(opened.value, list):
            opened.value.append(value)
        elif opened.name is None:
            raise _Refused("duplicate or non-text member", event)
        else:
            opened.value[opened.name] = value
            opened.name = None

    @staticmethod
    def _untagged(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag not in UNTAGGED:
            raise _Refused("a tag", event)


def _plain(text: str) -> Any:
    """What unquoted text means."""
    if NULL.fullmatch(text):
        return None
    if BOOLEAN.fullmatch(text):
        return text == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


class _Dumper(yaml.SafeDumper):
    """Dumper without aliases, lists indented below their name, and quotes around text that any reader takes for data."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Every value is written out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists too, whatever the caller asks."""
        del indentless
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # 業務ID such as 019 is text to YAML 1.1 but a number to 1.2: whatever begins like a number is quoted.
    style = "'" if re.fullmatch(r"[-+.]?[0-9][0-9A-Za-z_.:+-]*", value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def read_yaml(data: bytes, file: str, limits: Limits = OURS) -> Any:
    """The data of a YAML (or JSON) text; raises ContractError naming file and line."""
    if len(data) > limits.size:
        raise ContractError("yaml-too-large", file=file, size=len(data), limit=limits.size)
    builder = _Builder(limits)
    try:
        for event in yaml.parse(data.decode("utf-8-sig"), Loader=yaml.CSafeLoader):
            builder.feed(event)
    except _Refused as refused:
        raise ContractError("yaml-unreadable", file=file, row=refused.line, reason=str(refused)) from refused
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        reason = getattr(error, "problem", None) or type(error).__name__
        raise ContractError("yaml-unreadable", file=file, row=line, reason=str(reason)) from error
    return builder.result


def write_yaml(value: Any) -> bytes:
    """The same bytes for the same value: insertion order, UTF-8, line feeds, no aliases."""
    text = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, line_break="\n", default_flow_style=False
    )
    return str(text).encode("utf-8")
