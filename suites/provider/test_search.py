"""031 照会: who is found, who must not be, and what is shown of a person."""

from collections.abc import Callable
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, NotApplicable, Provider, requirement
from renkei.kit.jutogai import PARTIAL, SHOKAI, Register, Written, address, key, named, outcome, rows
from renkei.kit.phrases import Phrase, at, case_words, joined, phrase

CONDITIONS = ("shimei", "jusho", "seibetsu", "seinengappi", "atenabango")


def known(target: Provider) -> Written:
    """One ordinary person, made once for each target."""
    if "known" not in target.scratch:
        target.scratch["known"] = Register(target).create()
    return target.scratch["known"]


def conditions(*items: str) -> Phrase:
    """The conditions of a search as a place."""
    return joined((f"/{item}" for item in items), by=" + ")


def four_items(person: Written) -> dict[str, Any]:
    """The 基本４情報 of a person as search conditions."""
    sent = person.sent
    return {
        "shimei": sent["shimei"],
        "jusho": address(sent),
        "seibetsu": sent["seibetsu"],
        "seinengappi": sent["seinengappi"],
    }


def found(expect: Expect, register: Register, number: str, answer: Exchange, rule: str, where: Phrase) -> None:
    """The search answered 200 and shows the person."""
    expect.accepted(SHOKAI, answer, "search-refused")
    shown = [str(row.get("atenabango")) for row in rows(answer)]
    hit = bool(register.records(number, answer))
    expect.that(hit, rule, expected=phrase("among-the-hits", number=number), actual=shown[:5], where=where, on=answer)


@requirement("031-14")
def test_person_is_found_by_the_four_items(target, expect, forall):
    """A registered person is found by the exact four items, together and by name or address alone."""
    register, person = Register(target), known(target)
    items = four_items(person)

    def judge(names: list[str]) -> None:
        answer = register.find(**{name: items[name] for name in names})
        found(expect, register, person.number, answer, "registered-person-not-found", conditions(*names))

    forall.each([list(items), ["shimei"], ["jusho"], ["jusho", "seinengappi"]], judge)


def control(target: Provider) -> Written:
    """A person that an exact search finds; blocked when it does not, for another rule judges that."""
    register, person = Register(target), known(target)
    if not register.records(person.number, register.find(**four_items(person))):
        raise Blocked("control-failed", phrase("exact-search"))
    return person


@requirement("031-15")
def test_person_is_found_by_a_part(target, expect, forall):
    """A partial search finds a registered person by a part of the name or of the address."""
    register, person = Register(target), control(target)
    name, home = person.sent["shimei"], address(person.sent)
    parts = {"shimei": [name[-6:], name[:-2], name[3:8]], "jusho": [home[:-2], home[6:-2]]}

    def judge(condition: list[str]) -> None:
        item, part = condition
        answer = register.find(how=PARTIAL, **{item: part})
        found(expect, register, person.number, answer, "partial-search-misses", conditions(item))

    forall.each([[item, part] for item, texts in parts.items() for part in texts], judge)


@requirement("031-17")
def test_person_is_found_by_former_data(target, expect, forall):
    """A search over history by a former name or address shows the person as it is now."""
    register, person = Register(target), Register(target).create()
    former = four_items(person)
    now = register.change(person, **named("変更", register.tag()), jusho_choaza=f"移転町{register.tag()}")
    if not register.records(now.number, register.find(shimei=now.sent["shimei"])):
        raise Blocked("control-failed", phrase("exact-search"))

    def judge(item: str) -> None:
        answer = register.find(history=True, **{item: former[item]})
        found(expect, register, now.number, answer, "former-data-not-found", conditions(item))
        shown = register.records(now.number, answer)[0].get("shimei")
        same = shown == now.sent["shimei"]
        expect.that(
            same, "former-data-shown", expected=phrase("present-name"), actual=shown, where=conditions(item), on=answer
        )

    forall.each(["shimei", "jusho"], judge)


@requirement("031-18")
def test_exactly_one_record_is_the_latest(target, expect):
    """A search by number shows one record with 最新フラグ 1, and it holds what was registered last."""
    register = Register(target)
    person = register.create()
    for turn in "２３４":
        one_latest(expect, register, person)
        person = register.change(person, jusho_banchigohyoki=f"{turn}番")
    one_latest(expect, register, person)
    answer = register.find(history=True, atenabango=person.number)
    one_latest(expect, register, person, answer)


def one_latest(expect: Expect, register: Register, person: Written, answer: Exchange | None = None) -> None:
    """Exactly one record of the person is the latest, with its last history number."""
    answer = answer or register.find(atenabango=person.number)
    mine = register.records(person.number, answer)
    if not mine:
        raise Blocked("control-failed", phrase("search-by-number"))
    latest = [row for row in mine if str(row.get("saishinfuragu")) == "1"]
    expect.that(
        len(latest) == 1, "not-one-latest", expected=1, actual=len(latest), where="/saishinfuragu", on=(answer,)
    )
    shown = str(latest[0].get("rirekibango"))
    expect.that(
        shown == str(person.history),
        "latest-not-last",
        expected=person.history,
        actual=shown,
        where="/rirekibango",
        on=(person.exchange, answer),
    )


