"""個人番号 in free text: twelve digits with a right check digit, however they are spaced; none of the reserved ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Test data uses only numbers that begin so; they are nobody's and stay readable.
RESERVED = "9999"
DIGIT = "0-9０-９"
SEPARATOR = r"[-\s\u2010-\u2015\u2212\u30fb\u30fc\u3000\uff0d\uff65.・_/]"
RUN = re.compile(rf"[{DIGIT}](?<![{DIGIT}].)(?:{SEPARATOR}?[{DIGIT}]){{11,}}", re.DOTALL)
GROUP = re.compile(rf"[{DIGIT}]+")
HEX = frozenset("0123456789abcdefABCDEF")
DIGEST_LENGTH = 32
NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
# groups in which people write the twelve digits: whole, 4-4-4, 3-3-3-3, 6-6, 2×6, single digits
GROUPINGS = {12: 1, 4: 3, 3: 4, 6: 2, 2: 6, 1: 12}


def check_digit(first: str) -> int:
    """The check digit for the first eleven digits (平成26年総務省令第85号 第5条)."""
    total = 0
    for place, digit in enumerate(reversed(first), 1):
        total += int(digit) * (place + 1 if place <= 6 else place - 5)
    rest = total % 11
    return 0 if rest <= 1 else 11 - rest


def is_personal(digits: str) -> bool:
    """Whether twelve half-width digits may be somebody's 個人番号."""
    return not digits.startswith(RESERVED) and int(digits[11]) == check_digit(digits[:11])


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the text holds what may be a 個人番号."""
    for run in RUN.finditer(text):
        groups = [(match.start(), match.end()) for match in GROUP.finditer(text, run.start(), run.end())]
        taken = -1
        for index, (start, end) in enumerate(groups):
            count = GROUPINGS.get(end - start, 0)
            window = groups[index : index + count]
            if not count or start < taken or len(window) < count or any(e - s != end - start for s, e in window):
                continue
            digits = "".join(text[s:e] for s, e in window).translate(NARROW)
            last = window[-1][1]
            if is_personal(digits) and not _part_of_other(text, start, last):
                taken = last
                yield start, last


def _part_of_other(text: str, start: int, end: int) -> bool:
    """Whether the digits stand inside a digest or behind a decimal point."""
    if start > 1 and text[start - 1] == "." and text[start - 2].isdigit():
        return True
    while start > 0 and end - start < DIGEST_LENGTH and text[start - 1] in HEX:
        start -= 1
    while end < len(text) and end - start < DIGEST_LENGTH and text[end] in HEX:
        end += 1
    return end - start >= DIGEST_LENGTH
