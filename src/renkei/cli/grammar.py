"""What the parser of arguments says by itself (usage, headings, complaints), in the language of whoever reads it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import NoReturn

from renkei.catalogue import Catalogue
from renkei.errors import UsageError

# The library's own words by the codes of ours; what is not here is a mistake of our own code and stays as it is.
WORDS: Mapping[str, str] = {
    "usage: ": "usage",
    "positional arguments": "positional-arguments",
    "options": "options",
    "show this help message and exit": "help-option",
    "argument %(argument_name)s: %(message)s": "about-argument",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "unknown-command",
    "unrecognized arguments: %s": "unknown-arguments",
    "not allowed with argument %s": "not-together",
    "ignored explicit argument %r": "value-not-taken",
    "the following arguments are required: %s": "arguments-missing",
    "one of the arguments %s is required": "one-argument-missing",
    "expected one argument": "one-value-expected",
    "expected at most one argument": "one-value-at-most",
    "expected at least one argument": "one-value-at-least",
    "expected %s argument": "values-expected",
    "expected %s arguments": "values-expected",
    "ambiguous option: %(option)s could match %(matches)s": "option-ambiguous",
    "invalid %(type)s value: %(value)r": "value-unlike-type",
    "invalid choice: %(value)r (choose from %(choices)s)": "choice-unknown",
}


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are diagnoses; parsers of commands become the same class."""

    def error(self, message: str) -> NoReturn:
        """Anything wrong with the arguments is a usage error."""
        raise UsageError("command-line", why=message, command=self.prog)


def speak(words: Catalogue) -> None:
    """Let every parser of this process speak that language.

    The library asks ``gettext`` for its sentences, by names in its own module; a compiled ``gettext`` catalogue beside
    ours would be a second home for words.
    """

    def one(text: str | None) -> str | None:
        return words.text(f"arguments.{WORDS[text]}") if text is not None and text in WORDS else text

    def counted(singular: str, plural: str, count: int) -> str | None:
        return one(singular if count == 1 else plural)

    for name, said in (("_", one), ("ngettext", counted)):
        if not hasattr(argparse, name):
            raise LookupError(f"argparse.{name}")
        setattr(argparse, name, said)
