"""宛名番号: a serial of 14 digits and the check digit モジュラス11（M11W2～7）."""

from collections.abc import Iterator

from mocks.fault import Faults

BODY_DIGITS = 14
# 住民 take their serials from 1, 住登外者 from here: the two must never meet (2.3.2 (1) ⑫).
FIRST_JUTOGAI_SERIAL = 80_000_000_000_001


def remainder(body: str) -> int:
    """Σ of the digits from the right, each times 2, 3, 4, 5, 6, 7, 2, 3 …, modulo 11."""
    return sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body))) % 11


def check_digit(body: str) -> int | None:
    """The check digit; none when the remainder is 1, which the text leaves undefined and this vendor skips."""
    rest = remainder(body)
    if rest == 1:
        return None
    return 0 if rest == 0 else 11 - rest


def complete(serial: int) -> str | None:
    """The 宛名番号 of a serial, or none when the serial is skipped."""
    body = f"{serial:0{BODY_DIGITS}d}"
    digit = check_digit(body)
    return None if digit is None else f"{body}{digit}"


def numbers(first: int) -> Iterator[str]:
    """宛名番号 without end, from a serial on."""
    serial = first
    while True:
        if number := complete(serial):
            yield number
        serial += 1


class Series:
    """The numbers still to be given out; what was given out or taken over never comes again."""

    def __init__(self, fault: Faults, first: int = FIRST_JUTOGAI_SERIAL) -> None:
        self._fault = fault
        self._next = first

    def peek(self) -> tuple[int, str]:
        """The serial and the number that come next, without taking them."""
        serial = self._next
        while (number := complete(serial)) is None:
            serial += 1
        if self._fault("check_digit_wrong"):
            number = number[:-1] + str((int(number[-1]) + 1) % 10)
        return serial, number

    def take(self, serial: int) -> None:
        """The serial is used up."""
        self._next = serial + 1


def key(number: str) -> str:
    """The number for comparing: a migrated one may come with or without its leading zeros."""
    return number.zfill(BODY_DIGITS + 1) if number.isdecimal() else number
