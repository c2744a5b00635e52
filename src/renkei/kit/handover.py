"""Files handed from a provider to a consumer, step by step: what was written, what was taken, what is held afterwards.

The steps are the same for every pair: the first full file, each delta, the order given again with nothing new, and, where
the provider has deltas, a second beginning with a gap that the next full file closes.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from renkei.errors import TargetBlocked
from renkei.flow.facade import Action, Job, JobState, Order, RowResult
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import DELETED
from renkei.kit.datafile import MAX_MARKER, DataFile
from renkei.kit.expect import Blocked
from renkei.kit.handread import Watch, beside
from renkei.kit.pair import Account, Aspect, Fault, Obstacle, Pair
from renkei.kit.parting import Row, Table, differences
from renkei.kit.phrases import at
from renkei.kit.series import MARKER_SUFFIX, Series, series_of
from renkei.kit.stage import by_key
from renkei.kit.written import Sound, judge_written
from renkei.ports import Place

TAKING = (Aspect.TAKEN, Aspect.ACCEPTED, Aspect.HELD, Aspect.READ)
TAKEN = "taken"
# Of what stands in the way of asking a façade: whose it is, and why. Every other obstacle is of the connection.
SIDES: dict[str, tuple[Outcome, FaultOf, str]] = {
    "facade-unlike-contract": (Outcome.FAILED, FaultOf.CONSUMER, "facade-broke-contract"),
    "facade-pages-endless": (Outcome.FAILED, FaultOf.CONSUMER, "facade-broke-contract"),
    "facade-job-deadline": (Outcome.FAILED, FaultOf.CONSUMER, "consumer-did-not-act"),
    "facade-secret-refused": (Outcome.BLOCKED, FaultOf.CONFIGURATION, "facade-secret-not-taken"),
    "facade-missing": (Outcome.BLOCKED, FaultOf.CONFIGURATION, "facade-not-there"),
    "command-failed": (Outcome.BLOCKED, FaultOf.CONFIGURATION, "command-of-plan-fails"),
    "command-not-found": (Outcome.BLOCKED, FaultOf.CONFIGURATION, "command-of-plan-fails"),
    "command-garbage": (Outcome.BLOCKED, FaultOf.CONFIGURATION, "command-of-plan-fails"),
    "delivered-file-changed": (Outcome.BLOCKED, FaultOf.ENVIRONMENT, "changed-on-the-way"),
    "inbox-unwritable": (Outcome.BLOCKED, FaultOf.ENVIRONMENT, "own-place-not-writable"),
}
UNAVAILABLE, ABSENT = 500, 501


@dataclass(slots=True)
class Journey:
    """One pair's files under way: what the provider wrote, and what the consumer has to hold by now."""

    pair: Pair
    series: Series
    sound: dict[int, Sound]
    account: Account
    table: Table
    held: dict[tuple[str, ...], Row] = field(default_factory=dict)
    folder: str = ""
    delivered: dict[str, str] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)


def hand_over(pair: Pair) -> Account:
    """The whole journey of files; whatever stands in its way is in the account."""
    account = Account()
    try:
        series = series_of(pair.provider, anyhow=True)
    except Blocked as nothing:
        account.obstacle = Obstacle(
            outcome=Outcome.BLOCKED, party=FaultOf.TEST_DATA, reason="nothing-to-deliver", detail=nothing.detail
        )
        return account
    except TargetBlocked as obstacle:
        account.obstacle = Obstacle(
            outcome=Outcome.BLOCKED, party=FaultOf.ENVIRONMENT, reason="provider-place-not-read", detail=obstacle.code
        )
        return account
    sound = judge_written(pair.provider, series, account)
    account.settled.add(Aspect.WRITTEN)
    if pair.taker.shelf is None:
        account.spared[Aspect.READ] = "no-shelf"
    if pair.taker.outlet is None:
        account.obstacle = Obstacle(outcome=Outcome.BLOCKED, party=FaultOf.CONFIGURATION, reason="no-inbox")
        return account
    files = [file for file in series.by_sequence() if sound[file.parts.sequence].whole]
    if len(files) < len(sound) or not files or files[0].parts.kind != "zenken":
        account.spared |= dict.fromkeys(TAKING, "peer-broke-contract")
        return account
    journey = Journey(pair, series, sound, account, Table.of(series.items))
    try:
        _steps(journey, files)
    except TargetBlocked as obstacle:
        stopped(account, obstacle, Aspect.TAKEN, TAKING)
    finally:
        # The journey is over: what stays behind in a place that refuses now changes nothing that was seen.
        with contextlib.suppress(TargetBlocked):
            pair.taker.outlet.remove(pair.taker.folder)
    return account


