"""Numbers with check digits, all of them valid in form and provably nobody's, and the types 9, 9V and S9."""

from __future__ import annotations

from hypothesis import strategies as st

from renkei.tables import checkdigits

Strategy = st.SearchStrategy

# No real 個人番号 is used: ours begin with these digits, and 団体コード with a prefecture that does not exist.
KOJINBANGO_PREFIX = "999990"
DANTAIKODO_PREFIX = "99"
HOJINBANGO_PREFIX = "9999"
ATENABANGO_DIGITS = 14
# Published (or computed from the published rule) numbers with right check digits.
ATENABANGO_VECTORS = (
    "000000000000019",
    "000000000000027",
    "000000000000035",
    "000000000000043",
    "000000000000051",
    "123456789012340",
    "000000123456785",
)
# Serials whose remainder is 1: the text leaves their check digit open, so nobody may be given such a number.
ATENABANGO_SKIPPED = (6, 23, 37, 40, 54)
KOJINBANGO_VECTORS = ("123456789018", "345678901234")
HOJINBANGO_VECTORS = ("7000012050002",)
DANTAIKODO_VECTORS = ("131016", "011002", "141003", "271403", "473821", "012025", "231002")

BROKEN_INTEGERS = ("-1", "+1", "01", "1.0", "1e2", "１", "1,000", " 1", "1 ", "0x1", "一", "")
BROKEN_SIGNED = ("+1", "1-", "--1", "△1", "(1)", "-", "－１", "-01", "-1.0", "")
BROKEN_DECIMALS = ("-1.0", "+1.0", "1e2", "1,000.0", ".5", "1.", "01.0", "１．０", "1.0.0", "")


def atenabango_of(serial: int) -> str:
    """The 15-digit 宛名番号 of a serial; the next serial is taken while the check digit is undefined."""
    while (digit := checkdigits.atenabango_digit(f"{serial:0{ATENABANGO_DIGITS}d}")) is None:
        serial += 1
    return f"{serial:0{ATENABANGO_DIGITS}d}{digit}"


def kojinbango_of(serial: int) -> str:
    """A 個人番号 from the marked range (100,000 of them)."""
    body = f"{KOJINBANGO_PREFIX}{serial % 100_000:05d}"
    return f"{body}{checkdigits.kojinbango_digit(body)}"


def hojinbango_of(serial: int) -> str:
    """A 法人番号 from a range that is not given out."""
    base = f"{HOJINBANGO_PREFIX}{serial % 100_000_000:08d}"
    return f"{checkdigits.hojinbango_digit(base)}{base}"


def dantaikodo_of(serial: int) -> str:
    """A 全国地方公共団体コード of a municipality that does not exist (1,000 of them)."""
    body = f"{DANTAIKODO_PREFIX}{serial % 1000:03d}"
    return f"{body}{checkdigits.dantaikodo_digit(body)}"


def atenabango() -> Strategy[str]:
    """15 digits with the check digit of a newly issued 宛名番号."""
    return st.integers(1, 10**ATENABANGO_DIGITS - 100).map(atenabango_of)


def kojinbango() -> Strategy[str]:
    """12 digits of the marked range with their check digit."""
    return st.integers(0, 99_999).map(kojinbango_of)


def hojinbango() -> Strategy[str]:
    """13 digits, the first of which is the check digit."""
    return st.integers(0, 99_999_999).map(hojinbango_of)


def dantaikodo() -> Strategy[str]:
    """6 digits with their check digit, of no real municipality."""
    return st.integers(0, 999).map(dantaikodo_of)


def integers(digits: int) -> Strategy[int]:
    """Type 9: 0 up to the largest number of that many digits, both ends often."""
    largest = 10**digits - 1
    return st.one_of(st.integers(0, largest), st.sampled_from((0, 1, largest)))


def signed(digits: int) -> Strategy[int]:
    """Type S9: a sign and up to that many digits."""
    largest = 10**digits - 1
    return st.one_of(st.integers(-largest, largest), st.sampled_from((0, -1, largest, -largest)))


def integer_text(digits: int) -> Strategy[str]:
    """Type 9 as a cell of a file has it: no leading zero, no sign."""
    return integers(digits).map(str)


def signed_text(digits: int) -> Strategy[str]:
    """Type S9 as a cell of a file has it: ``-`` before negative numbers, nothing before others."""
    return signed(digits).map(str)


def decimal_text(whole: int, decimals: int) -> Strategy[str]:
    """Type 9V(n,m) as a cell has it: up to n integer digits, and a point with up to m decimals or none at all."""
    fraction = st.integers(0, 10**decimals - 1).map(lambda value: f".{value:0{decimals}d}") if decimals else st.just("")
    return st.builds(lambda integer, rest: f"{integer}{rest}", integers(whole), st.one_of(st.just(""), fraction))


def decimals(whole: int, places: int) -> Strategy[float]:
    """Type 9V(n,m) as a JSON number that is written without an exponent."""
    return st.integers(0, 10 ** min(whole + places, 15) - 1).map(lambda value: value / 10**places)
