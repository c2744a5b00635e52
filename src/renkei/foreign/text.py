"""The text of a foreign document as data, within limits that hold before anything is built from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.errors import ContractError
from renkei.flow.exchange import strict_json
from renkei.foreign.place import shown

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_NODES = 300_000
MAX_ALIASES = 1_000
MAX_FILES = 4_000
MAX_ALL_BYTES = 20_000_000


def read_json(data: bytes, file: str) -> Any:
    """The data of a JSON text; raises ContractError for what is no JSON, nested too deep, doubled or too much."""
    try:
        value = strict_json(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise ContractError("document-unreadable", file=shown(file), reason=shown(str(error))) from error
    checked(value, file)
    return value


def checked(value: Any, file: str) -> None:
    """Refuse more values than a document may have, and text that no UTF-8 can hold."""
    stack, count = [value], 0
    while stack:
        node = stack.pop()
        count += 1
        if count > MAX_NODES:
            raise ContractError("document-unreadable", file=shown(file), reason=f"more than {MAX_NODES} values")
        if isinstance(node, Mapping):
            stack.extend(node)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, str) and not node.isascii() and any("\ud800" <= char <= "\udfff" for char in node):
            raise ContractError("document-unreadable", file=shown(file), reason="half of a surrogate pair")


def looks_like_json(data: bytes, file: str) -> bool:
    """Whether the text is to be read as JSON: by its name, or by its first character."""
    if file.endswith((".yaml", ".yml")):
        return False
    return file.endswith(".json") or data[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
