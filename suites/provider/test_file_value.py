"""File linkage, values: types, lengths in characters, presence, keys, codes, dates, check digits, hard characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from renkei.kit import (
    DataFile,
    Expect,
    Item,
    NotApplicable,
    Provider,
    Series,
    Undecided,
    character_length,
    masked,
    requirement,
    series_of,
    violations,
)

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
# What a system writes when it cannot hold a character: replacement character, geta, and the white square.
LOST = "\ufffd〓□"


def _cells(series: Series) -> Iterator[tuple[DataFile, Item, str, int]]:
    """Each distinct value of each column of each file, with the first line it stands on."""
    for file in series.files:
        for item in series.items:
            if item.romaji not in file.table.header:
                continue
            seen: set[str] = set()
            for cell, line in zip(file.table.column(item.romaji), file.table.lines, strict=True):
                if cell not in seen:
                    seen.add(cell)
                    yield file, item, cell, line


def _need_rows(expect: Expect, target: Provider) -> None:
    """Nothing to look at is no pass."""
    if not expect.assertions:
        raise Undecided("no-rows", series_of(target).linkage)


def _place(file: DataFile, item: Item, line: int) -> str:
    return f"{file.name} line {line} {item.romaji}（{item.name}）"


def _judge(target: Provider, expect: Expect, rules: tuple[str, ...]) -> None:
    """Fail at the first value that breaks one of these field rules."""
    for file, item, cell, line in _cells(series_of(target)):
        if not cell:
            continue
        codes = None
        if "unknown-code" in rules and item.code:
            codes = target.bundle.codes.get(item.code)
        broken = [rule for rule in violations(item, cell, codes=codes, text_only=True) if rule in rules]
        expect.that(
            not broken,
            broken[0] if broken else "",
            expected=f"{item.type}({item.length}) {item.name}",
            actual=masked(cell),
            where=_place(file, item, line),
        )
    _need_rows(expect, target)


@requirement("FL-08")
def test_values_fit_type_and_length(target: Provider, expect: Expect) -> None:
    """X is half-width, N full-width, numbers are numbers, and 桁数 counts characters, not bytes."""
    _judge(target, expect, VALUE_RULES)


@requirement("FL-09")
def test_required_items_are_filled(target: Provider, expect: Expect) -> None:
    """Items whose データ出力条件 is 必須 are empty on no row."""
    for file, item, cell, line in _cells(series_of(target)):
        if item.output == "必須":
            expect.that(bool(cell), "required-item-empty", expected="値", actual="空", where=_place(file, item, line))
    _need_rows(expect, target)


@requirement("FL-10")
def test_primary_keys_are_whole_and_unique(target: Provider, expect: Expect) -> None:
    """Within one file no key part is empty and no key occurs twice."""
    series = series_of(target)
    for file in series.files:
        seen: dict[tuple[str, ...], int] = {}
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            key = series.key(record)
            where = f"{file.name} line {line}"
            expect.that(
                all(key),
                "key-part-empty",
                expected=series.key_columns,
                actual=[masked(part) for part in key],
                where=where,
            )
            expect.that(
                key not in seen, "key-twice", expected="一意", actual=f"line {seen.get(key)} と同じ", where=where
            )
            seen[key] = line
    _need_rows(expect, target)


@requirement("FL-11")
def test_codes_come_from_their_lists(target: Provider, expect: Expect) -> None:
    """Items with a published code list hold only its values."""
    _judge(target, expect, ("unknown-code",))


@requirement("FL-12")
def test_codes_without_a_published_list_are_recorded(target: Provider, expect: Expect) -> None:
    """For codes whose values are not at hand, the values in use are recorded."""
    series = series_of(target)
    for item in series.items:
        codes = target.bundle.codes.get(item.code) if item.code else None
        if item.code and codes is None:
            used = sorted({cell for file in series.files for cell in file.table.column(item.romaji) if cell})
            expect.observe("U9", f"{item.name}: {' '.join(used[:20])}")


@requirement("FL-13")
def test_dates_and_times_are_well_formed(target: Provider, expect: Expect) -> None:
    """DATE is YYYY-MM-DD (in the calendar unless 不詳日 is allowed), TIME is HH:MM or HH:MM:SS."""
    _judge(target, expect, DATE_RULES)


@requirement("FL-14")
def test_unknown_date_triples_agree(target: Provider, expect: Expect) -> None:
    """Where 不詳フラグ is 1 the 不詳表記 says how; where it is 0 there is none."""
    series = series_of(target)
    flags = [item.romaji for item in series.items if item.romaji.endswith("_fushofuragu")]
    if not flags:
        raise NotApplicable("no-such-column", "_fushofuragu")
    for file in series.files:
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            for flag in flags:
                words = record.get(flag.replace("_fushofuragu", "_fushohyoki"), "")
                where = f"{file.name} line {line} {flag}"
                if record.get(flag) == "1":
                    expect.that(
                        bool(words), "unknown-date-without-words", expected="不詳表記", actual="空", where=where
                    )
                elif record.get(flag) == "0":
                    expect.that(
                        not words, "words-without-unknown-date", expected="空", actual=masked(words), where=where
                    )
    _need_rows(expect, target)


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
    series = series_of(target)
    if not any(item.type == "N" for item in series.items):
        raise NotApplicable("no-such-column", "N")
    for file, item, cell, line in _cells(series):
        if item.type != "N" or not cell:
            continue
        lost = [char for char in cell if char in LOST]
        half = "?" in cell or "？？" in cell
        where = _place(file, item, line)
        expect.that(not lost, "character-lost", expected="登録した文字", actual=" ".join(lost), where=where)
        expect.that(not half, "character-replaced", expected="登録した文字", actual="?", where=where)
        selector = 0xFE00 <= ord(cell[0]) <= 0xFE0F or 0xE0100 <= ord(cell[0]) <= 0xE01EF
        expect.that(not selector, "selector-alone", expected="基底文字", actual="異体字セレクタのみ", where=where)
    _need_rows(expect, target)


@requirement("FL-21")
def test_padding_of_numbers_is_recorded(target: Provider, expect: Expect) -> None:
    """The lengths in which 宛名番号 come are recorded."""
    lengths: Counter[int] = Counter()
    for file in series_of(target).files:
        if "atenabango" in file.table.header:
            lengths.update(character_length(cell) for cell in set(file.table.column("atenabango")))
    expect.observe("U10", ", ".join(f"{length}桁 {count}件" for length, count in sorted(lengths.items())))
