"""031: what is read is what was registered, item by item, to the last code point."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Provider, requirement
from renkei.kit.jutogai import FUBAN, Register, Written, key, told
from renkei.kit.jutogai import same_time as same_moment
from renkei.kit.phrases import Phrase, at, case_words, phrase
from renkei.kit.strategies import damage, hard_characters, hard_dates, persons
from renkei.kit.strategies.ordinary import ordinary

# Read in another way than they were sent: the way of processing is not kept, numbers may be padded.
NOT_COMPARED = frozenset({"shorikubun", "atenabango"})
NUMBERS = frozenset({"nayosesakiatenabango"})
TIMES = frozenset({"sosajikoku"})
# Longer texts are refused for their length where they are refused: another rule judges that.
SHORT = 20


def plain_text(value: Any) -> str:
    """A value without what FD-08 judges: forms of characters, spaces, selectors, rare characters."""
    text = unicodedata.normalize("NFKC", str(value)).replace("\u301c", "~")
    return "".join(char for char in text if not char.isspace() and ord(char) < 0xE000 and char not in "\ufe0e\ufe0f〓�")


def lost(sent: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """(item, sent, shown) of the first item that is shown with another value than it was sent, ("", …) for none."""
    for name, value in sent.items():
        if name in NOT_COMPARED:
            continue
        shown = told(record.get(name))
        if name in TIMES:
            same = same_moment(value, shown)
        elif name in NUMBERS:
            same = key(shown) == key(value)
        else:
            same = shown is not None and plain_text(shown) == plain_text(value)
        if not same:
            return name, value, shown
    return "", None, None


def added(sent: Mapping[str, Any], record: Mapping[str, Any], optional: set[str]) -> tuple[str, Any]:
    """(item, shown) of the first optional item that is shown though it was not sent."""
    for name in sorted(optional - set(sent)):
        if told(record.get(name)) is not None:
            return name, record[name]
    return "", None


def own(target: Provider, body: Mapping[str, Any]) -> dict[str, Any]:
    """The person of a strategy, registered by our own 業務ID, with a name and address of its own."""
    register = Register(target)
    return dict(body) | {"gyomuid": register.gyomuid()}


@requirement("031-16")
def test_what_is_read_is_what_was_registered(target, expect, forall):
    """Every item of a search result has the registered value; optional items that were left out are not there."""
    register = Register(target)
    optional = {
        item.romaji for item in target.items("要求", FUBAN) if item.output == "任意" and "flag" not in item.code
    }
    optional -= {"gyomuid", "dokujishisakushisutemutoid"}

    def judge(body: dict[str, Any]) -> None:
        person = register.write(own(target, body))
        record, answer = register.record(person.number)
        name, value, shown = lost(person.sent, record)
        on = (person.exchange, answer)
        expect.that(not name, "value-changed", expected=value, actual=shown, where=f"/{name}", on=on)
        name, shown = added(person.sent, record, optional)
        expect.that(
            not name, "value-invented", expected=phrase("absent-or-null"), actual=shown, where=f"/{name}", on=on
        )

    full = register.person() | {
        "jusho_shikuchosonkodo": "131016",
        "jusho_choazakodo": "0011001",
        "jusho_katagaki": "見本荘１０１号",
        "jusho_yubinbango": "0600001",
    }
    forall(ordinary(target.municipality), judge, first=[register.person(), full])


def kept(expect: Expect, sent: str, shown: Any, where: Phrase, on: tuple[Exchange, ...]) -> None:
    """The text came back to the code point."""
    way = damage(sent, str(shown)) if shown is not None else "lost"
    actual = phrase("came-back", way=case_words(way), value=shown) if way else shown
    expect.that(not way, "character-changed", expected=sent, actual=actual, where=where, on=on)


def registered(target: Provider, body: dict[str, Any]) -> Written | None:
    """The registration of a person; None when it is refused."""
    exchange = target.call(body, FUBAN)
    if exchange.status == 400:
        return None
    return Register(target).written(body, exchange)


@requirement("FD-08")
def test_hard_characters_come_back(target, expect, forall):
    """Each hard character that is registered in a name and an address is read back to the code point."""
    register = Register(target)
    register.record(register.create().number)

    def judge(example: list[str]) -> None:
        name, text = example
        body = register.person(shimei=text, uji_nihonjin=None, na_nihonjin=None, jusho_katagaki=text)
        exchange = target.call(body, FUBAN)
        if len(text) > SHORT and exchange.status == 400:
            return
        if exchange.status == 400:
            expect.accepted(FUBAN, exchange, "hard-character-refused", where=case_words(name))
        person = register.written(body, exchange)
        record, answer = register.record(person.number)
        for item in ("shimei", "jusho_katagaki"):
            if told(record.get(item)) is not None:
                kept(expect, text, record[item], at(f"/{item}", case_words(name)), (exchange, answer))

    forall.each([list(example) for example in hard_characters()], judge)


@requirement("FD-08")
def test_people_with_hard_names_come_back(target, expect, forall):
    """Every full-width item of people with hard names and addresses is read back to the code point."""
    register = Register(target)
    names = [item.romaji for item in target.items("要求", FUBAN) if item.type == "N"]

    def judge(body: dict[str, Any]) -> None:
        easy = {"sosajikoku": "09:00:00", "seinengappi": "1984-05-06"}
        person = registered(target, own(target, body) | easy)
        if person is None:
            return
        record, answer = register.record(person.number)
        for item in names:
            if item in person.sent and told(record.get(item)) is not None:
                kept(expect, person.sent[item], record[item], at(f"/{item}"), (person.exchange, answer))

    register.record(register.create().number)
    forall(persons(target.municipality), judge)


@requirement("FD-09", linkages=("jutogaishaatenakihonjohosyokai",))
def test_dates_come_back(target, expect, forall):
    """Era-change days, days outside the calendar and unknown dates are read back as they were registered."""
    register = Register(target)
    dates = dict(hard_dates())

    def judge(name: str) -> None:
        person = registered(target, register.person(**dates[name]))
        if person is None:
            raise Blocked("no-test-data", at(FUBAN, case_words(name)))
        record, answer = register.record(person.number)
        for item in ("seinengappi", "seinengappi_fushofuragu"):
            shown, sent = told(record.get(item)), person.sent.get(item)
            if shown is None and item != "seinengappi":
                continue
            on, where = (person.exchange, answer), at(f"/{item}", case_words(name))
            expect.that(str(shown) == sent, "date-changed", expected=sent, actual=shown, where=where, on=on)

    forall.each(list(dates), judge)
