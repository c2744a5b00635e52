"""Text from a target made harmless for every reader: terminals, pages, spreadsheets' XML, logs.

Kept as it is: everything that people write, private-use characters, variation selectors, newline and tab.
Shown as ``\\u{1B}``: control characters, bidirectional marks, invisible separators and tags, lone surrogates,
noncharacters.
"""

from __future__ import annotations

import re

_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


def neutral(text: str) -> str:
    """The text with every harmful character shown as its code point; CRLF becomes a newline."""
    if text.isprintable():  # none of them is, and most texts are: told several times faster than by looking
        return text
    return _HARMFUL.sub(lambda match: f"\\u{{{ord(match.group()):X}}}", text.replace("\r\n", "\n"))