def _steps(journey: Journey, files: Sequence[DataFile]) -> None:
    """The journey itself: in order and whole, then again with nothing new, then with a gap."""
    following = next((place for place, file in enumerate(files) if place and file.parts.kind == "zenken"), len(files))
    _begin(journey, "a")
    for number, file in enumerate(files[: following + 1]):
        if number == 1 and journey.pair.taker.shelf is not None:
            _unfinished(journey, file)
        _step(journey, [file])
    _step(journey, [])
    if following < len(files) and following > 2:
        _begin(journey, "b")
        _step(journey, [files[0]])
        _step(journey, [files[following - 1]], applies=False)
        _step(journey, [files[following]])


def _begin(journey: Journey, name: str) -> None:
    """A consumer that knows nothing of the linkage, before an empty place."""
    taker = journey.pair.taker
    journey.folder = f"{taker.folder}/{name}"
    journey.held = {}
    journey.delivered = {}
    if taker.outlet is not None:
        taker.outlet.remove(journey.folder)
    if taker.shelf is not None:
        for file, content in beside(journey.pair):
            taker.shelf.write(f"{journey.folder}/{file}", content)
    if taker.steering is not None:
        taker.steering.reset((journey.pair.linkage,))


def _unfinished(journey: Journey, file: DataFile) -> None:
    """A file that lies there without its marker while the order is given."""
    if journey.pair.taker.outlet is not None:
        journey.pair.taker.outlet.write(f"{journey.folder}/{file.name}", file.path.read_bytes())
        journey.pair.taker.actor.act(_order(journey))
        Watch(journey.pair, journey.folder, journey.account).unfinished(file)


def _order(journey: Journey) -> Order:
    """What the consumer is told to do."""
    taker = journey.pair.taker
    order = Order(
        linkage=journey.pair.linkage,
        action=Action.IMPORT,
        location=taker.outlet.url(journey.folder) if taker.outlet else "",
        municipality=journey.pair.provider.municipality,
        edition=journey.pair.provider.bundle.edition,
    )
    return order if taker.shelf is None else by_key(order, taker.shelf)


def _step(journey: Journey, new: Sequence[DataFile], *, applies: bool = True) -> None:
    """Put files there, give the order, and look at job and records; ``applies`` unset: the files must not be applied."""
    place = journey.pair.provider.place
    for file in new:
        _deliver(journey, place, file)
    job = journey.pair.taker.actor.act(_order(journey))
    _unchanged(journey)
    if applies:
        for file in new:
            _apply(journey, file)
    _judge_job(journey, job, new, applies=applies)
    if journey.pair.taker.shelf is not None:
        Watch(journey.pair, journey.folder, journey.account).taken(job, new)
    _judge_held(journey, new, applies=applies)


def _deliver(journey: Journey, place: Place, file: DataFile) -> None:
    """Put the file that was judged, and then its marker, into our own place; what is there afterwards must be that."""
    taker = journey.pair.taker
    if taker.outlet is None:
        return
    content = file.path.read_bytes()
    marker = place.fetch(file.name + MARKER_SUFFIX, limit=MAX_MARKER).read_bytes()
    for name, data in ((file.name, content), (file.name + MARKER_SUFFIX, marker)):
        taker.outlet.write(f"{journey.folder}/{name}", data)
    journey.delivered[file.name] = hashlib.sha256(content).hexdigest()


