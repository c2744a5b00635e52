"""住登外者宛名番号管理 (031) as a suite speaks to it: register, change, link, search, and read what is held."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.exchange import Exchange
from renkei.kit.expect import Blocked
from renkei.kit.phrases import Phrase, answered, at, joined
from renkei.kit.target import Provider

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "jutogaishaatenakihonjohosyokai"
EXACT, PARTIAL = "1", "2"
NEW, EXISTING, CHOSEN = "0", "1", "2"
DEFAULT_ID = "000"
ADDRESS = ("jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki", "jusho_katagaki")
# The three items that say who acted when; every request repeats them.
OPERATOR = {"sosashaid": "RENKEI01", "sosanengappi": "2026-04-01", "sosajikoku": "09:00:00"}
# The message patterns of the error code table; the brackets of its placeholders may be there or not.
MESSAGES = {
    "E0001": re.compile(r"(.+)が設定されていません。"),
    "E0002": re.compile(r"(.+)は(.+)で設定してください。"),
    "E0003": re.compile(r"(.+)は[【]?[0-9０-９]+[】]?桁で設定してください。"),
    "E0004": re.compile(r"(.+)が設定されている場合、(.+)は設定必須です。"),
}
# The same patterns as the table writes them.
PATTERNS = {
    "E0001": "{項目名}が設定されていません。",
    "E0002": "{項目名}は{指定文字}で設定してください。",
    "E0003": "{項目名}は{X}桁で設定してください。",
    "E0004": "{項目名}が設定されている場合、{項目名}は設定必須です。",
}
SYLLABLES = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
TAG_LENGTH = 8
NUMBER_LENGTH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One accepted registration: the request that was sent, the number and history number that came back."""

    sent: Mapping[str, Any]
    number: str
    history: int
    exchange: Exchange


def rows(exchange: Exchange) -> list[dict[str, Any]]:
    """The result rows of an answer, [] when it has none that can be read."""
    try:
        body = exchange.json()
    except ValueError:
        return []
    result = body.get("result") if isinstance(body, dict) else None
    return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []


def errors(exchange: Exchange) -> list[dict[str, Any]]:
    """The errors of a 400 answer, [] when it has none that can be read."""
    try:
        body = exchange.json()
    except ValueError:
        return []
    found = body.get("errors") if isinstance(body, dict) else None
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def outcome(exchange: Exchange) -> Phrase:
    """An answer in a few words, for a record: its status and error codes, or why there is none."""
    return at(answered(exchange), *sorted({str(error.get("code")) for error in errors(exchange)}))


def tally(counts: Mapping[Phrase, int]) -> Phrase:
    """How often each answer came."""
    return joined((at(answer, "×", count) for answer, count in sorted(counts.items())), by=", ")


def items_named(code: str, message: str) -> tuple[str, ...]:
    """The 項目名 in a message of that error code, () when it does not follow the code's pattern."""
    found = MESSAGES[code].fullmatch(message) if code in MESSAGES else None
    if found is None:
        return ()
    names = found.groups() if code == "E0004" else found.groups()[:1]
    return tuple(name.strip("【】") for name in names)


def key(number: Any) -> str:
    """A 宛名番号 for comparing: zeros on the left are padding, which the text leaves open (U10)."""
    text = str(number)
    return text.lstrip("0") if text.isdecimal() else text


def address(values: Mapping[str, Any]) -> str:
    """住所 as one string, which is what is searched."""
    return "".join(values.get(name) or "" for name in ADDRESS)


