"""Patterns of a foreign document: which of them an engine that backtracks must never be given."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

with warnings.catch_warnings():
    # The parser is part of ``re`` under another name; there is no other way to see a pattern's parts.
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse

MAX_LENGTH = 2_000
# So many repetitions of a part that itself repeats are as good as endless.
MANY = 12
# Repetitions beside each other: each multiplies the time by the length of the text.
MAX_BESIDE = 3
SAMPLES = [chr(code) for code in range(0x20, 0x7F)] + list("\t\n\x00áßあア亜々ー１Ａ　😀")

_CODE = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
Tokens = Sequence[tuple[Any, Any]]
Chars = frozenset[str]


def fault(pattern: str) -> str:
    """Why the pattern is not run: ``too-long``, ``slow`` (it may take exponential time), or "" when it may be."""
    if len(pattern) > MAX_LENGTH:
        return "too-long"
    try:
        tokens: Any = sre_parse.parse(_readable(pattern))
    except (re.error, RecursionError, OverflowError):
        return ""
    return "slow" if _slow(list(tokens)) else ""


def unusable(pattern: str) -> str:
    """Why a second engine cannot express the pattern ("" when it can): then nobody can be blamed by it."""
    if re.search(r"\\[pPk]", re.sub(r"\\\\", "", pattern)):
        return "no equivalent for a property class"
    try:
        re.compile(_readable(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)[:80]
    return ""


def _readable(pattern: str) -> str:
    return _CODE.sub(lambda found: f"\\U{int(found[1], 16):08x}", pattern)


def _slow(tokens: Tokens) -> bool:
    beside: list[Chars] = []
    for operator, argument in tokens:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = argument
            parts = list(body)
            if int(high) > MANY and (_ambiguous(parts) or _slow(parts)):
                return True
            if int(high) > MANY and int(high) > int(low):
                beside = [*beside, _anywhere(parts)] if beside and beside[-1] & _anywhere(parts) else [_anywhere(parts)]
                if len(beside) > MAX_BESIDE:
                    return True
                continue
        elif any(_slow(part) for part in _inner(name, argument)):
            return True
        if name != "AT":
            beside = []
    return False


def _ambiguous(body: Tokens) -> bool:
    """Whether a repeated part can match the same text in several ways, so that failing tries them all."""
    while len(body) == 1 and str(body[0][0]) == "SUBPATTERN":
        body = list(body[0][1][3])
    for index, parts in _repeats(body):
        repeated = _anywhere(parts)
        others = [token for place, token in enumerate(body) if place != index]
        # A part that must come between and that the repetition cannot itself match makes the reading unique.
        if not any(_must(token) and not (_anywhere([token]) & repeated) for token in others):
            return True
    for operator, argument in body:
        if str(operator) == "BRANCH":
            firsts = [_first(list(branch)) for branch in argument[1]]
            if any(one & other or one == other for at, one in enumerate(firsts) for other in firsts[at + 1 :]):
                return True
    return all(not _must(token) for token in body)


def _repeats(body: Tokens) -> Iterator[tuple[int, Tokens]]:
    for index, (operator, argument) in enumerate(body):
        if str(operator) in ("MAX_REPEAT", "MIN_REPEAT") and int(argument[1]) > MANY and argument[0] != argument[1]:
            yield index, list(argument[2])
        elif str(operator) == "SUBPATTERN":
            inner = list(argument[3])
            if any(True for _ in _repeats(inner)):
                yield index, inner


def _must(token: tuple[Any, Any]) -> bool:
    """Whether the token takes at least one character."""
    operator, argument = str(token[0]), token[1]
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return int(argument[0]) > 0 and any(_must(part) for part in argument[2])
    if operator in ("SUBPATTERN", "ATOMIC_GROUP"):
        return any(_must(part) for part in (argument[3] if operator == "SUBPATTERN" else argument))
    if operator == "BRANCH":
        return all(any(_must(part) for part in branch) for branch in argument[1])
    return operator in ("LITERAL", "NOT_LITERAL", "IN", "ANY")


def _inner(name: str, argument: Any) -> list[Tokens]:
    if name == "SUBPATTERN":
        return [list(argument[3])]
    if name == "BRANCH":
        return [list(branch) for branch in argument[1]]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [list(argument[1])]
    if name == "ATOMIC_GROUP":
        return [list(argument)]
    if name == "POSSESSIVE_REPEAT":
        return [list(argument[2])]
    return []


def _anywhere(tokens: Tokens) -> Chars:
    """The sample characters that the tokens can take at any place."""
    found: set[str] = set()
    for operator, argument in tokens:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            found |= _anywhere(list(argument[2]))
        elif parts := _inner(name, argument):
            found |= {char for part in parts for char in _anywhere(part)} if not name.startswith("ASSERT") else set()
        else:
            found |= {char for char in SAMPLES if _takes(name, argument, char)}
            found |= {chr(argument)} if name == "LITERAL" else set()
    return frozenset(found)


def _first(tokens: Tokens) -> Chars:
    """The characters with which the tokens can begin."""
    found: set[str] = set()
    for token in tokens:
        operator, argument = str(token[0]), token[1]
        if operator == "BRANCH":
            found |= {char for branch in argument[1] for char in _first(list(branch))}
        elif operator == "SUBPATTERN":
            found |= _first(list(argument[3]))
        elif operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            found |= _first(list(argument[2]))
        else:
            found |= _anywhere([token])
        if _must(token):
            break
    return frozenset(found)


def _takes(name: str, argument: Any, char: str) -> bool:
    if name == "LITERAL":
        return bool(ord(char) == argument)
    if name == "NOT_LITERAL":
        return bool(ord(char) != argument)
    if name == "ANY":
        return char != "\n"
    if name == "IN":
        return _in_class(list(argument), char)
    return name in ("GROUPREF", "GROUPREF_EXISTS")


def _in_class(items: Tokens, char: str) -> bool:
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    found = False
    for operator, argument in items:
        name = str(operator)
        if name == "LITERAL":
            found |= ord(char) == argument
        elif name == "RANGE":
            found |= argument[0] <= ord(char) <= argument[1]
        elif name == "CATEGORY":
            found |= _category(str(argument), char)
    return found != negated


def _category(name: str, char: str) -> bool:
    kinds = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}
    kind = name.removeprefix("CATEGORY_")
    return not kinds[kind[4:]] if kind.startswith("NOT_") else kinds.get(kind, False)
