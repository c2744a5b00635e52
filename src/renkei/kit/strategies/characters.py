"""Text of the types X (half-width) and N (full-width), with the characters that systems lose on the way."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

Strategy = st.SearchStrategy

# The simplest come first: counterexamples shrink towards them.
PLAIN = tuple("亜一二三佐藤鈴木高橋田中山川村本林清水太郎花子市町区東京都府県丁目番地号室")
KANA = tuple(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガザダバパヴャュョッー"
)
ROMAN = tuple("ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ")
HIRAGANA = tuple("あいうえおかきくけこがぎぐげごゐゑを")
DIGITS = tuple("０１２３４５６７８９")
SIGNS = tuple("　－ー‐―−・、。（）〜～々〆ヶ①⑳Ⅳ㈱㌔￥＼＂＇，．＆＜＞")
IVS = ("辻\U000e0100", "辻\U000e0103", "葛\U000e0100", "邉\U000e0101", "祇\U000e0101", "\U00020bb7\U000e0101")
ASTRAL = ("\U00020bb7", "\U00020b9f", "\U0002123d", "\U00029e3d")
COMPATIBLE = ("\ufa11", "\ufa19", "\ufa1b", "髙", "彅")
ADDED = ("\U0010de92",)
TRAPS = IVS + ASTRAL + COMPATIBLE + ADDED
ALPHABET = PLAIN + HIRAGANA + KANA + DIGITS + ROMAN + SIGNS + TRAPS
# Elements that must not begin or end a name: whether a system trims spaces is its own affair.
INNER = ("　",)
EDGES = tuple(element for element in ALPHABET if element not in INNER)
LIMIT_ELEMENTS = ("亜", "\U00020bb7", "辻\U000e0100")
HALF_WIDTH = "".join(map(chr, range(0x30, 0x3A))) + "".join(map(chr, range(0x41, 0x5B))) + "abcxyz!#$%'()*+,-./:;=@_~"
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))

_HARD: tuple[tuple[str, str], ...] = (
    ("ivs", "辻\U000e0100"),
    ("ivs-other-variant", "辻\U000e0103"),
    ("ivs-beside-bare", "辻辻\U000e0100辻\U000e0103辻"),
    ("ivs-on-surrogate-pair", "\U00020bb7\U000e0101野"),
    ("surrogate-pair", "\U00020bb7野"),
    ("surrogate-pairs-in-a-row", "\U00020bb7\U00020b9f\U0002123d\U00029e3d"),
    ("added-character-private-use", "\U0010de92田"),
    ("full-width-digits", "１２３４５６７８９０"),
    ("full-width-letters", "ＺＨＡＮＧ　ＹＵＬＩ"),
    ("full-width-small-letters", "Ａｐｐｌｅ　Ｓｔｒｅｅｔ"),
    ("ideographic-space", "佐藤　一郎"),
    ("wave-dash", "ア〜ン"),
    ("full-width-tilde", "ア～ン"),
    ("wave-dash-beside-tilde", "〜～〜～"),
    ("horizontal-lines", "－−―‐ー一"),
    ("double-vertical-lines", "‖∥"),
    ("full-width-signs", "＂＇，．＆＜＞￥＼"),
    ("composed-dakuten", "がぱヴ"),
    ("compatibility-ideograph-stable", "山\ufa11"),
    ("compatibility-ideograph-not-stable", "\ufa19谷"),
    ("ladder-taka", "髙橋"),
    ("circled-digits", "①⑳"),
    ("parenthesised-kabu", "㈱住登"),
    ("squared-kilo", "㌔"),
    ("roman-numeral", "ルイⅣ世"),
    ("iteration-marks", "佐々木〆子"),
    ("historic-kana", "ヰヱゐゑ"),
    ("small-kana", "霞ヶ関ヵ"),
)
_OPEN: tuple[tuple[str, str], ...] = (
    ("decomposed-dakuten", "か\u3099"),
    ("composed-beside-decomposed", "がか\u3099"),
    ("dakuten-without-composed-form", "か\u309a"),
    ("private-use-of-a-vendor", "\ue000田"),
    ("variation-selector-unregistered", "辻\U000e01ef"),
    ("standardised-variation", "神\ufe00"),
    ("space-at-the-ends", "　佐藤　"),
    ("unassigned-in-standard", "🏠"),
    ("western-ambiguous-width", "é×"),
)


def length(text: str) -> int:
    """The number of characters as the standard counts: a variation selector belongs to the one before it."""
    return len(text) - sum(char in SELECTORS for char in text[1:])


def hard_characters(limit: int = 100) -> tuple[tuple[str, str], ...]:
    """The closed list of (name, text) that must come back unchanged; the last ones have exactly ``limit`` characters."""
    names = ("at-limit", "at-limit-surrogate-pairs", "at-limit-ivs")
    longest = ((f"{name}-{limit}", element * limit) for name, element in zip(names, LIMIT_ELEMENTS, strict=True))
    return (*((name, text) for name, text in _HARD if length(text) <= limit), *longest)


def open_characters() -> tuple[tuple[str, str], ...]:
    """The closed list of (name, text) of which no text of the standard says what must happen: only recorded."""
    return _OPEN


def damage(sent: str, received: str) -> str:
    """How a text came back: "" unchanged, else the way in which it was harmed (a kebab-case code)."""
    if sent == received:
        return ""
    ways = {
        "selectors-lost": "".join(char for char in sent if char not in SELECTORS),
        "nfc": unicodedata.normalize("NFC", sent),
        "nfd": unicodedata.normalize("NFD", sent),
        "nfkc": unicodedata.normalize("NFKC", sent),
        "wave-dash-replaced": sent.replace("〜", "～"),
        "tilde-replaced": sent.replace("～", "〜"),
        "beyond-basic-plane-lost": "".join(char for char in sent if ord(char) < 0x10000),
        "spaces-trimmed": sent.strip("　 "),
        "half-width-space": sent.replace("　", " "),
    }
    for way, text in ways.items():
        if received == text:
            return way
    if sent.startswith(received):
        return "truncated"
    return "replaced-by-marks" if any(mark in received for mark in "?？〓\ufffd□") else "changed"


def half_width(minimum: int = 1, maximum: int = 10, *, alphabet: str = HALF_WIDTH) -> Strategy[str]:
    """Type X: printable ASCII without space (whether X includes it is open)."""
    return st.text(alphabet=alphabet, min_size=minimum, max_size=maximum)


def full_width(
    minimum: int = 1, maximum: int = 100, *, alphabet: tuple[str, ...] = ALPHABET, code_points: int | None = None
) -> Strategy[str]:
    """Type N of ``minimum`` to ``maximum`` characters, now and then exactly at the limit.

    A base character with its selector counts as one. ``code_points`` caps the length in code points as well, for
    contracts whose ``maxLength`` does so.
    """
    if maximum < 1:
        return st.just("")
    spoken = st.lists(st.sampled_from(alphabet), min_size=minimum, max_size=min(maximum, minimum + 12))
    pieces = spoken.map(lambda elements: _trimmed(elements, minimum))
    strategy = st.one_of(pieces, pieces, _repeated(alphabet, minimum, maximum))
    if code_points is None or code_points >= 2 * maximum:
        return strategy
    return strategy.map(lambda text: text if len(text) <= code_points else _bare(text))


def katakana(minimum: int = 1, maximum: int = 50) -> Strategy[str]:
    """Full-width katakana, as フリガナ has it."""
    return full_width(minimum, maximum, alphabet=KANA)


def roman(minimum: int = 1, maximum: int = 100) -> Strategy[str]:
    """Full-width Latin letters with single full-width spaces inside."""
    return full_width(minimum, maximum, alphabet=(*ROMAN, "　"))


def widened(text: str) -> str:
    """The same text with every printable ASCII character in its full-width form."""
    return "".join("　" if char == " " else chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _repeated(alphabet: tuple[str, ...], minimum: int, maximum: int) -> Strategy[str]:
    """One character over and over: half of the texts are exactly at the limit, and all of them shrink to short ones."""
    fitting = [element for element in LIMIT_ELEMENTS if element in alphabet] or [alphabet[0]]
    sizes = st.integers(minimum, 2 * maximum).map(lambda size: min(size, maximum))
    return st.builds(lambda element, size: element * size, st.sampled_from(fitting), sizes)


def _trimmed(elements: list[str], minimum: int) -> str:
    """The elements as one text without a space at either end; a space that must stay for the length becomes a letter."""
    if elements and (elements[0] in INNER or elements[-1] in INNER):
        start, end = 0, len(elements)
        while end - start > minimum and elements[start] in INNER:
            start += 1
        while end - start > minimum and elements[end - 1] in INNER:
            end -= 1
        kept = elements[start:end]
        for place in {0, len(kept) - 1} if kept else set():
            if kept[place] in INNER:
                kept[place] = "・"
        return "".join(kept)
    return "".join(elements)


def _bare(text: str) -> str:
    return "".join(char for char in text if char not in SELECTORS)
