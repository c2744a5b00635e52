"""What the taking side of a pair read from our own object storage, step by step of a journey of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.flow.facade import Job, JobState
from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase, raw
from renkei.flow.requirement import Transport
from renkei.kit.datafile import DataFile
from renkei.kit.pair import Account, Aspect, Fault, Pair
from renkei.kit.phrases import at
from renkei.kit.reading import Readings, readings
from renkei.kit.series import MARKER_SUFFIX

TAKEN = "taken"
BECAUSE = "storage-read-otherwise"


@dataclass(frozen=True, slots=True)
class Watch:
    """One journey's folder on our own object storage, and the account that it is told to."""

    pair: Pair
    folder: str
    account: Account

    def unfinished(self, file: DataFile) -> None:
        """A file whose marker was not there yet has been left alone."""
        seen = self._seen()
        early = seen.of(file.name)
        self.account.looked[Aspect.READ] += 1
        if early:
            count = sum(one.sent for one in early)
            self._misread("read-before-marker", phrase("file-left-alone"), phrase("bytes-read", count=count), file.name)

    def taken(self, job: Job, files: Sequence[DataFile]) -> None:
        """What a finished job says it took was read whole, with its marker; nothing of others was opened."""
        seen = self._seen()
        for file in files:
            if _is_taken(job, file):
                self._whole(seen, file)
        self.account.looked[Aspect.READ] += 1
        for name in seen.outside(self.pair.linkage)[:1]:
            self._misread("others-read", phrase("file-left-alone"), raw(name), name)

    def _whole(self, seen: Readings, file: DataFile) -> None:
        shelf = self.pair.taker.shelf
        for name in (file.name, file.name + MARKER_SUFFIX):
            size = len((shelf.back(f"{self.folder}/{name}") if shelf else None) or b"")
            covered = seen.covered(name, size)
            self.account.looked[Aspect.READ] += 1
            if covered < size:
                rule = "read-in-part" if covered else "nothing-read"
                self._misread(rule, phrase("bytes-read", count=size), phrase("bytes-read", count=covered), name)

    def _seen(self) -> Readings:
        shelf = self.pair.taker.shelf
        return readings(self.folder, shelf.accesses(self.folder) if shelf else ())

    def _misread(self, rule: str, expected: Any, actual: Any, name: str) -> None:
        facts = self._seen().facts()
        digest = self.pair.provider.keep_file(facts)
        self.account.evidence[digest] = facts
        self.account.faults.append(
            Fault(
                aspect=Aspect.READ,
                party=FaultOf.CONSUMER,
                because=BECAUSE,
                rule=rule,
                expected=expected,
                actual=actual,
                where=at(name),
                files=(digest,),
            )
        )


def beside(pair: Pair) -> Iterator[tuple[str, bytes]]:
    """Files of a linkage that the taking side does not receive, to lie beside its own: (name, content)."""
    bundle, system = pair.provider.bundle, pair.taker.info.system
    others = (
        linkage
        for one in bundle.systems
        for linkage in one.linkages
        if linkage.transport is Transport.FILE and system not in linkage.consumers
    )
    other = next(others, None)
    if other is None:
        return
    name = f"{other.id}/{other.id}_{pair.provider.municipality}_zenken_20260401090000_000001.csv"
    header = ",".join(item.romaji for item in bundle.system(other.system).group(other.group))
    yield name, f"{header}\r\n".encode()
    yield name + MARKER_SUFFIX, b"{}"


def _is_taken(job: Job, file: DataFile) -> bool:
    """Whether a job says that it took the file: by its name, or by having come to its end without naming files."""
    told: Mapping[str, str] = {one.name.rpartition("/")[2]: one.result for one in job.files}
    if not told:
        return job.state is JobState.FINISHED
    return told.get(file.name.rpartition("/")[2]) == TAKEN
