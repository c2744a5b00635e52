"""Check digits against the published and recomputed vectors."""

from __future__ import annotations

import pytest

from renkei.tables import checkdigits


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("00000000000001", 9),
        ("00000000000002", 7),
        ("00000000000003", 5),
        ("00000000000004", 3),
        ("00000000000005", 1),
        ("12345678901234", 0),
        ("00000012345678", 5),
    ],
)
def test_atenabango_vectors(body: str, digit: int) -> None:
    """M11W2～7 over the 14 digits gives the known check digit."""
    assert digit == checkdigits.atenabango_digit(body)
    assert checkdigits.is_atenabango(f"{body}{digit}")


@pytest.mark.parametrize("serial", [6, 23, 37, 40, 54])
def test_remainder_one_has_no_digit(serial: int) -> None:
    """A serial whose remainder is 1 has no check digit in the text, so none is made up."""
    assert checkdigits.atenabango_digit(f"{serial:014d}") is None


def test_the_published_sample_number_fails() -> None:
    """The sample 宛名番号 of the specification does not carry the digit, so old numbers are never judged by it."""
    assert not checkdigits.is_atenabango("123456789123456")


@pytest.mark.parametrize(("body", "digit"), [("12345678901", 8), ("34567890123", 4)])
def test_kojinbango_vectors(body: str, digit: int) -> None:
    """The ordinance's formula gives the known check digit; the published sample number is valid."""
    assert digit == checkdigits.kojinbango_digit(body)
    assert checkdigits.is_kojinbango(f"{body}{digit}")


def test_hojinbango_vector() -> None:
    """The first digit of a 法人番号 is its check digit."""
    assert checkdigits.hojinbango_digit("000012050002") == 7
    assert checkdigits.is_hojinbango("7000012050002")


@pytest.mark.parametrize(
    ("body", "digit"),
    [("13101", 6), ("01100", 2), ("14100", 3), ("27140", 3), ("47382", 1), ("01202", 5), ("23100", 2)],
)
def test_dantaikodo_vectors(body: str, digit: int) -> None:
    """The sixth digit of a 全国地方公共団体コード is its check digit."""
    assert digit == checkdigits.dantaikodo_digit(body)
    assert checkdigits.is_dantaikodo(f"{body}{digit}")


@pytest.mark.parametrize("text", ["", "1", "１２３４５６", "13101", "13101a", "131017", "-31016"])
def test_other_text_is_no_dantaikodo(text: str) -> None:
    """Full-width digits, other lengths and wrong digits are not a 全国地方公共団体コード."""
    assert not checkdigits.is_dantaikodo(text)


def test_a_body_must_be_digits() -> None:
    """A body that is not digits of the right length is refused, not guessed."""
    with pytest.raises(ValueError, match="expected 11"):
        checkdigits.kojinbango_digit("123")
