"""Every sentence for people is in both languages, is used, and gets every value that it speaks of."""

from __future__ import annotations

import ast
import functools
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import tree

LANGUAGES = ("ja", "en")
PARTS = ("message", "expected", "hint")


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every message with its dotted key."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    """The messages of a language by dotted key."""
    return dict(flat(tomllib.loads(tree.text(f"src/renkei/messages/{language}.toml"))))


def fields(message: str) -> set[str]:
    """The names of the values that a message speaks of."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@functools.cache
def error_classes() -> frozenset[str]:
    """The classes of the one tree of diagnoses."""
    return frozenset(node.name for node in tree.parsed("src/renkei/errors.py").body if isinstance(node, ast.ClassDef))


def words_of(code: str, part: str, language: str) -> str | None:
    """A part of a diagnosis: a target's obstacles have a table of their own (``blocked``), with who can act."""
    words = catalogue(language)
    return words.get(f"errors.{code}.{part}", words.get(f"blocked.{code}.{part}"))


@functools.cache
def raised() -> tuple[tuple[str, str, frozenset[str] | None], ...]:
    """Every place in src/ that makes a diagnosis: place, code, names of its values (None when they are computed)."""
    found = []
    for name in tree.python("src/"):
        for node in ast.walk(tree.parsed(name)):
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in error_classes() and node.args and isinstance(node.args[0], ast.Constant):
                given = (
                    None
                    if any(item.arg is None for item in node.keywords)
                    else frozenset(item.arg for item in node.keywords if item.arg)
                )
                found.append((f"{name}:{node.lineno}", str(node.args[0].value), given))
    return tuple(found)


def test_both_languages_have_the_same_messages() -> None:
    """Japanese and English hold the same keys."""
    assert sorted(set(catalogue("ja")) ^ set(catalogue("en"))) == []


def test_both_languages_speak_of_the_same_values() -> None:
    """A message has the same {values} in both languages."""
    differing = [key for key in catalogue("ja") if fields(catalogue("ja")[key]) != fields(catalogue("en").get(key, ""))]

    assert differing == []


def test_japanese_is_japanese_and_english_is_not() -> None:
    """No message was copied into the other language untranslated: ASCII stays ASCII, and Japanese has kana or kanji."""
    english = {
        key
        for key, said in catalogue("en").items()
        if key != "pages.other-language"  # a language's name is written in that language
        and len(re.findall("[ぁ-んァ-ヶ一-龠]", said)) > len(re.findall("[A-Za-z]", said))
    }
    japanese = {
        key
        for key, said in catalogue("ja").items()
        if not key.endswith(".expected") and re.search("[a-z]{4,} [a-z]{2,} [a-z]{2,}", said) and said.isascii()
    }

    assert sorted(english | japanese) == []


def test_every_diagnosis_has_its_words() -> None:
    """Each code that src/ raises has what happened, what was expected and what to do next, in both languages."""
    wanted = {(code, part) for _, code, _ in raised() for part in PARTS}
    missing = {
        language: sorted(f"{code}.{part}" for code, part in wanted if words_of(code, part, language) is None)
        for language in LANGUAGES
    }

    assert missing == {"ja": [], "en": []}


def test_every_diagnosis_gives_the_values_that_its_words_need() -> None:
    """Where a code is raised, every {value} of its message, expectation and hint is handed over."""
    lacking = [
        f"{place} {code}: {name}"
        for place, code, given in raised()
        if given is not None
        for part in PARTS
        for name in sorted(fields(words_of(code, part, "ja") or "") - given)
    ]

    assert lacking == []


def test_every_error_message_belongs_to_a_diagnosis() -> None:
    """No words are kept for a code that nothing raises."""
    codes = {code for _, code, _ in raised()}
    texts = "".join(tree.text(name) for name in tree.python("src/"))
    written = {key.split(".")[1] for key in catalogue("ja") if key.startswith("errors.")}

    # a code may be chosen from several before the raise: then it stands somewhere as a constant
    assert sorted(code for code in written - codes if f'"{code}"' not in texts) == []


@functools.cache
def sources() -> str:
    """Everything outside the catalogues that may speak of a message."""
    names = [name for name in tree.files() if name.startswith(("src/", "suites/", "contracts/", "ci/"))]
    return "\n".join(tree.text(name) for name in names if not name.startswith("src/renkei/messages/"))


@functools.cache
def spoken() -> frozenset[str]:
    """Every word that could be a message's key or its last part."""
    return frozenset(re.findall(r"[^\s\"'`(){}<>=,;|]+", sources()))


@functools.cache
def beginnings() -> tuple[str, ...]:
    """The beginnings of keys whose end is computed, like ``pages.word-`` or ``word-``; a family alone is none."""
    return tuple({found for found in re.findall(r"[\"'](?:\w+\.)*((?:\w+-)+)[{\"']", sources()) if len(found) > 3})


def is_used(key: str) -> bool:
    """Whether a key, its last part (families are looked up by value) or its computed beginning is spoken of."""
    last = key.rpartition(".")[2]
    # A broken field rule that was let through is called `<rule>-accepted`.
    let_through = last.endswith("-accepted") and last.removesuffix("-accepted") in spoken()
    return key in spoken() or last in spoken() or last.startswith(beginnings()) or let_through


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_used(language: str) -> None:
    """No message is kept that nothing speaks of."""
    assert [key for key in catalogue(language) if not key.startswith("errors.") and not is_used(key)] == []


def test_every_diagnosis_says_what_to_do() -> None:
    """No hint is empty, and none is longer than two lines of a terminal."""
    hints = {key: said for key, said in catalogue("ja").items() if key.startswith("errors.") and key.endswith(".hint")}

    assert [key for key, said in hints.items() if not 4 <= len(said) <= 160] == []
