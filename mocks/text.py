"""Character kinds and lengths as the data type legend of the standard gives them.

Reading: a length counts characters, not bytes and not code units. A base character with its variation selector
(IVS or standardised) is one character, a character outside the basic plane is one character, and a combining mark
that is no variation selector is a character of its own.
"""

import re
import unicodedata
from datetime import date

_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Half-width katakana, half-width hangul and half-width symbols of the block "Halfwidth and Fullwidth Forms".
_HALF_WIDTH = ((0xFF61, 0xFFDC), (0xFFE8, 0xFFEE))
_X = re.compile(r"[\x20-\x7e]*\Z")
_LOOSE_DATE = re.compile(r"\d{4}-(?:0\d|1[0-2]|99)-(?:[0-2]\d|3[01]|99)\Z", re.ASCII)
_STRICT_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\Z", re.ASCII)


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def is_selector(char: str) -> bool:
    """Whether the character is a variation selector."""
    return _within(ord(char), _SELECTORS)


def length(value: str) -> int:
    """The number of characters; a selector belongs to the character before it."""
    count = sum(1 for char in value if not is_selector(char))
    return count + 1 if value and is_selector(value[0]) else count


def is_half_width(value: str) -> bool:
    """Type X: printable ASCII."""
    return _X.match(value) is not None


def _is_full_width_char(char: str) -> bool:
    code = ord(char)
    if code < 0xA0 or _within(code, _HALF_WIDTH):
        return False
    return unicodedata.category(char) not in {"Cs", "Cc"} and code & 0xFFFE != 0xFFFE


def is_full_width(value: str) -> bool:
    """Type N: no ASCII, no half-width form, no control, no lone surrogate; private use and IVS are characters."""
    return all(_is_full_width_char(char) for char in value)


def is_loose_date(value: str) -> bool:
    """A DATE where 不詳日 is allowed: the shape counts, the calendar does not (02-29 of any year, 00 and 99 parts)."""
    return _LOOSE_DATE.match(value) is not None


def is_calendar_date(value: str) -> bool:
    """A DATE where 不詳日 is not allowed."""
    found = _STRICT_DATE.match(value)
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def is_time(value: str) -> bool:
    """A TIME: HH:MM:SS in 24 hours, seconds may be omitted."""
    return _TIME.match(value) is not None
