"""File linkage, consumer, on object storage of our own: when it reads which bytes, and whose."""

from __future__ import annotations

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, Sent, Stage, finished
from renkei.kit.expect import Blocked
from renkei.kit.phrases import phrase, raw
from renkei.kit.reading import Readings, readings
from renkei.kit.scenario import advanced, latest_rows
from renkei.kit.stage import SUFFIX


def _name(stage: Stage, sent: Sent) -> str:
    """The file as it is named below the scenario's folder."""
    return f"{stage.form.linkage}/{sent.name}"


def _seen(stage: Stage) -> Readings:
    return readings(stage.folder, stage.accesses())


def _begun(target: Consumer) -> Stage:
    """A scenario whose first full file was read; blocked when it was not: that is judged by itself."""
    stage = target.stage(shelved=True)
    sent = stage.full(target.tape.short())
    if not stage.state.rows:
        raise NotApplicable("no-rows", target.linkage.id)
    finished(stage.take())
    if not _seen(stage).of(_name(stage, sent)):
        raise Blocked("nothing-was-read", target.linkage.id)
    return stage


def _following(target: Consumer, stage: Stage) -> Sent:
    """The next file of the series, not written yet."""
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    if "sabun" in target.linkage.kinds:
        return stage.made("sabun", advanced(stage.form, row))
    return stage.made("zenken", list(stage.state.rows.values()))


@requirement("CN-61")
def test_a_file_is_not_opened_before_its_marker_is_there(target: Consumer, expect: Expect) -> None:
    """Of a file without its completion marker not one byte is asked for."""
    stage = _begun(target)
    sent = _following(target, stage)
    stage.write(sent, marker=False)
    stage.take()
    seen = _seen(stage)
    early = seen.of(_name(stage, sent))
    expect.that(
        not early,
        "read-before-marker",
        expected=phrase("file-left-alone"),
        actual=phrase("bytes-read", count=sum(one.sent for one in early)),
        where=raw(sent.name),
        files=(stage.keep(seen.facts()),) if early else (),
    )


@requirement("CN-62")
def test_a_file_is_read_to_its_end(target: Consumer, expect: Expect) -> None:
    """Of a file that was taken every byte was asked for, and so was its marker."""
    stage = target.stage(shelved=True)
    sent = stage.full(target.tape.opening)
    if not stage.state.rows:
        raise NotApplicable("no-rows", target.linkage.id)
    finished(stage.take())
    seen, name = _seen(stage), _name(stage, sent)
    if not seen.of(name):
        raise Blocked("nothing-was-read", target.linkage.id)
    for part, size in ((name, len(sent.content)), (name + SUFFIX, len(sent.marker))):
        covered = seen.covered(part, size)
        expect.that(
            covered == size,
            "read-in-part",
            expected=phrase("bytes-read", count=size),
            actual=phrase("bytes-read", count=covered),
            where=raw(part),
            files=(stage.keep(seen.facts()),) if covered < size else (),
        )


@requirement("CN-63")
def test_what_was_taken_was_read(target: Consumer, expect: Expect) -> None:
    """A job that came to its end has read the file that it was told of."""
    stage = target.stage(shelved=True)
    sent = stage.full(target.tape.short())
    if not stage.state.rows:
        raise NotApplicable("no-rows", target.linkage.id)
    finished(stage.take())
    seen = _seen(stage)
    there = bool(seen.of(_name(stage, sent)))
    expect.that(
        there,
        "nothing-read",
        expected=phrase("bytes-read", count=len(sent.content)),
        actual=phrase("bytes-read", count=0),
        where=raw(sent.name),
        files=() if there else (stage.keep(seen.facts()),),
    )


@requirement("CN-64")
def test_only_the_own_linkage_is_read(target: Consumer, expect: Expect) -> None:
    """Beside the file that it was told of lies one of another linkage; that one is not opened."""
    stage = _begun(target)
    other = target.neighbour()
    if other is None:
        raise NotApplicable("no-neighbour", target.linkage.id)
    beside = target.stage(other, fresh=False, shelved=True)
    beside.folder = stage.folder
    beside.full(target.library.tape(other).short())
    stage.write(_following(target, stage))
    stage.take()
    seen = _seen(stage)
    strange = seen.outside(target.linkage.id)
    expect.that(
        not strange,
        "others-read",
        expected=phrase("file-left-alone"),
        actual=raw(strange[0] if strange else ""),
        where=raw(other),
        files=(stage.keep(seen.facts()),) if strange else (),
    )
