"""The message catalogues of both languages say the same things."""

from __future__ import annotations

import string

import pytest

from renkei.catalogue import LANGUAGES, Catalogue, messages
from renkei.errors import HarnessError
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.requirement import Impact, Level
from renkei.flow.verdict import Verdict


def places(message: str) -> list[str]:
    """The names of the places of a message, sorted."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(message) if name is not None)


def test_both_languages_have_the_same_keys() -> None:
    """Japanese and English have exactly the same keys."""
    assert set(messages("ja")) == set(messages("en"))


def test_both_languages_have_the_same_places() -> None:
    """A message has the same places in Japanese and English."""
    odd = {key for key, message in messages("ja").items() if places(message) != places(messages("en").get(key, ""))}

    assert odd == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "names"),
    [("outcomes", Outcome), ("verdicts", Verdict), ("parties", FaultOf), ("impacts", Impact), ("levels", Level)],
)
def test_every_member_of_an_enum_has_a_word(language: str, table: str, names: type[Outcome]) -> None:
    """Every outcome, verdict, party, impact and level has a word in both languages."""
    assert [name for name in names if not Catalogue(language).has(f"{table}.{name}")] == []


def test_a_missing_key_is_a_harness_error_that_names_it() -> None:
    """A missing key is our own fault, and the diagnosis names it."""
    with pytest.raises(HarnessError) as caught:
        Catalogue("ja").text("pages.no-such-key")

    assert (caught.value.code, caught.value.values["key"]) == ("message-missing", "pages.no-such-key")


def test_an_unknown_language_is_refused() -> None:
    """Only the languages that exist can be asked for."""
    with pytest.raises(HarnessError, match="language-unknown"):
        Catalogue("fr")


def test_braces_in_a_value_stay_as_they_are() -> None:
    """A value that looks like a place is put in as text."""
    catalogue = Catalogue("ja")

    assert catalogue.text("outcomes.passed", odd="{x.__class__}") == "適合"


def test_a_value_may_have_any_name() -> None:
    """A place called key is filled like every other one."""
    assert Catalogue("en").text("cli.run-folder", folder="x", key="y").endswith("x")
