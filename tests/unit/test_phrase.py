"""Phrases are language-free on the wire, nothing raw can be taken for one, and reading never fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.flow.phrase import Phrase, joined, mapped, phrase, raw, told, whole
from renkei.kit.expect import Blocked, Violation, shown

# Texts made of the very signs that mean something on the wire.
HOSTILE = st.text(alphabet="⟦⟧¦=<>/ab- 1", max_size=30)


def spelled(text: str) -> str:
    """A wire text in a language of brackets."""
    return told(text, lambda part: part, lambda code, values: f"[{code}:{sorted(values.items())}]")


def test_a_phrase_has_a_stable_form_in_no_language() -> None:
    """Code and values stand on the wire as they were given."""
    assert phrase("number-as-sent") == "⟦number-as-sent⟧"
    assert phrase("one-of-many", value="80", count=3) == "⟦one-of-many¦value=80¦count=3⟧"


@given(HOSTILE)
def test_a_raw_value_is_never_read_as_a_phrase(text: str) -> None:
    """Whatever a target sends comes back as it was, and no sentence is made of it."""
    assert told(whole(text), lambda part: part, lambda _code, _values: pytest.fail("a phrase")) == text


@given(HOSTILE, HOSTILE)
def test_a_value_cannot_break_out_of_its_phrase(one: str, other: str) -> None:
    """Values with signs in them stay the values that they are."""
    assert spelled(phrase("code", one=one, other=other)) == f"[code:{sorted({'one': one, 'other': other}.items())}]"


@given(HOSTILE, HOSTILE)
def test_phrases_may_hold_phrases_and_stand_in_a_row(one: str, other: str) -> None:
    """Inner phrases are read first; raw parts keep their place."""
    inner = f"[in:{[('a', one)]}]"

    assert spelled(joined((phrase("out", b=phrase("in", a=one)), other, phrase("end")), by=" ")) == " ".join(
        part for part in (f"[out:{[('b', inner)]}]", other, "[end:[]]") if part
    )


@given(HOSTILE)
def test_any_text_can_be_read(text: str) -> None:
    """What is not well-formed is shown as it is."""
    assert isinstance(spelled(text), str)


@pytest.mark.parametrize("text", ["⟦", "⟧", "¦", "⟦a", "⟦A⟧", "⟦a¦⟧", "⟦a¦b⟧", "⟦a¦=c⟧", "⟦⟧", "⟦<", "⟦<x⟧", "⟦a⟧⟧"])
def test_a_damaged_text_is_all_raw(text: str) -> None:
    """One fault and nothing of the text counts as a phrase."""
    assert spelled(text) == text


def test_phrases_do_not_nest_without_end() -> None:
    """A tower of phrases is no phrase: reading it needs no deep stack."""
    text = "⟦a¦b=" * 5000 + "⟧" * 5000

    assert spelled(text) == text


@pytest.mark.parametrize("code", ["", "Two Words", "a_b", "-a", "ふ", "a⟧"])
def test_a_code_is_one_that_a_catalogue_can_have(code: str) -> None:
    """Anything but a kebab-case code is our own mistake."""
    with pytest.raises(ValueError, match=r"^"):
        phrase(code)


@given(HOSTILE)
def test_what_is_raw_can_be_changed_without_touching_phrases(text: str) -> None:
    """Redaction sees each raw piece as it was sent."""
    secret = f"⟦s{text}"
    hidden = mapped(phrase("code", value=secret), lambda part: part.replace(secret, "[secret]"))

    assert hidden == phrase("code", value="[secret]")


def test_long_values_are_cut_before_they_are_written() -> None:
    """A value of any length leaves the phrase whole."""
    assert spelled(phrase("code", value="⟦" * 9999)) == f"[code:{[('value', '⟦' * 200 + '…')]}]"
    assert raw("x" * 201) == "x" * 200 + "…"


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("200", "200"),
        (404, "404"),
        ("", "⟦empty⟧"),
        (None, "⟦nothing⟧"),
        ([], "⟦nothing⟧"),
        (False, "false"),
        (["a", None], "a, ⟦nothing⟧"),
        ("⟦nothing⟧", "⟦<⟧nothing⟦>⟧"),
        (phrase("no-record"), "⟦no-record⟧"),
        ([phrase("no-record")] * 21, ", ".join([*["⟦no-record⟧"] * 20, "…"])),
    ],
)
def test_values_of_findings_are_raw_or_phrases(value: object, wire: str) -> None:
    """Codes, statuses and data pass as they are; emptiness has words."""
    assert shown(value) == wire
    assert isinstance(shown(value), Phrase)


def test_findings_and_endings_escape_what_is_raw() -> None:
    """Place, opinion and detail take phrases, and nothing raw imitates one."""
    violation = Violation("r", expected=1, actual=2, where="⟦expired-token⟧", second_opinion=phrase("no-record"))

    assert (violation.where, violation.second_opinion) == ("⟦<⟧expired-token⟦>⟧", "⟦no-record⟧")
    assert Blocked("no-token", "⟦nothing⟧").detail == "⟦<⟧nothing⟦>⟧"
