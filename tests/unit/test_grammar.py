"""The parser of arguments speaks the reader's language, all of it."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import re
from collections.abc import Iterator

import pytest

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.cli import main
from renkei.cli.grammar import WORDS

# What the library says only of mistakes in our own code, or never here: files as arguments, sub-parsers in groups.
OURS = re.compile(
    r"__call__|conflicting|cannot merge|invalid argument for|invalid option string|dest= is|conflict_resolution"
    r"|must be optional|cannot have multiple|subcommands|unexpected option|not callable|with mode|can't open|: error:"
)


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library's words come back after each test."""
    for name in ("_", "ngettext"):
        monkeypatch.setattr(argparse, name, getattr(argparse, name))
    yield


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command line is answered with."""
    with pytest.raises(SystemExit) if "--help" in arguments else contextlib.nullcontext():
        assert main.main(list(arguments)) == 2
    told = capsys.readouterr()
    return told.out + told.err


def test_every_sentence_of_the_library_is_known() -> None:
    """Each text that this Python's parser asks a translation for is ours in both languages, or speaks of our own mistakes."""
    source = inspect.getsource(argparse)
    asked = {
        found[1] or found[2] for found in re.finditer(r"\b_\((?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")", source)
    }

    assert len(asked) > 20
    assert sorted(text for text in asked - set(WORDS) if not OURS.search(text)) == []
    assert all(Catalogue(language).has(f"arguments.{code}") for code in WORDS.values() for language in LANGUAGES)


@pytest.mark.parametrize(("text", "code"), WORDS.items())
@pytest.mark.parametrize("language", LANGUAGES)
def test_places_for_values_are_the_same(text: str, code: str, language: str) -> None:
    """A translated sentence has exactly the places that the library fills."""
    places = r"%\(\w+\)[sr]|%[sr]"

    assert sorted(re.findall(places, Catalogue(language).text(f"arguments.{code}"))) == sorted(re.findall(places, text))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("run",), "引数が足りません：PLAN"),
        (("run", "p", "--profile", "x"), "'x' は選べません"),
        (("run", "p", "--seed", "x"), "'x' は読み取れません"),
        (("run", "p", "--seed"), "値が一つ必要です"),
        (("run", "p", "--nonsense"), "知らない引数です：--nonsense"),
        (("nonsense",), "'nonsense' は選べません"),
        (("demo", "--processes", "--containers"), "一緒には使えません"),
        (("run", "p", "--resume=x"), "付けられません"),
        (("run", "p", "--re=x", "--res"), "付けられません"),
    ],
)
def test_complaints_are_japanese(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str) -> None:
    """A wrong command line is explained without a word of English."""
    told = said(capsys, *arguments, "--lang", "ja")

    assert expected in told
    assert not re.search(r"(?i)argument|invalid|choose|required|usage|error:", told)


@pytest.mark.parametrize("command", ["", *main.COMMANDS])
def test_help_is_japanese(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Usage, headings and the options that every command has are Japanese."""
    told = said(capsys, *([command] if command else []), "--lang", "ja", "--help")

    assert "使い方：" in told
    assert "オプション" in told
    assert "この使い方を示して終わる" in told
    assert not re.search(r"usage:|options:|positional|show this|program's", told)


def test_english_stays_english(capsys: pytest.CaptureFixture[str]) -> None:
    """In English nothing is Japanese."""
    told = said(capsys, "run", "--lang", "en", "--help") + said(capsys, "run", "--lang", "en")

    assert "usage:" in told
    assert "arguments are missing: PLAN" in told
    assert not re.search("[ぁ-んァ-ヶ一-龠]", told)
