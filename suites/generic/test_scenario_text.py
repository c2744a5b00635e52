"""What is written comes back as it was: hard characters, whole texts, exact numbers, the same instants."""

import datetime as dt
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from renkei.kit import Blocked, Expect, Forall, NotApplicable, Provider, hard_characters, requirement
from renkei.kit.phrases import Phrase, at, case_words, phrase
from renkei.kit.strategies import damage
from renkei.kit.thing import Ahead, Change, Round, Things, pointer_of, value_at

# Beyond what the standard's own systems must keep: whatever the schema allows must come back.
OTHERS = (
    ("half-width-kana", "ｱｲｳﾞ"),
    ("decomposed-dakuten", "か\u3099"),
    ("private-use-of-a-vendor", "\ue000田"),
    ("unassigned-in-standard", "🏠"),
    ("emoji-joined", "👩\u200d👧"),
    ("western-ambiguous-width", "é×"),
    ("newline", "一行目\n二行目"),
    ("markup", '<b>&amp;"\\'),
    ("spaces-in-a-row", "a  b"),
)
SHORT = 12
PLAIN, ASTRAL = "あいうえおかきくけこ", "\U00020bb7"
# The longest text that is worth its bytes.
LONGEST = 5_000
INSTANTS = (
    ("instant-ahead-of-utc", "2024-02-29T23:30:00+09:00"),
    ("instant-in-utc", "2023-12-31T15:30:00Z"),
    ("instant-behind-utc", "2024-03-31T20:15:45-05:00"),
)
NUMBERS = (
    ("number-exact-in-double", 9007199254740991),
    ("number-of-long-integers", 9007199254740993),
    ("number-with-tenths", 0.1),
    ("number-of-many-digits", 1234567.891),
    ("number-with-two-decimals", 35.67),
    ("number-large", 16777217),
    ("number-middling", 70001),
    ("number-zero", 0),
    ("number-negative", -7.25),
)
Same = Callable[[Any, Any], bool]


def fewer(example: Sequence[Change]) -> Iterator[list[Change]]:
    """The example with one change only."""
    if len(example) > 1:
        yield from ([change] for change in example)


def packed(things: Things, changes: Sequence[Change]) -> list[list[Change]]:
    """The changes in as few bodies as their members allow, those left out that the schema does not."""
    base = things.body(things.endpoint)
    left = [one for one in changes if things.changed(things.endpoint, base, [one]) is not None]
    found: list[list[Change]] = []
    while left:
        together: list[Change] = []
        for change in left:
            if change[0] not in {one[0] for one in together}:
                together.append(change)
        left = [change for change in left if change not in together]
        whole = things.changed(things.endpoint, base, together) is not None
        found += [together] if whole else [[change] for change in together]
    return found


def judged(target: Provider, expect: Expect, forall: Forall, rule: str, changes: Any, same: Same) -> None:
    """Each change is written and read; what the thing shows is the same."""
    things = Things(target, expect)
    look: Callable[[Any], Round] = Ahead(things.rounds, ())
    examples: list[list[Change]] = []
    if not forall.replaying:
        examples = packed(things, list(changes(things)))
        if not examples:
            raise NotApplicable("nothing-to-write", things.endpoint.id)
        first = Ahead(things.rounds, examples)
        refused = [one for one in examples if len(one) > 1 and first(one).read is None]
        # One value that is refused must not hide the others of its body.
        singles = [[change] for example in refused for change in example]
        examples = [one for one in examples if one not in refused] + singles
        look = Ahead(things.rounds, examples)

    def judge(example: list[Change]) -> None:
        done = look(example)
        if done.read is None:
            # A refusal is judged elsewhere; a server that breaks over a valid value keeps nothing of it.
            alone = len(example) == 1
            where, wanted = at(example[0][0], case_words(example[0][1])), phrase("success-status")
            if alone and done.wrote.status >= 500:
                shown, valid = done.wrote.status, phrase("request-called-valid")
                expect.that(False, rule, expected=wanted, actual=shown, where=where, on=done.on, second_opinion=valid)
            return
        for pointer, name, value in example:
            there, shown = value_at(done.shown, pointer)
            if there and value_at(done.sent, pointer) == (True, value):
                where: Phrase = at(pointer, case_words(name))
                expect.that(
                    same(value, shown), rule, expected=value, actual=came(value, shown), where=where, on=done.on
                )

    forall.each(examples, judge, smaller=fewer)
    if not expect.assertions:
        raise Blocked("control-failed", phrase("nothing-shown"))