def _unchanged(journey: Journey) -> None:
    """What lies in our own place is still what was put there, where it can be read again."""
    for name, digest in journey.delivered.items():
        content = journey.pair.taker.back(f"{journey.folder}/{name}")
        if content is not None and hashlib.sha256(content).hexdigest() != digest:
            raise TargetBlocked("delivered-file-changed", file=name)


def _apply(journey: Journey, file: DataFile) -> None:
    table, cells = journey.table, journey.series.items
    deleted = next((place for place, item in enumerate(cells) if item.romaji == DELETED), -1)
    if file.parts.kind == "zenken":
        journey.held = {}
    wrong = journey.sound[file.parts.sequence].lines
    for line, row in file.records(*(item.romaji for item in cells)):
        key = tuple(row[place] for place in table.keys)
        if deleted >= 0 and row[deleted] == "1":
            journey.held.pop(key, None)
        else:
            journey.held[key] = Row(cells=row, file=file.name, line=line, sound=line not in wrong)


def _judge_job(journey: Journey, job: Job, new: Sequence[DataFile], *, applies: bool) -> None:
    account, clean = journey.account, all(journey.sound[file.parts.sequence].clean for file in new)
    account.looked[Aspect.TAKEN] += 1
    facts = job_facts(job)
    digest = journey.pair.provider.keep_file(facts)
    account.evidence[digest] = facts
    because = "rows-refused-though-right"
    if job.state is JobState.FAILED and applies and clean:
        _blame(account, Aspect.TAKEN, because, "pair-job-failed", phrase("job-finished"), raw(job.message), digest)
        return
    said = {one.name.rpartition("/")[2]: one for one in job.files}
    for file in new:
        told = said.get(file.name.rpartition("/")[2])
        sound = journey.sound[file.parts.sequence]
        if told is None or not applies:
            continue
        account.looked[Aspect.TAKEN] += 1
        if told.result != TAKEN and sound.clean:
            _blame(
                account,
                Aspect.TAKEN,
                because,
                "pair-file-refused",
                phrase("file-taken"),
                raw(told.result),
                digest,
                at(file.name),
            )
    _judge_rows(journey, job, new, digest, applies=applies and clean)


def _judge_rows(journey: Journey, job: Job, new: Sequence[DataFile], digest: str, *, applies: bool) -> None:
    """No conforming row was refused, and the numbers that were told add up."""
    account = journey.account
    by_name = {file.name.rpartition("/")[2]: file for file in new}
    for row in job.rows:
        file = by_name.get(row.file.rpartition("/")[2])
        account.looked[Aspect.ACCEPTED] += 1
        if row.accepted or file is None or row.line in journey.sound[file.parts.sequence].lines:
            continue
        where = at(phrase("at-line", file=file.name, line=row.line))
        shown = raw(row.code or "-")
        _blame(
            account,
            Aspect.ACCEPTED,
            "rows-refused-though-right",
            "pair-row-refused",
            phrase("row-accepted"),
            shown,
            digest,
            where,
        )
    if not applies:
        return
    rows = sum(file.rows for file in new)
    account.looked[Aspect.ACCEPTED] += 1
    if job.accepted is not None and job.rejected is not None and job.accepted + job.rejected != rows:
        came = job.accepted + job.rejected
        _blame(account, Aspect.ACCEPTED, "consumer-job-untrue", "pair-counts-untrue", rows, came, digest)
    if job.rejected and not any(not row.accepted for row in job.rows):
        _blame(account, Aspect.ACCEPTED, "rows-refused-though-right", "pair-row-refused", 0, job.rejected, digest)


