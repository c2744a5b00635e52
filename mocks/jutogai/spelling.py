"""What vendors' storage does to characters when it is wrong about them."""

import unicodedata
from collections.abc import Callable

from mocks import text
from mocks.fault import Faults


def _without_selectors(value: str) -> str:
    return "".join(char for char in value if not text.is_selector(char))


def _each(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda value: "".join(change(char) for char in value)


_DAMAGE: dict[str, Callable[[str], str]] = {
    "ivs": _without_selectors,
    "nfkc": lambda value: unicodedata.normalize("NFKC", value),
    "nfc": lambda value: unicodedata.normalize("NFC", value),
    "wave": lambda value: value.replace("\u301c", "\uff5e"),
    "surrogate": _each(lambda char: "\ufffd\ufffd" if 0xFFFF < ord(char) < 0xE0100 else char),
    "private": _each(lambda char: "〓" if unicodedata.category(char) == "Co" else char),
    "space": lambda value: value.replace("\u3000", ""),
}


def stored(fault: Faults, value: str) -> str:
    """The value as the vendor keeps it: unchanged, unless one of the character defects is on."""
    if fault("ivs_stripped"):
        value = _DAMAGE["ivs"](value)
    if fault("nfkc_applied"):
        value = _DAMAGE["nfkc"](value)
    if fault("nfc_applied"):
        value = _DAMAGE["nfc"](value)
    if fault("wave_dash_changed"):
        value = _DAMAGE["wave"](value)
    if fault("surrogate_pair_broken"):
        value = _DAMAGE["surrogate"](value)
    if fault("private_use_replaced"):
        value = _DAMAGE["private"](value)
    if fault("ideographic_space_dropped"):
        value = _DAMAGE["space"](value)
    return value
