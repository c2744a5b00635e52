"""OpenAPI documents as YAML: read as JSON-like data only, and written the same way every time.

Reading follows YAML 1.2's JSON types: ``on``, ``no`` and ``2021-11-01`` stay text. Tags, duplicate members, deep
nesting and alias bombs are refused.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from renkei.errors import ContractError

MAX_BYTES = 10_000_000
MAX_DEPTH = 80
MAX_NODES = 400_000
MAX_ALIASES = 1_000


class _Loader(yaml.SafeLoader):
    """Safe loader with JSON's scalar types, limits and no duplicate members."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 — PyYAML's own spelling

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._nodes = self._aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one node, counting depth, nodes and aliases."""
        self._nodes += 1
        self._aliases += bool(self.check_event(yaml.AliasEvent))
        self._depth += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES or self._aliases > MAX_ALIASES:
            raise yaml.MarkedYAMLError(problem="too deep or too large")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose members have text names, each only once."""
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
            raise yaml.MarkedYAMLError(problem="duplicate or non-text member", problem_mark=node.start_mark)
        return dict(super().construct_mapping(node, deep=deep))


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", "~|null|", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", "true|false", list("tf")),
    ("tag:yaml.org,2002:int", "-?(0|[1-9][0-9]*)", list("-0123456789")),
    ("tag:yaml.org,2002:float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)


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


def read_yaml(data: bytes, file: str) -> Any:
    """The data of a YAML (or JSON) text; raises ContractError naming file and line."""
    if len(data) > MAX_BYTES:
        raise ContractError("yaml-too-large", file=file, size=len(data), limit=MAX_BYTES)
    try:
        loader = _Loader(data.decode("utf-8"))
        return loader.get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        reason = getattr(error, "problem", None) or type(error).__name__
        raise ContractError("yaml-unreadable", file=file, row=line, reason=str(reason)) from error


def write_yaml(value: Any) -> bytes:
    """The same bytes for the same value: insertion order, UTF-8, line feeds, no aliases."""
    text = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, line_break="\n", default_flow_style=False
    )
    return str(text).encode("utf-8")