def _judge_held(journey: Journey, new: Sequence[DataFile], *, applies: bool) -> None:
    """What the consumer holds is what the files say; rows that break a rule are nobody's but the provider's."""
    account, holdings = journey.account, journey.pair.taker.holdings
    if holdings is None:
        account.spared[Aspect.HELD] = "no-readback"
        return
    if not all(sound.counted for sound in journey.sound.values()):
        account.spared[Aspect.HELD] = "peer-broke-contract"
        return
    found = differences(journey.table, journey.held, holdings, journey.pair.linkage)
    account.looked[Aspect.HELD] += found.compared
    names = ", ".join(file.name for file in new)
    because = "records-differ-from-file" if applies else "gap-not-waited-for"
    aspect = Aspect.HELD if applies else Aspect.TAKEN
    for one in found.first:
        if not applies and (one.rule, one.column) in journey.known:
            continue  # differs for a reason of its own, which is told already
        journey.known.add((one.rule, one.column))
        offending = {"file": names, "offending": [one.facts()]}
        digest = journey.pair.provider.keep_file(offending)
        account.evidence[digest] = offending
        where = at(phrase("at-line", file=one.file, line=one.line), one.column) if one.file else at(names)
        _blame(account, aspect, because, one.rule, one.expected, one.actual, digest, where)


def _blame(
    account: Account,
    aspect: Aspect,
    because: str,
    rule: str,
    expected: object,
    actual: object,
    digest: str,
    where: str = "",
) -> None:
    account.faults.append(
        Fault(
            aspect=aspect,
            party=FaultOf.CONSUMER,
            because=because,
            rule=rule,
            expected=expected,
            actual=actual,
            where=where,
            files=(digest,) if digest else (),
        )
    )


def job_facts(job: Job, taker: str = "") -> dict[str, object]:
    """What a job told, as evidence; ``taker`` says whose it is where there are several."""
    return {
        "file": f"job {job.linkage} {taker}".rstrip(),
        "job": {
            "state": str(job.state),
            "message": job.message,
            "accepted": job.accepted,
            "rejected": job.rejected,
            "files": [[one.name, one.result, one.message] for one in job.files[:20]],
            "rows": [[one.file, one.line, one.code, one.message] for one in _refused(job.rows)],
        },
    }


def _refused(rows: Iterable[RowResult]) -> list[RowResult]:
    return [row for row in rows if not row.accepted][:20]


def stopped(account: Account, obstacle: TargetBlocked, aspect: Aspect, others: Sequence[Aspect]) -> None:
    """What stood in the way, as a fault of the consumer where it is one, else as an obstacle."""
    values = " ".join(f"{name}={value}" for name, value in obstacle.values.items())[:200]
    outcome, party, reason = SIDES.get(obstacle.code, (Outcome.BLOCKED, FaultOf.ENVIRONMENT, "consumer-not-reached"))
    if obstacle.code == "facade-refused":
        outcome, party, reason = _refusal(int(obstacle.values.get("status", 0)))
    if outcome is Outcome.FAILED:
        rule = "pair-consumer-silent" if reason == "consumer-did-not-act" else "pair-facade-unlike-contract"
        _blame(account, aspect, reason, rule, phrase("consumer-acts"), raw(values), "")
        account.spared |= {one: "consumer-stopped" for one in others if one is not aspect}
        return
    account.obstacle = Obstacle(outcome=outcome, party=party, reason=reason, detail=raw(f"{obstacle.code} {values}"))


def _refusal(status: int) -> tuple[Outcome, FaultOf, str]:
    if status == ABSENT:
        return Outcome.BLOCKED, FaultOf.CONFIGURATION, "facade-not-there"
    if status >= UNAVAILABLE:
        return Outcome.INCONCLUSIVE, FaultOf.UNDECIDABLE, "consumer-says-unavailable"
    return Outcome.FAILED, FaultOf.CONSUMER, "consumer-did-not-act"
