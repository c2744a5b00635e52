"""031 名寄せ and its release: two numbers of one person are tied together, never exchanged."""

from renkei.kit import Blocked, Exchange, Expect, Provider, requirement
from renkei.kit.jutogai import Register, Written, key, told
from renkei.kit.phrases import phrase


def linked(target: Provider) -> tuple[Written, Written]:
    """(名寄せ元, 名寄せ先): two persons, the first tied to the second."""
    register = Register(target)
    destination = register.create()
    return register.link(register.create(), destination), destination


def flag(expect: Expect, record: dict, wanted: str, answer: Exchange) -> None:
    """The record's 名寄せ元フラグ is as it must be."""
    shown = str(record.get("nayosemotofuragu"))
    expect.that(shown == wanted, "link-flag-wrong", expected=wanted, actual=shown, where="/nayosemotofuragu", on=answer)


@requirement("031-21")
def test_linked_record_shows_its_destination(target, expect):
    """The record of a 名寄せ元 shows 名寄せ元フラグ 1 and the number of its 名寄せ先."""
    register = Register(target)
    source, destination = linked(target)
    record, answer = register.record(source.number)
    flag(expect, record, "1", answer)
    shown = record.get("nayosesakiatenabango")
    expect.that(
        key(shown) == key(destination.number),
        "destination-not-shown",
        expected=destination.number,
        actual=shown,
        where="/nayosesakiatenabango",
        on=answer,
    )


@requirement("031-22")
def test_release_undoes_the_link(target, expect):
    """After its release a record shows 名寄せ元フラグ 0 and no destination, and its history went on."""
    register = Register(target)
    source, _ = linked(target)
    if str(register.record(source.number)[0].get("nayosemotofuragu")) != "1":
        raise Blocked("control-failed", phrase("linking"))
    released = register.release(source)
    record, answer = register.record(source.number)
    flag(expect, record, "0", answer)
    shown = told(record.get("nayosesakiatenabango"))
    expect.that(
        shown is None,
        "destination-still-shown",
        expected=phrase("nothing"),
        actual=shown,
        where="/nayosesakiatenabango",
        on=(released.exchange, answer),
    )


@requirement("031-23")
def test_link_keeps_both_numbers(target, expect):
    """After 名寄せ both persons are still found by their own number, with their own names."""
    register = Register(target)
    source, destination = register.create(), register.create()
    register.change(source)
    before = {person.number: register.record(person.number)[0].get("shimei") for person in (source, destination)}
    linking = register.changed(source, nayosemotofuragu="1", nayosesakiatenabango=destination.number)
    after = register.write(linking)
    expect.that(
        key(after.number) == key(source.number),
        "number-reassigned",
        expected=source.number,
        actual=after.number,
        where="/result/0/atenabango",
        on=after.exchange,
    )
    for number, name in before.items():
        answer = register.find(atenabango=number)
        names = [row.get("shimei") for row in register.records(number, answer)]
        kept = name in names
        expect.that(kept, "number-reassigned", expected=name, actual=names, where="/atenabango", on=answer)
