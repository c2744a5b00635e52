"""Text from a target cannot steer a terminal, a page or a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.neutral import _HARMFUL, neutral


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;cm0=\x07", r"\u{1B}]52;c;cm0=\u{7}"),
        ("user\u202egnp.exe", r"user\u{202E}gnp.exe"),
        ("\x9b31m", r"\u{9B}31m"),
        ("a\ud800b", r"a\u{D800}b"),
        ("\ufeff\uffff", r"\u{FEFF}\u{FFFF}"),
        ("\U000e0041", r"\u{E0041}"),
        ("a\rb", r"a\u{D}b"),
    ],
)
def test_steering_characters_are_shown_as_code_points(hostile: str, shown: str) -> None:
    """Escape, bidirectional, invisible and invalid characters are shown, never sent on."""
    assert neutral(hostile) == shown


@pytest.mark.parametrize("text", ["辻\U000e0100", "髙﨑 𠮷野", "\ue000", "〒１００", "a\tb\nc", "👨‍👩‍👧"])
def test_what_people_write_stays(text: str) -> None:
    """Variants, surrogate-pair characters, private-use characters and line breaks stay as they are."""
    assert neutral(text) == text


@given(st.text())
def test_neutral_text_is_stable_and_encodable(text: str) -> None:
    """Neutral text stays the same when neutralised again and can always be written as UTF-8."""
    once = neutral(text)

    assert neutral(once) == once
    once.encode()


def test_no_harmful_character_counts_as_printable() -> None:
    """Texts that are printable as a whole are passed on unread: nothing that is harmful is among their characters."""
    harmful = [chr(code) for code in range(0x110000) if _HARMFUL.match(chr(code))]

    assert [f"{ord(char):X}" for char in harmful if char.isprintable()] == []
    assert not "\r\n".isprintable()