def came(sent: Any, shown: Any) -> Any:
    """How a value came back: for texts with the way in which it was harmed."""
    if not isinstance(sent, str) or not isinstance(shown, str) or sent == shown:
        return shown
    return phrase("came-back", way=case_words(damage(sent, shown)), value=shown)


def exact(sent: Any, shown: Any) -> bool:
    """The same value of the same kind of type; 1.0 and 1 are the same number."""
    return isinstance(sent, str) == isinstance(shown, str) and isinstance(shown, bool) is False and shown == sent


@requirement("GN-23")
def test_hard_characters_come_back(target, expect, forall):
    """Each hard character that the schema allows in a free text is read back to the code point."""

    def changes(things: Things) -> Iterator[Change]:
        names = [pointer_of(one) for one in things.fields(things.endpoint) if one.free]
        hard = [one for one in hard_characters(SHORT) if not one[0].startswith("at-limit")]
        for number, (name, text) in enumerate((*hard, *OTHERS)):
            # Every character once, in turn over the members; the first members see all that fit them.
            for pointer in names[number % len(names) :] + names[: number % len(names)] if names else ():
                if things.changed(things.endpoint, things.body(things.endpoint), [[pointer, name, text]]) is not None:
                    yield [pointer, name, text]
                    break

    judged(target, expect, forall, "hard-character-changed", changes, exact)


@requirement("GN-24")
def test_the_longest_texts_come_back_whole(target, expect, forall):
    """Each text of the greatest length that the schema allows is read back whole."""

    def changes(things: Things) -> Iterator[Change]:
        for one in things.fields(things.endpoint):
            most = one.schema.get("maxLength", 0)
            if one.free and 0 < most <= LONGEST:
                plain = (PLAIN * (most // len(PLAIN) + 1))[:most]
                yield [pointer_of(one), "text-of-greatest-length", plain]
                yield [pointer_of(one), "astral-text-of-greatest-length", ASTRAL * most]
            elif "string" in one.kinds and 0 < most <= LONGEST and not {"enum", "format"} & set(one.schema):
                for text in ("9" * most, "A" * most, "ア" * most):
                    yield [pointer_of(one), "text-of-greatest-length", text]

    judged(target, expect, forall, "text-not-whole", changes, exact)


def holds(schema: Any, value: float) -> bool:
    """Whether a server that keeps what the format promises can hold a number; without one a double is meant."""
    form = schema.get("format", "")
    if form == "float":
        return bool(struct.unpack("f", struct.pack("f", value))[0] == value)
    if form == "int32":
        return abs(value) < 2**31
    return abs(value) <= 2**53 or form == "int64" or schema.get("maximum", 0) > 2**53


def zeros() -> Iterator[str]:
    """Texts of digits that begin with zeros, of every usual length."""
    yield from ("0" * (length - 1) + "1" for length in range(2, 21))
    yield from ("000-0001", "03-0000-0001", "00-01")


@requirement("GN-25")
def test_numbers_come_back_exactly(target, expect, forall):
    """Numbers come back with every digit, and texts of digits with their leading zeros."""

    def changes(things: Things) -> Iterator[Change]:
        for one in things.fields(things.endpoint):
            for name, value in NUMBERS if one.numeric else ():
                if holds(one.schema, value):
                    yield [pointer_of(one), name, value]
            for text in zeros() if one.digits else ():
                yield [pointer_of(one), "leading-zeros", text]

    judged(target, expect, forall, "number-not-exact", changes, exact)


def moment(text: Any) -> dt.datetime | None:
    """The instant that a text tells, None when it tells none."""
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def same_instant(sent: Any, shown: Any) -> bool:
    """The same second, however it is written; what is no instant at all is judged by the schema."""
    first, second = moment(sent), moment(shown)
    return second is None or (first is not None and abs((first - second).total_seconds()) < 1)


@requirement("GN-26")
def test_instants_come_back_the_same(target, expect, forall):
    """A point in time that was written with any offset is read back as the same instant."""

    def changes(things: Things) -> Iterator[Change]:
        for one in things.fields(things.endpoint):
            for name, value in INSTANTS if one.instant else ():
                yield [pointer_of(one), name, value]

    judged(target, expect, forall, "instant-changed", changes, same_instant)
