"""031 付番: new numbers, known numbers, resident's numbers, and what a refused request leaves behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Provider, requirement
from renkei.kit.jutogai import (
    CHOSEN,
    EXISTING,
    FUBAN,
    MESSAGES,
    Register,
    Written,
    errors,
    key,
    outcome,
    rows,
    same_time,
    whole,
)
from renkei.kit.phrases import Phrase, at, case_words, phrase

MISSING_CODES = ("E0001", "E0004")
AT_ONCE = {"smoke": 4, "standard": 8, "certification": 16}
NEW_NUMBERS = {"smoke": 5, "standard": 25, "certification": 100}
# Tried when the plan names no resident: the first numbers that a new register of residents gives out.
RESIDENT_NUMBERS = ("000000000000019", "000000000000027", "000000000000035", "000000000000043", "000000000000051")
UNKNOWN_NUMBER = "999999999999999"


def new_numbers(target: Provider) -> list[Written]:
    """New persons, made once for each target; the run's profile says how many."""
    register = Register(target)
    made: list[Written] = target.scratch.setdefault("new numbers", [])
    while len(made) < NEW_NUMBERS[target.profile]:
        made.append(register.create())
    return made


def readable(answer: Exchange) -> list[dict[str, Any]]:
    """The rows of an accepted registration; blocked when there are none, for the shape is another rule's."""
    found = rows(answer)
    if answer.status == 200 and not found:
        raise Blocked("control-failed", "/result")
    return found


@requirement("031-01")
def test_new_person_gets_a_number(target, expect):
    """A numbering request is answered with one row that holds a number of at most 15 half-width characters."""
    answer = target.call(Register(target).person(), FUBAN)
    expect.accepted(FUBAN, answer, "numbering-refused")
    found = readable(answer)
    expect.that(
        len(found) == 1,
        "not-one-row",
        expected=phrase("rows", count=1),
        actual=phrase("rows", count=len(found)),
        where="/result",
        on=answer,
    )
    number = str(found[0].get("atenabango") or "")
    fits = 0 < len(number) <= 15 and number.isascii() and number.isprintable() and " " not in number
    expect.that(
        fits,
        "number-malformed",
        expected=phrase("half-width-up-to", count=15),
        actual=number,
        where="/result/0/atenabango",
        on=answer,
    )


@requirement("031-02")
def test_new_numbers_are_distinct(target, expect):
    """No new number equals one that was issued before in this run."""
    seen: dict[str, Written] = {}
    for person in new_numbers(target):
        twin = seen.setdefault(key(person.number), person)
        expect.that(
            twin is person,
            "number-issued-twice",
            expected=phrase("number-of-its-own"),
            actual=person.number,
            where="/result/0/atenabango",
            on=(twin.exchange, person.exchange),
        )


def remainder(number: str) -> int:
    """The remainder modulo 11 of all but the last digit, weighted 2 to 7 from the right."""
    return sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number[:-1]))) % 11


@requirement("031-03")
def test_new_numbers_have_a_check_digit(target, expect):
    """The last digit of a new number is its check digit, wherever the text defines one."""
    register = Register(target)
    for person in [*new_numbers(target), register.create()]:
        number = person.number
        digits = number.isascii() and number.isdecimal() and len(number) > 1
        rest = remainder(number) if digits else -1
        if rest == 1:
            continue
        wanted = "0" if rest == 0 else str(11 - rest)
        expect.that(
            digits and number[-1] == wanted,
            "check-digit-wrong",
            expected=phrase("check-digit", digit=wanted) if digits else phrase("digits-only"),
            actual=number,
            where="/result/0/atenabango",
            on=person.exchange,
        )


@requirement("031-04")
def test_numbers_of_remainder_one_are_recorded(target, expect):
    """What became of serials whose check digit the text leaves undefined is recorded."""
    open_ones = [p.number for p in new_numbers(target) if p.number.isdecimal() and remainder(p.number) == 1]
    digits = sorted({number[-1] for number in open_ones})
    expect.observe(
        "U11", phrase("issued-with-check-digit", digits=" / ".join(digits)) if digits else phrase("none-issued")
    )


@requirement("031-05")
def test_known_number_is_kept(target, expect):
    """Registering new data under a known number is accepted and answers the same number."""
    register = Register(target)
    person = register.create()
    answer = target.call(register.changed(person, jusho_banchigohyoki="２番７号"), FUBAN)
    same_number(expect, answer, person.number)


def same_number(expect: Expect, answer: Exchange, number: str) -> None:
    """The registration was accepted under that number."""
    expect.accepted(FUBAN, answer, "known-number-refused")
    got = str(readable(answer)[0].get("atenabango"))
    expect.that(
        key(got) == key(number),
        "number-changed",
        expected=phrase("number-as-sent"),
        actual=got,
        where="/result/0/atenabango",
        on=answer,
    )


