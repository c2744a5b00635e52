"""Who pays: residents, 住登外者, corporations and co-owners as the tax systems know them, with their addresses.

The address of a person under 支援措置 is not told (住所非表示フラグ): ``address`` gives it for nobody who is protected, and
the end date of a protection alone ends nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata
from dataclasses import dataclass

from renkei.town.corporation import Corporation, corporations
from renkei.town.person import Outsider, Person, Values
from renkei.town.shard import Shard

Holder = Person | Outsider | Corporation
PARTS = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki",
         "yubinbango")  # fmt: skip
ABROAD = ("kokumeikodo", "kokumeito", "kokugaijusho")
# No bank has these codes (金融機関コード 9997 to 9999 are not given).
BANKS = (("9997", "架空銀行"), ("9998", "連携信用金庫"), ("9999", "東雲農業協同組合"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A bank account of the town; its bank does not exist."""

    bank: str
    bank_name: str
    branch: str
    number: str


def holders(shard: Shard) -> dict[str, Holder]:
    """Residents, 住登外者 that other 業務 may see, and corporations by 宛名番号."""
    found: dict[str, Holder] | None = shard.facts.get("holders")
    if found is None:
        found = {one.number: one for one in shard.outsiders if not one.hidden}
        found |= {one.number: one for one in corporations(shard)}
        found |= {one.number: one for one in shard.people}
        shard.facts["holders"] = found
    return found


def protected(one: Holder | None) -> bool:
    """Whether a 支援措置 is in force: decided on, and not ended by a decision."""
    return isinstance(one, Person) and bool(one.protections) and one.protections[-1].kind != "3"


def _values(one: Holder, day: dt.date) -> Values:
    if isinstance(one, Person):
        return one.on(day) or one.rows[0].values
    return one.address if isinstance(one, Corporation) else one.values


def named(one: Holder, day: dt.date) -> tuple[str, str]:
    """Name and kana of a day."""
    if isinstance(one, Corporation):
        return one.name
    values = _values(one, day)
    return values.get("shimei_yusen") or values.get("shimei", ""), values.get("shimei_furigana", "")


def address(one: Holder, day: dt.date, block: str) -> Values:
    """The address of a day as ``block_…``; for who has left, the place moved to; nothing for who is protected."""
    if protected(one):
        return {"jushohihyojifuragu": "1"}
    values = _values(one, day)
    source = "jusho"
    if values.get("juminjotai") == "2":
        source = next(
            (
                name
                for name in ("tenshutsusakijusho_kakutei", "tenshutsusakijusho_yotei")
                if f"{name}_todofuken" in values
            ),
            "jusho",
        )
    found = {f"{block}_{part}": values.get(f"{source}_{part}", "") for part in PARTS}
    return found | {"jushohihyojifuragu": "0"}


def abroad(one: Holder, day: dt.date, block: str) -> Values:
    """The address abroad, empty for nearly everybody."""
    values = _values(one, day)
    return {f"{block}_{part}": values[f"jusho_{part}"] for part in ABROAD if values.get(f"jusho_{part}")}


def account(shard: Shard, key: str) -> Account:
    """The bank account of a holder."""
    known: dict[str, Account] = shard.facts.setdefault("banks", {})
    if key not in known:
        known[key] = _account(shard, key)
    return known[key]


def _account(shard: Shard, key: str) -> Account:
    bank, title = BANKS[shard.choice(key, "bank", len(BANKS))]
    branch = f"{101 + shard.choice(key, 'branch', 8):03d}"
    return Account(bank=bank, bank_name=title, branch=branch, number=f"{shard.choice(key, 'account', 9_999_999):07d}")


def debits(shard: Shard, key: str) -> bool:
    """Whether a holder pays by direct debit."""
    known: dict[str, bool] = shard.facts.setdefault("debits", {})
    if key not in known:
        known[key] = shard.chance(key, "debit") < 0.38
    return known[key]


@functools.cache
def _halves() -> dict[str, str]:
    """Full-width kana to half-width ones."""
    found = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
    return found | {"\u3099": "ﾞ", "\u309a": "ﾟ", "ー": "ｰ", "　": " "}


def half(kana: str) -> str:
    """Kana as banks write them: half-width, and nothing else but capital letters."""
    table = _halves()
    parts = unicodedata.normalize("NFD", kana)
    cells = (table.get(char) or unicodedata.normalize("NFKC", char) for char in parts)
    return "".join(cell.upper() for cell in cells if cell.isascii() or "\uff61" <= cell <= "\uff9f").strip()[:50]
