"""ECMA-262 patterns (which JSON Schema uses) in the spelling of Python's ``re``: they differ in digits and ``$``."""

from __future__ import annotations

import functools
import re

from renkei.errors import ContractError

# One token: an escape, an ECMA code point escape, or any single character.
_TOKEN = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}|\\([\s\S])|([\s\S])")
# ECMA's white space and line ends, which re.ASCII would narrow.
_SPACE = "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"


@functools.lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern compiled with ECMA's meaning; raises ``ContractError`` for what ``re`` cannot express."""
    try:
        return re.compile(translated(pattern), re.ASCII)
    except re.error as error:
        raise ContractError("pattern-not-usable", pattern=pattern, reason=str(error)) from error


def translated(pattern: str) -> str:
    """The same pattern in Python's spelling."""
    parts = []
    inside = False
    for code, escape, char in _TOKEN.findall(pattern):
        if code:
            parts.append(f"\\U{int(code, 16):08x}")
        elif escape:
            parts.append(_escape(escape, inside))
        elif char == "$" and not inside:
            parts.append(r"\Z")
        else:
            inside = char == "[" or (inside and char != "]")
            parts.append(char)
    return "".join(parts)


def _escape(char: str, inside: bool) -> str:
    if char in "pPk":
        raise ContractError("pattern-not-usable", pattern=f"\\{char}", reason="no equivalent")
    if char == "s":
        return _SPACE if inside else f"[{_SPACE}]"
    return f"\\{char}"
