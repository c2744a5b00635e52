"""Numbers of the town: valid in form, and nobody's.

宛名番号 and 世帯番号 end in a check digit of modulus 11, weights 2 to 7 (住民記録システム標準仕様書 1.1.13); serials whose
remainder is 1 have none and are skipped. 個人番号 begin with the reserved digits and carry the check digit of
平成26年総務省令第85号 第5条. Every kind of number, with why it is nobody's, is in data/numbers.toml.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from renkei import personalnumber

# Every shard of the town numbers its people from its own block, so that shards do not wait for each other.
BLOCK = 4_000
FIRST_HOUSEHOLD = 50_000_000_000_000
FIRST_OUTSIDER = 90_000_000_000_000
_WEIGHTS = (2, 3, 4, 5, 6, 7) * 3


def numbered(body: int) -> str:
    """The 15 digits of a serial, "" when its remainder is 1 and it has no check digit."""
    digits = f"{body:014d}"
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, reversed(digits), strict=False)) % 11
    return "" if rest == 1 else f"{digits}{0 if rest == 0 else 11 - rest}"


def block(shard: int, first: int = 0) -> Iterator[str]:
    """The numbers of one shard's block, in order."""
    start = first + shard * BLOCK + 1
    return filter(None, map(numbered, range(start, start + BLOCK)))


def kojinbango(serial: int) -> str:
    """A 個人番号 of the reserved range."""
    free = 11 - len(personalnumber.RESERVED)
    body = f"{personalnumber.RESERVED}{serial:0{free}d}"
    return f"{body}{personalnumber.check_digit(body)}"


@functools.cache
def municipality(prefix: int) -> str:
    """A 団体コード with its check digit (weights 6 5 4 3 2)."""
    digits = f"{prefix:05d}"
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), digits, strict=True))
    return f"{digits}{(11 - total % 11) % 10}"
