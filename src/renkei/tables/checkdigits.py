"""Check digits of the numbers that linkages carry: 宛名番号, 個人番号, 法人番号 and 全国地方公共団体コード."""

from __future__ import annotations


def atenabango_digit(body: str) -> int | None:
    """M11W2～7 digit of a 宛名番号 body (every digit but the last); None when the remainder is 1 (undefined)."""
    remainder = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(_digits(body)))) % 11
    if remainder == 1:
        return None
    return 0 if remainder == 0 else 11 - remainder


def kojinbango_digit(body: str) -> int:
    """Check digit of the first 11 digits of a 個人番号 (平成26年総務省令第85号 第5条)."""
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(_digits(body, 11)), start=1)
    )
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


def hojinbango_digit(base: str) -> int:
    """Check digit (the first digit) of the 12-digit base of a 法人番号."""
    total = sum(
        int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(_digits(base, 12)), start=1)
    )
    return 9 - total % 9


def dantaikodo_digit(body: str) -> int:
    """Check digit of the first 5 digits of a 全国地方公共団体コード."""
    total = sum(int(digit) * weight for digit, weight in zip(_digits(body, 5), (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10


def is_atenabango(text: str) -> bool:
    """Whether a newly issued 宛名番号 ends with its check digit; old and migrated numbers need not."""
    return len(text) > 1 and _is_number(text) and atenabango_digit(text[:-1]) == int(text[-1])


def is_kojinbango(text: str) -> bool:
    """Whether these are 12 digits with the check digit of a 個人番号."""
    return len(text) == 12 and _is_number(text) and kojinbango_digit(text[:11]) == int(text[11])


def is_hojinbango(text: str) -> bool:
    """Whether these are 13 digits with the check digit of a 法人番号."""
    return len(text) == 13 and _is_number(text) and hojinbango_digit(text[1:]) == int(text[0])


def is_dantaikodo(text: str) -> bool:
    """Whether these are 6 digits with the check digit of a 全国地方公共団体コード."""
    return len(text) == 6 and _is_number(text) and dantaikodo_digit(text[:5]) == int(text[5])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digits(text: str, length: int = 0) -> str:
    if not _is_number(text) or (length and len(text) != length):
        raise ValueError(f"expected {length or 'some'} ASCII digits, got {text!r}")
    return text