@requirement("031-06")
def test_resident_number_is_carried_over(target, expect):
    """The number of a former resident is registered for the 住登外者 as it is."""
    register = Register(target)
    declared = target.auth.access.resident_number
    for number in (declared,) if declared else RESIDENT_NUMBERS:
        answer = target.call(register.person(shorikubun=EXISTING, atenabango=number), FUBAN)
        if answer.status == 200:
            same_number(expect, answer, number)
            return
    if not declared:
        raise Blocked("no-test-data", at("resident_number", outcome(answer)))
    expect.accepted(FUBAN, answer, "resident-number-refused")


@requirement("031-07")
def test_chosen_number_is_kept(target, expect):
    """Sending a number that was chosen from the candidates is accepted and answers the same number."""
    register = Register(target)
    person = register.create()
    same_number(expect, target.call(register.changed(person, shorikubun=CHOSEN), FUBAN), person.number)


@requirement("031-08")
def test_gyomuid_after_choosing_is_recorded(target, expect):
    """Whose 業務ID a record shows after another service chose it is recorded."""
    register = Register(target)
    person, other = register.create(), register.gyomuid(1)
    register.write(register.changed(person, shorikubun=CHOSEN, gyomuid=other), which=1)
    shown = register.record(person.number)[0].get("gyomuid")
    kept = phrase("service-kept") if shown == person.sent["gyomuid"] else shown
    expect.observe("C22", phrase("service-replaced") if shown == other else kept)


def refused_as_missing(expect: Expect, answer: Exchange, rule: str, where: Phrase) -> None:
    """The request is answered 400 with E0001 or E0004 (C7, C23); a list that cannot be read is another rule's."""
    expect.status(answer, 400, rule=rule)
    codes = sorted({str(error["code"]) for error in errors(answer) if error.get("code") in MESSAGES})
    good = not codes or any(code in MISSING_CODES for code in codes)
    expect.that(good, "wrong-error-code", expected=" / ".join(MISSING_CODES), actual=codes, where=where, on=answer)


@requirement("031-09")
def test_missing_number_is_refused(target, expect, forall):
    """処理区分 1 or 2 without 宛名番号 is answered 400 with E0001 or E0004."""

    def judge(kind: str) -> None:
        answer = target.call(Register(target).person(shorikubun=kind), FUBAN)
        refused_as_missing(expect, answer, "missing-number-accepted", at("/shorikubun", kind))

    forall.each([EXISTING, CHOSEN], judge)


@requirement("031-10")
def test_link_to_nobody_is_refused(target, expect):
    """名寄せ元フラグ 1 without 名寄せ先宛名番号 is answered 400 with E0001 or E0004."""
    register = Register(target)
    answer = target.call(register.changed(register.create(), nayosemotofuragu="1"), FUBAN)
    refused_as_missing(expect, answer, "link-to-nobody-accepted", at("/nayosesakiatenabango"))


@requirement("031-11")
def test_unknown_date_without_notation_is_recorded(target, expect):
    """How 不詳フラグ 1 without 不詳表記 is answered is recorded."""
    body = Register(target).person(seinengappi_fushofuragu="1")
    expect.observe("C21", outcome(target.call(body, FUBAN)))


@requirement("031-12")
def test_municipality_and_operator_are_echoed(target, expect, forall):
    """市区町村コード, 操作者ID, 操作年月日 and 操作時刻 of the answer are those of the request."""

    def judge(operator: dict[str, str]) -> None:
        answer = target.call(Register(target).person(**operator), FUBAN)
        row = next(iter(rows(answer)), None)
        if answer.status != 200 or row is None:
            raise Blocked("no-test-data", outcome(answer))
        sent = operator | {"shikuchosonkodo": target.municipality}
        for name, value in sent.items():
            if row.get(name) is None:
                continue
            same = same_time(value, row[name]) if name == "sosajikoku" else str(row[name]) == value
            expect.that(same, "not-echoed", expected=value, actual=row[name], where=f"/result/0/{name}", on=answer)

    operators = [("RENKEI01", "2026-04-01", "09:00:00"), ("0000000042", "2025-12-31", "23:59:58")]
    forall.each([dict(zip(("sosashaid", "sosanengappi", "sosajikoku"), one, strict=True)) for one in operators], judge)


@requirement("031-24")
def test_same_request_twice_is_recorded(target, expect):
    """Whether the same numbering request sent twice gives two numbers or one is recorded."""
    register = Register(target)
    body = register.person()
    first, second = register.write(body), register.write(body)
    expect.observe("C11", phrase("numbers", count=1 if key(first.number) == key(second.number) else 2))


