"""File linkage, values: types, lengths in characters, presence, keys, codes, dates, check digits, hard characters."""

from __future__ import annotations

from collections import Counter

from renkei.kit import (
    LOST,
    PERSON,
    Expect,
    NotApplicable,
    Provider,
    Undecided,
    doubled_keys,
    expect_clean,
    requirement,
    series_of,
)
from renkei.kit.phrases import joined, phrase

VALUE_RULES = (
    "fullwidth-in-x",
    "halfwidth-in-n",
    "not-a-character",
    "wrong-length",
    "too-long",
    "not-a-number",
    "not-an-integer",
    "negative",
)
DATE_RULES = ("not-a-date", "not-in-calendar", "not-a-time", "not-a-year")
TRIPLE_RULES = ("unknown-date-without-words", "words-without-unknown-date")
LOST_RULES = tuple(rule for rule, _ in LOST)


def _judge(target: Provider, expect: Expect, rules: tuple[str, ...], *, rows: bool = False) -> None:
    """No cell of any file breaks one of these field rules; nothing to look at (cells, or ``rows``) is no pass."""
    series = series_of(target)
    looked = 0
    for file in series.files:
        looked += file.rows if rows else sum(file.filled(item.romaji) for item in series.items)
        expect_clean(target, expect, file, file.offences(rules))
    if not looked:
        raise Undecided("no-rows", series.linkage)


@requirement("FL-08")
def test_values_fit_type_and_length(target: Provider, expect: Expect) -> None:
    """X is half-width, N full-width, numbers are numbers, and 桁数 counts characters, not bytes."""
    _judge(target, expect, VALUE_RULES)


@requirement("FL-09")
def test_required_items_are_filled(target: Provider, expect: Expect) -> None:
    """Items whose データ出力条件 is 必須 are empty on no row."""
    _judge(target, expect, ("required-item-empty",), rows=True)


@requirement("FL-10")
def test_primary_keys_are_whole_and_unique(target: Provider, expect: Expect) -> None:
    """Within one file no key part is empty and no key occurs twice."""
    _judge(target, expect, ("key-part-empty",), rows=True)
    for file in series_of(target).files:
        expect_clean(target, expect, file, doubled_keys(file, "key-twice"), phrase("key-of-its-own"))


@requirement("FL-11")
def test_codes_come_from_their_lists(target: Provider, expect: Expect) -> None:
    """Items with a published code list hold only its values."""
    _judge(target, expect, ("unknown-code",))


@requirement("FL-12")
def test_codes_without_a_published_list_are_recorded(target: Provider, expect: Expect) -> None:
    """For codes whose values are not at hand, the values in use are recorded."""
    series = series_of(target)
    items = [item for item in series.items if item.code and item.code not in target.bundle.codes]
    used: list[set[str]] = [set() for _ in items]
    for file in series.files if items else ():
        for known, more in zip(used, file.values([item.romaji for item in items]), strict=True):
            known.update(more)
    for item, known in zip(items, used, strict=True):
        said = " ".join(sorted(known)[:20]) or phrase("nothing")
        expect.observe("U9", phrase("in-case", case=item.name, said=said))


@requirement("FL-13")
def test_dates_and_times_are_well_formed(target: Provider, expect: Expect) -> None:
    """DATE is YYYY-MM-DD (in the calendar unless 不詳日 is allowed), TIME is HH:MM or HH:MM:SS."""
    _judge(target, expect, DATE_RULES)


@requirement("FL-14")
def test_unknown_date_triples_agree(target: Provider, expect: Expect) -> None:
    """Where 不詳フラグ is 1 the 不詳表記 says how; where it is 0 there is none."""
    if not any(item.romaji.endswith("_fushofuragu") for item in series_of(target).items):
        raise NotApplicable("no-such-column", "_fushofuragu")
    _judge(target, expect, TRIPLE_RULES, rows=True)


@requirement("FL-15")
def test_sentinel_dates_stand_only_in_periods(target: Provider, expect: Expect) -> None:
    """0000-01-01 opens and 9999-12-31 closes a period, and stand nowhere else."""
    _judge(target, expect, ("sentinel-outside-period",))


@requirement("FL-16")
def test_check_digits_hold(target: Provider, expect: Expect) -> None:
    """個人番号 and 団体コード carry right check digits."""
    _judge(target, expect, ("bad-check-digit",))


@requirement("FL-17")
def test_hard_characters_survive(target: Provider, expect: Expect) -> None:
    """No value holds a sign of a lost character, and a lone variation selector or surrogate never stands first."""
    if not any(item.type == "N" for item in series_of(target).items):
        raise NotApplicable("no-such-column", "N")
    _judge(target, expect, LOST_RULES)


@requirement("FL-21")
def test_padding_of_numbers_is_recorded(target: Provider, expect: Expect) -> None:
    """The lengths in which 宛名番号 come are recorded."""
    if not any(item.romaji == PERSON for item in series_of(target).items):
        raise NotApplicable("no-such-column", PERSON)
    lengths: Counter[int] = Counter()
    for file in series_of(target).files:
        lengths.update(file.ledger.person_lengths())
    counts = sorted(lengths.items())
    expect.observe("U10", joined((phrase("numbers-of-length", length=n, count=count) for n, count in counts), ", "))