def ways(person: Written) -> dict[str, dict[str, Any]]:
    """Every way in which a person could be found."""
    name = person.sent["shimei"]
    return {
        "by-number": {"atenabango": person.number},
        "by-name": {"shimei": name},
        "by-part-of-name": {"how": PARTIAL, "shimei": name[-6:]},
        "by-address-over-history": {"history": True, "jusho": address(person.sent)},
    }


def other_service(target: Provider, register: Register) -> None:
    """A control: the second client stands for another 業務ID, and sees ordinary persons."""
    if register.gyomuid(1) == register.gyomuid(0):
        raise NotApplicable("one-gyomuid", register.gyomuid(0))
    person = known(target)
    if not register.records(person.number, register.find(which=1, atenabango=person.number)):
        raise Blocked("control-failed", phrase("second-client"))


@requirement("031-19")
def test_hidden_person_is_not_shown_to_other_services(target, expect, forall):
    """A person with 他業務参照不可フラグ 1 is not shown to another 業務ID, however it asks."""
    register = Register(target)
    other_service(target, register)
    person = register.create(tagyomusanshofukafuragu="1")
    questions = ways(person)

    def judge(way: str) -> None:
        answer = register.find(which=1, **questions[way])
        shown = len(register.records(person.number, answer))
        expect.that(
            shown == 0,
            "hidden-person-shown",
            expected=phrase("no-record"),
            actual=phrase("records", count=shown),
            where=case_words(way),
            on=answer,
        )

    forall.each(list(questions), judge)


@requirement("031-20")
def test_hidden_person_is_shown_to_its_registrar(target, expect, forall):
    """A person with 他業務参照不可フラグ 1 is shown to the 業務ID that registered it."""
    register = Register(target)
    control(target)
    person = register.create(tagyomusanshofukafuragu="1")

    def judge(way: str) -> None:
        answer = register.find(**ways(person)[way])
        found(expect, register, person.number, answer, "hidden-from-registrar", case_words(way))

    forall.each(["by-number", "by-name"], judge)


def meets(row: dict[str, Any], asked: dict[str, Any], *, partial: bool) -> str:
    """The first condition that a record does not meet, "" when it meets all."""
    values = row | {"jusho": address(row)}
    for name in CONDITIONS:
        wanted, value = asked.get(name), values.get(name)
        if wanted is None:
            continue
        if name == "atenabango":
            same = key(value) == key(wanted)
        elif partial and name in ("shimei", "jusho"):
            same = isinstance(value, str) and wanted in value
        else:
            same = str(value) == wanted
        if not same:
            return name
    return ""


@requirement("031-27")
def test_every_hit_meets_every_condition(target, expect, forall):
    """Every record of an answer meets all conditions; without a hit the answer is 200 and empty."""
    register, person = Register(target), known(target)
    name = person.sent["shimei"]
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "by-exact-name": ("1", {"shimei": name}),
        # As long a part that nobody else bears it by chance.
        "by-part-of-name": (PARTIAL, {"shimei": name[-6:]}),
        "by-address-and-date": ("1", {"jusho": address(person.sent), "seinengappi": person.sent["seinengappi"]}),
        "by-date-and-sex": ("1", {"seinengappi": person.sent["seinengappi"], "seibetsu": "1"}),
        "by-number-and-another-sex": ("1", {"atenabango": person.number, "seibetsu": "2"}),
        "by-number-and-another-name": ("1", {"atenabango": person.number, "shimei": f"別人　{register.tag()}"}),
        "by-name-of-nobody": ("1", {"shimei": f"該当なし　{register.tag()}"}),
        "by-part-of-the-name-of-nobody": (PARTIAL, {"shimei": register.tag() + "ン"}),
    }

    def judge(way: str) -> None:
        how, asked = questions[way]
        answer = register.find(how=how, **asked)
        if answer.status == 404 and "nobody" in way:
            expect.observe("U12", phrase("in-case", case=case_words(way), said=404))
            return
        expect.accepted(SHOKAI, answer, "search-refused")
        # One assertion for all hits: how many there are depends on who else was born on that day.
        hits = [(meets(row, asked, partial=how == PARTIAL), row) for row in rows(answer)]
        wrong, row = next(((item, row) for item, row in hits if item), ("", {}))
        if hits:
            actual, where = row.get(wrong, ""), at(case_words(way), f"/{wrong}")
            expect.that(not wrong, "hit-not-meant", expected=phrase("as-asked"), actual=actual, where=where, on=answer)

    forall.each(list(questions), judge)


@requirement("031-28")
def test_search_without_condition_is_refused(target, expect, forall):
    """A search with none of number, name, address and date shows nobody; how it is refused is recorded."""
    register = Register(target)
    known(target)
    questions: dict[str, Callable[[], dict[str, Any]]] = {
        "no-condition": register.question,
        "sex-alone": lambda: register.question(seibetsu="1"),
        "partial-no-condition": lambda: register.question(how=PARTIAL),
    }

    def judge(way: str) -> None:
        answer = target.call(questions[way]())
        shown = len(rows(answer))
        expect.that(
            shown == 0,
            "search-without-condition",
            expected=phrase("no-record"),
            actual=phrase("records", count=shown),
            where=case_words(way),
            on=answer,
        )
        expect.observe("U12", phrase("in-case", case=case_words(way), said=outcome(answer)))

    forall.each(list(questions), judge)