def at_once(calls: list[Callable[[], Exchange]]) -> list[Exchange]:
    """The answers of requests that are sent at the same time."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def sending(target: Provider, body: dict[str, Any], token: str) -> Callable[[], Exchange]:
    """A call that registers that body."""
    return lambda: target.call(body, FUBAN, token=token)


@requirement("031-25")
def test_numbers_requested_at_once_are_distinct(target, expect):
    """Requests for different people that are sent at once get different numbers."""
    register, token = Register(target), target.token(FUBAN)
    bodies = [register.person() for _ in range(AT_ONCE[target.profile])]
    answers = at_once([sending(target, body, token) for body in bodies])
    numbers = [key(row["atenabango"]) for answer in answers for row in rows(answer)[:1] if row.get("atenabango")]
    if len(numbers) < 2:
        raise Blocked("no-test-data", outcome(answers[0]))
    expect.that(
        len(set(numbers)) == len(numbers),
        "number-issued-twice",
        expected=phrase("numbers", count=len(numbers)),
        actual=phrase("numbers", count=len(set(numbers))),
        where="/result/0/atenabango",
        on=tuple(answers[:2]),
    )


@requirement("031-26")
def test_changes_at_once_have_a_serial_history(target, expect):
    """Changes of one number that are sent at once get distinct history numbers without a gap."""
    register = Register(target)
    person, token = register.change(register.create()), target.token(FUBAN)
    houses = [f"{digit}番地" for digit in "１２３４５６７８９"]
    bodies = [
        register.changed(person, jusho_banchigohyoki=houses[turn % 9], jusho_katagaki=f"{houses[turn // 9]}棟")
        for turn in range(AT_ONCE[target.profile])
    ]
    answers = at_once([sending(target, body, token) for body in bodies])
    done = [answer for answer in answers if answer.status == 200]
    history = sorted(whole(next(iter(rows(answer)), {}).get("rirekibango")) or 0 for answer in done)
    if not done:
        raise Blocked("no-test-data", outcome(answers[0]))
    wanted = list(range(person.history + 1, person.history + 1 + len(done)))
    expect.that(
        history == wanted,
        "history-not-serial",
        expected=wanted,
        actual=history,
        where="/result/0/rirekibango",
        on=tuple(done[:2]),
    )


@requirement("031-29")
def test_refused_request_leaves_nothing(target, expect):
    """A refused change neither shows in the record nor uses a history number; a refused person is not found."""
    register = Register(target)
    person = register.create()
    before = register.record(person.number)[0].get("jusho_banchigohyoki")
    broken = register.changed(person, jusho_banchigohyoki="９９番地", jusho_yubinbango="12345678")
    needs_refusal(target.call(broken, FUBAN))
    record, seen = register.record(person.number)
    shown = record.get("jusho_banchigohyoki")
    same = shown == before
    expect.that(
        same,
        "refused-data-stored",
        expected=phrase("unchanged", value=before),
        actual=shown,
        where="/jusho_banchigohyoki",
        on=seen,
    )
    after = register.change(person, jusho_banchigohyoki="２番７号")
    expect.that(
        after.history <= person.history + 1,
        "history-used-by-refusal",
        expected=person.history + 1,
        actual=after.history,
        where="/rirekibango",
        on=after.exchange,
    )
    stranger = register.person(jusho_yubinbango="12345678")
    needs_refusal(target.call(stranger, FUBAN))
    found = register.find(shimei=stranger["shimei"])
    names = [row for row in rows(found) if row.get("shimei") == stranger["shimei"]]
    expect.that(
        not names,
        "refused-data-stored",
        expected=phrase("no-record"),
        actual=phrase("records", count=len(names)),
        where="/shimei",
        on=found,
    )


def needs_refusal(answer: Exchange) -> None:
    """The request was refused with 400; another rule judges it when it was not."""
    if answer.status != 400:
        raise Blocked("control-failed", at(FUBAN, outcome(answer)))


@requirement("031-30")
def test_unknown_number_is_recorded(target, expect):
    """How a number that nobody has is answered, in each place where it can stand, is recorded."""
    register = Register(target)
    person = register.create()
    bodies = {
        "unknown-number-as-existing": register.person(shorikubun=EXISTING, atenabango=UNKNOWN_NUMBER),
        "unknown-number-as-chosen": register.person(shorikubun=CHOSEN, atenabango=UNKNOWN_NUMBER),
        "unknown-number-as-link": register.changed(person, nayosemotofuragu="1", nayosesakiatenabango=UNKNOWN_NUMBER),
    }
    for place, body in bodies.items():
        said = outcome(target.call(body, FUBAN))
        expect.observe("C15", phrase("in-case", case=case_words(place), said=said))


@requirement("031-31")
def test_defaults_are_recorded(target, expect):
    """How a request without an item that has a default is answered is recorded."""
    register = Register(target)
    defaults = {
        "gyomuid": "C16",
        "dokujishisakushisutemutoid": "C16",
        "nayosemotofuragu": "C18",
        "tagyomusanshofukafuragu": "C18",
    }
    for name, ambiguity in defaults.items():
        answer = target.call(register.person(**{name: None}), FUBAN)
        expect.observe(ambiguity, phrase("in-case", case=phrase("without-item", item=name), said=outcome(answer)))


@requirement("031-32")
def test_long_choaza_is_recorded(target, expect):
    """How 町字 of 19 and of 120 characters is answered is recorded."""
    for length in (19, 120):
        answer = target.call(Register(target).person(jusho_choaza="町" * length), FUBAN)
        expect.observe("C1", phrase("in-case", case=phrase("characters", count=length), said=outcome(answer)))