def whole(value: Any) -> int | None:
    """A history number as an integer, also when it came as text; None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) <= 9 else None


def told(value: Any) -> Any:
    """A value for comparing: absent, null and "" all mean that nothing is set."""
    return None if value == "" else value


def named(surname: str, given: str) -> dict[str, str]:
    """The three items of a Japanese name."""
    return {"shimei": f"{surname}　{given}", "uji_nihonjin": surname, "na_nihonjin": given}


def birthday(tag: str) -> str:
    """A day of the calendar that depends on the tag, so that a search by date does not find everybody."""
    digest = hashlib.sha256(tag.encode()).digest()
    return f"{1950 + digest[0] % 50}-{1 + digest[1] % 12:02d}-{1 + digest[2] % 28:02d}"


def same_time(one: Any, other: Any) -> bool:
    """Whether two TIME values agree; seconds may be omitted when they are 00."""
    return one == other or (bool(one and other) and _with_seconds(one) == _with_seconds(other))


def _with_seconds(value: Any) -> str:
    return f"{value}:00" if len(str(value)) == 5 else str(value)


class Register:
    """The register of one target. Whatever is made is unique to this run, and asked by the client's own 業務ID."""

    def __init__(self, target: Provider) -> None:
        self.target = target

    def tag(self) -> str:
        """Eight katakana that no other person of this run, or of an earlier one, bears."""
        scratch = self.target.scratch
        begun = scratch.setdefault("begun", int(self.target.tools.now() * 1000))
        scratch["tags"] = scratch.get("tags", 0) + 1
        facts = f"{self.target.case.target}|{self.target.seed}|{begun}|{scratch['tags']}"
        digest = hashlib.sha256(facts.encode()).digest()
        return "".join(SYLLABLES[byte % len(SYLLABLES)] for byte in digest[:TAG_LENGTH])

    def gyomuid(self, which: int = 0) -> str:
        """The 業務ID that a client stands for."""
        return self.target.auth.client(which).gyomuid or DEFAULT_ID

    def person(self, *, which: int = 0, **changes: Any) -> dict[str, Any]:
        """A request for a new number with a name, the rest of the four items, and what is ◎; None removes an item."""
        tag = self.tag()
        body = {
            "shorikubun": NEW,
            "shikuchosonkodo": self.target.municipality,
            **named("連携", tag),
            "seibetsu": "1",
            "seinengappi": birthday(tag),
            "jusho_todofuken": "東京都",
            "jusho_shikugunchosonmei": "千代田区",
            "jusho_choaza": f"見本町{tag}",
            "jusho_banchigohyoki": "１番６号",
            "gyomuid": self.gyomuid(which),
            "dokujishisakushisutemutoid": DEFAULT_ID,
            "nayosemotofuragu": "0",
            "tagyomusanshofukafuragu": "0",
            **OPERATOR,
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    def question(self, *, which: int = 0, how: str = EXACT, history: bool = False, **conditions: Any) -> dict[str, Any]:
        """A search with these conditions; None removes an item."""
        body = {
            "shikuchosonkodo": self.target.municipality,
            "kensakuhoho": how,
            "rirekikensaku": "1" if history else "0",
            "gyomuid": self.gyomuid(which),
            "dokujishisakushisutemutoid": DEFAULT_ID,
            **OPERATOR,
        }
        return {name: value for name, value in (body | conditions).items() if value is not None}

    def body(self, operation: str) -> dict[str, Any]:
        """A valid request of an operation, with no more than it needs."""
        return self.person() if operation == FUBAN else self.question(shimei=f"該当なし　{self.tag()}")

    def write(self, body: Mapping[str, Any], *, which: int = 0) -> Written:
        """Send a registration that must succeed for the test to go on; blocked when it does not."""
        return self.written(body, self.target.call(body, FUBAN, which=which))

    def written(self, body: Mapping[str, Any], exchange: Exchange) -> Written:
        """What an accepted registration says; blocked when it says nothing that can be used."""
        row = next(iter(rows(exchange)), {})
        number, history = row.get("atenabango"), whole(row.get("rirekibango"))
        usable = 0 < len(str(number)) <= NUMBER_LENGTH and str(number).isascii()
        if exchange.status != 200 or number is None or not usable or history is None:
            raise Blocked("no-test-data", at(FUBAN, answered(exchange)))
        return Written(sent=dict(body), number=str(number), history=history, exchange=exchange)

    def create(self, *, which: int = 0, **changes: Any) -> Written:
        """A new person with a new number."""
        return self.write(self.person(which=which, **changes), which=which)

    def changed(self, before: Written, **changes: Any) -> dict[str, Any]:
        """The request that changes a person: all its items again, some of them new; None removes one."""
        body = dict(before.sent) | {"shorikubun": EXISTING, "atenabango": before.number} | changes
        return {name: value for name, value in body.items() if value is not None}

    def change(self, before: Written, **changes: Any) -> Written:
        """A person changed under its own number; blocked when it got another one, for another rule judges that."""
        after = self.write(self.changed(before, **changes))
        if key(after.number) != key(before.number):
            raise Blocked("control-failed", at(FUBAN, EXISTING))
        return after

    def link(self, source: Written, destination: Written) -> Written:
        """名寄せ: ``source`` becomes 名寄せ元 of ``destination``."""
        return self.change(source, nayosemotofuragu="1", nayosesakiatenabango=destination.number)

    def release(self, source: Written) -> Written:
        """名寄せ解除."""
        return self.change(source, nayosemotofuragu="0", nayosesakiatenabango=None)

    def find(self, *, which: int = 0, how: str = EXACT, history: bool = False, **conditions: Any) -> Exchange:
        """One search, as answered."""
        body = self.question(which=which, how=how, history=history, **conditions)
        return self.target.call(body, SHOKAI, which=which)

    def records(self, number: str, exchange: Exchange) -> list[dict[str, Any]]:
        """The records of one person in an answer, the one of the highest history number first."""
        mine = [row for row in rows(exchange) if key(row.get("atenabango")) == key(number)]
        return sorted(mine, key=lambda row: -(whole(row.get("rirekibango")) or 0))

    def record(self, number: str, *, which: int = 0) -> tuple[dict[str, Any], Exchange]:
        """What is held of a person now; blocked when a search by number does not show it."""
        exchange = self.find(which=which, atenabango=number)
        mine = self.records(number, exchange)
        if not mine:
            raise Blocked("no-test-data", at(SHOKAI, answered(exchange)))
        return mine[0], exchange
