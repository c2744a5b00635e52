"""Items of a request: what must be accepted, what must be refused and how, and what is only recorded."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from renkei.kit import Blocked, Expect, Forall, Provider, requirement
from renkei.kit.answer import refused
from renkei.kit.jutogai import FUBAN, SHOKAI, Register, outcome, tally
from renkei.kit.phrases import Phrase, at, case_words, phrase
from renkei.kit.strategies import breakers, hard_dates, inquiry
from renkei.kit.strategies.ordinary import ordinary

IVS, ASTRAL = "辻\U000e0100", "\U00020bb7"
# 住所_町字 has two lengths (C1); the numbers of other people are not free text.
NOT_STRETCHED = frozenset({"jusho_choaza", "atenabango", "nayosesakiatenabango"})
# Samples that are several texts, somebody's number, or that only mean something beside another item.
NOT_SAMPLED = frozenset(
    {"shorikubun", "shikuchosonkodo", "kojinbango", "gyomuid", "jusho_shikugunchosonmei", "seinengappi_fushohyoki"}
)
SAMPLE_NUMBER = "123456789123456"


def needs_acceptance(target: Provider) -> None:
    """A control: an ordinary request is accepted, else the refusal of a special one would prove nothing."""
    operation = target.operation().id
    answer = target.call(Register(target).body(operation))
    if answer.status != 200:
        raise Blocked("control-failed", at(operation, outcome(answer)))


def unlike_others(target: Provider, body: dict[str, Any]) -> dict[str, Any]:
    """The person of a strategy, asked for by our own 業務ID."""
    return body | {"gyomuid": Register(target).gyomuid()}


def questions(target: Provider) -> list[dict[str, Any]]:
    """Valid searches: each condition alone, all together, both ways, with and without history."""
    gyomuid = Register(target).gyomuid()
    conditions: list[dict[str, Any]] = [
        {"shimei": "佐藤　一郎"},
        {"jusho": "東京都千代田区霞が関二丁目１番６号"},
        {"seinengappi": "1964-07-01"},
        # The official sample: a number of old, whose last digit is no check digit.
        {"atenabango": SAMPLE_NUMBER},
        {"shimei": "佐藤　一郎", "seibetsu": "1", "seinengappi": "1964-07-01"},
        {"shimei": "佐藤　一郎", "jusho": "東京都千代田区", "seibetsu": "0", "atenabango": "1"},
    ]
    found = [inquiry(target.municipality, gyomuid, **one) for one in conditions]
    return [*found, found[0] | {"rirekikensaku": "1"}, found[0] | {"dokujishisakushisutemutoid": "000"}]


@requirement("FD-01", linkages=("jutogaishaatenabangofuban",))
def test_valid_registrations_are_accepted(target, expect, forall):
    """A registration that keeps every rule is accepted, whichever optional items it has."""

    def judge(body: dict[str, Any]) -> None:
        expect.valid_request(FUBAN, body)
        expect.accepted(FUBAN, target.call(unlike_others(target, body), FUBAN), "valid-request-refused")

    samples = {item.romaji: item.sample.split("\n")[0].removeprefix("・") for item in target.items("要求")}
    sampled = [
        Register(target).person() | {name: value}
        for name, value in samples.items()
        if value and name not in NOT_STRETCHED | NOT_SAMPLED
    ]
    forall(ordinary(target.municipality), judge, first=[Register(target).person(), *sampled])


@requirement("FD-01", linkages=("jutogaishaatenakihonjohosyokai",))
def test_valid_searches_are_accepted(target, expect, forall):
    """A search that keeps every rule is accepted, whichever conditions it has."""

    def judge(body: dict[str, Any]) -> None:
        expect.valid_request(SHOKAI, body)
        expect.accepted(SHOKAI, target.call(body, SHOKAI), "valid-request-refused")

    forall.each(questions(target), judge)


def base(target: Provider) -> dict[str, Any]:
    """The valid request that is broken in one place."""
    register = Register(target)
    if target.operation().id == FUBAN:
        return register.person()
    return register.question(shimei=f"該当なし　{register.tag()}")


def variants(target: Provider, *rules: str) -> list[dict[str, Any]]:
    """Every decided variant of a valid request that breaks one of these rules."""
    schema, root = target.request_schema(), target.system.document
    found = breakers(schema, base(target), root=root)
    return [dict(broken) for broken in found if broken["rule"] in rules and broken["decided"]]


def all_refused(target: Provider, expect: Expect, forall: Forall, *rules: str) -> None:
    """Every decided variant that breaks one of these rules is refused as the text says."""
    needs_acceptance(target)
    forall.each(variants(target, *rules), lambda broken: refused(target, expect, broken))


@requirement("FD-02")
def test_missing_items_are_refused(target, expect, forall):
    """A request without one ◎ item is answered 400 with E0001 for that item."""
    all_refused(target, expect, forall, "missing")


@requirement("FD-03")
def test_full_width_in_x_is_refused(target, expect, forall):
    """Full-width characters in an item of type X are answered 400 with E0002 for that item."""
    all_refused(target, expect, forall, "full-width-in-x")


@requirement("FD-04")
def test_half_width_in_n_is_refused(target, expect, forall):
    """Half-width letters, kana or spaces in an item of type N are answered 400 with E0002 for that item."""
    all_refused(target, expect, forall, "half-width-in-n", "half-width-kana-in-n", "half-width-space-in-n")


@requirement("FD-05")
def test_wrong_fixed_lengths_are_refused(target, expect, forall):
    """A fixed-length item that is too long or too short is answered 400 with E0003 for that item."""
    all_refused(target, expect, forall, "too-long", "too-short")


def stretched(target: Provider, element: Callable[[str], str], kinds: str) -> dict[str, str]:
    """A value of exactly the stated number of characters for each variable item of these types."""
    return {
        item.romaji: element(item.romaji) * int(item.length)
        for item in target.items("要求")
        if item.type in kinds and not item.fixed and item.romaji not in NOT_STRETCHED
    }


def plain(romaji: str) -> str:
    """One plain character that an item may hold."""
    if romaji.endswith("furigana"):
        return "ア"
    if romaji.endswith("romaji"):
        return "Ａ"
    return "1" if romaji in ("sosashaid", "shiteitoshi_gyoseikutokodo") else "亜"


def with_item(target: Provider, name: str, value: str) -> dict[str, Any]:
    """A valid request with that item; 不詳表記 brings its flag along."""
    flag = {"seinengappi_fushofuragu": "1"} if name.endswith("fushohyoki") else {}
    return base(target) | flag | {name: value}


@requirement("FD-06")
def test_longest_values_are_accepted(target, expect, forall):
    """A variable item takes as many characters as the table says, whatever their number of bytes."""
    needs_acceptance(target)
    values = stretched(target, plain, "XN")

    def judge(name: str) -> None:
        answer = target.call(with_item(target, name, values[name]))
        expect.accepted(target.operation().id, answer, "longest-value-refused", where=at(f"/{name}"))

    forall.each(list(values), judge)


@requirement("FD-07")
def test_variants_and_surrogates_count_as_one(target, expect, forall):
    """As many characters with a variation selector, or outside the basic plane, as the table says are accepted."""
    needs_acceptance(target)
    names = [name for name in stretched(target, plain, "N") if not name.endswith(("furigana", "romaji", "fushohyoki"))]
    examples = [[name, element] for name in names for element in (IVS, ASTRAL)]
    lengths = {item.romaji: int(item.length) for item in target.items("要求") if item.romaji in names}

    def judge(example: list[str]) -> None:
        name, element = example
        plain_one = target.call(with_item(target, name, "亜" * lengths[name]))
        if plain_one.status != 200:
            raise Blocked("control-failed", at(f"/{name}", outcome(plain_one)))
        answer = target.call(with_item(target, name, element * lengths[name]))
        kind = phrase("variation-selectors" if element == IVS else "surrogate-pairs")
        expect.accepted(target.operation().id, answer, "long-code-points-refused", where=at(f"/{name}", kind))

    forall.each(examples, judge)


@requirement("FD-09")
def test_dates_outside_the_calendar_are_accepted(target, expect, forall):
    """Items that allow 不詳日 take era-change days, days outside the calendar, and unknown dates."""
    needs_acceptance(target)
    registering = target.operation().id == FUBAN
    dates = dict(hard_dates())

    def judge(name: str) -> None:
        members = dates[name] if registering else {"seinengappi": dates[name]["seinengappi"]}
        answer = target.call(base(target) | members)
        expect.accepted(target.operation().id, answer, "legal-date-refused", where=at("/seinengappi", case_words(name)))

    names = [name for name in dates if registering or not name.startswith("unknown")]
    forall.each(names, judge)


@requirement("FD-10")
def test_times_without_seconds_are_accepted(target, expect, forall):
    """Items of type TIME take HH:MM:SS and HH:MM."""
    needs_acceptance(target)
    names = [item.romaji for item in target.items("要求") if item.type == "TIME"]

    def judge(example: list[str]) -> None:
        name, value = example
        answer = target.call(base(target) | {name: value})
        expect.accepted(target.operation().id, answer, "legal-time-refused", where=at(f"/{name}", value))

    times = ("09:00", "00:00", "23:59", "23:59:59", "00:00:00")
    forall.each([[name, value] for name in names for value in times], judge)


@requirement("FD-11")
def test_choaza_codes_without_a_registry_entry_are_accepted(target, expect, forall):
    """住所_町字コード takes 0000000 (no 町字) and 9999999 (not in the registry)."""
    needs_acceptance(target)

    def judge(code: str) -> None:
        answer = target.call(base(target) | {"jusho_choazakodo": code})
        expect.accepted(FUBAN, answer, "choaza-code-refused", where=at("/jusho_choazakodo", code))

    forall.each(["0000000", "9999999"], judge)


def recorded(target: Provider, expect: Expect, ambiguity: str, rules: tuple[str, ...]) -> None:
    """How variants of which the text decides nothing are answered, in one line for each rule."""
    schema, root = target.request_schema(), target.system.document
    said: dict[str, dict[Phrase, int]] = defaultdict(lambda: defaultdict(int))
    for broken in breakers(schema, base(target), root=root):
        if broken["rule"] in rules and not broken["decided"]:
            said[broken["rule"]][outcome(target.call(broken["body"]))] += 1
    for rule, counts in sorted(said.items()):
        expect.observe(ambiguity, phrase("in-case", case=case_words(rule), said=tally(counts)))


@requirement("FD-12")
def test_errors_without_a_code_are_recorded(target, expect):
    """How over-long variable items, bad dates, times, codes and check digits are answered is recorded."""
    rules = ("over-length", "not-a-date", "not-a-time", "unknown-code", "wrong-type", "too-long", "too-short")
    recorded(target, expect, "C15", rules)
    digit = str((int(target.municipality[-1]) + 1) % 10)
    wrong = target.municipality[:-1] + digit
    answer = target.call(base(target) | {"shikuchosonkodo": wrong})
    expect.observe("C15", phrase("in-case", case=phrase("wrong-check-digit"), said=outcome(answer)))
    if target.operation().id != FUBAN:
        return
    half, combined = "ﾚﾝｹｲ", "か\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}"
    borders = {
        "half-width-kana-in-x": ("U15", {"sosashaid": half}),
        "space-in-x": ("U15", {"sosashaid": "REN KEI"}),
        "half-width-yen-in-n": ("U15", {"shimei": "連携　\N{YEN SIGN}"}),
        "combined-characters": ("U6", {"shimei": combined * 100}),
    }
    for case, (ambiguity, changes) in borders.items():
        answer = target.call(base(target) | changes)
        expect.observe(ambiguity, phrase("in-case", case=case_words(case), said=outcome(answer)))


@requirement("FD-13")
def test_null_and_empty_values_are_recorded(target, expect):
    """How null and "" are answered, in ◎ items and in others, is recorded."""
    required, other = ("必須",), ("任意", "条件付き必須")
    cases = (
        ("C19", None, required, phrase("null-in-required-items")),
        ("C19", None, other, phrase("null-in-other-items")),
        ("U7", "", required, phrase("empty-in-required-items")),
        ("U7", "", other, phrase("empty-in-other-items")),
    )
    for ambiguity, value, marks, case in cases:
        said: dict[Phrase, int] = defaultdict(int)
        for item in target.items("要求"):
            if item.output in marks:
                said[outcome(target.call(base(target) | {item.romaji: value}))] += 1
        expect.observe(ambiguity, phrase("in-case", case=case, said=tally(said)))


@requirement("FD-14")
def test_unknown_members_are_recorded(target, expect):
    """How a request with a member outside the table is answered is recorded."""
    expect.observe("U4", outcome(target.call(base(target) | {"renkei_shiken": "1"})))
