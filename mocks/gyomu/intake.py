"""The other side: a system that takes another system's files, row by row, and what its clerk then sees."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import fsspec

from mocks.clock import OPENING
from mocks.gyomu import contract
from mocks.gyomu.arrival import marker, read_rows, row_fault
from mocks.gyomu.contract import Linkage
from mocks.gyomu.keeping import erase, is_ignored, kept
from mocks.gyomu.publication import Key, Row
from mocks.gyomu.storage import everything, first_part

_NAME = re.compile(r"(?P<linkage>\w+)_(?P<city>\d{6})_(?P<kind>zenken|sabun)_\d{14}_(?P<sequence>\d{6})\.csv")
# A protection counts until its end was decided; its end date alone ends nothing.
ENDED = "3"
# Children are younger.
GROWN = 18
# So many rows a defective system takes.
LIMIT = 500_000
# So many refused rows are kept with their reasons.
KEPT = 1000
Asked = Callable[[str], bool]
Now = Callable[[], datetime]


def _never(_name: str) -> bool:
    return False


def _opening() -> datetime:
    return OPENING


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One row as it is held, and the file that it came with."""

    cells: Row
    file: str


@dataclass(slots=True, kw_only=True)
class Job:
    """What one import did: the files it saw, and its rows by result."""

    files: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class Intake:
    """What came of one linkage: the last file taken, rows by key, what was refused and why."""

    linkage: Linkage
    fault: Asked = _never
    sequence: int = 0
    waiting: bool = False
    rows: dict[Key, Taken] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    gone: set[Key] = field(default_factory=set)
    _numbers: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        header = self.linkage.header
        self._numbers = {place for place in self.linkage.keys if header[place].endswith("atenabango")}

    def key(self, row: Row) -> Key:
        """The primary key of a row; 宛名番号 are the same with and without leading zeros."""
        bare = set() if self.fault("intake_compares_padding") else self._numbers
        return tuple(row[at].lstrip("0") if at in bare else row[at] for at in self.linkage.keys)

    def subject(self, row: Row) -> Key:
        """Whose history a row belongs to."""
        return self._subjects()(row)

    def _subjects(self) -> Callable[[Row], Key]:
        """How the subject of a row is found; the defects are asked for once."""
        kind = self.linkage.places.get("juminshubetsu", -1) if self.fault("intake_naturalised_twice") else -1
        bare = frozenset[int]() if self.fault("intake_compares_padding") else frozenset(self._numbers)
        places = self.linkage.subject

        def subject(row: Row) -> Key:
            cells = tuple(row[at].lstrip("0") if at in bare else row[at] for at in places)
            return (row[kind], *cells) if kind >= 0 else cells

        return subject

    def _order(self, row: Row) -> tuple[int, int]:
        form = self.linkage
        return (
            _integer(row[form.serial]) if form.serial >= 0 else 0,
            _integer(row[form.branch]) if form.branch >= 0 else 0,
        )

    def current(self) -> set[Key]:
        """The keys of the rows that work is done with: for each subject latest flag, then the greatest serial."""
        if self.fault("intake_ignores_latest_flag"):
            return set(self.rows)
        return set(self.subjects().values())

    def subjects(self) -> dict[Key, Key]:
        """By subject the key of the row that counts."""
        form, found = self.linkage, dict[Key, Key]()
        last = self.fault("intake_takes_last_line")
        flags = form.latest >= 0 and not last and not self.fault("intake_naturalised_twice")
        both, subject_of = self.fault("intake_keeps_both_latest") or self.fault("intake_two_current"), self._subjects()
        for key, one in self.rows.items():
            if flags and one.cells[form.latest] != "1":
                continue
            subject = key if both else subject_of(one.cells)
            rival = found.get(subject)
            if rival is None or last or self._order(one.cells) >= self._order(self.rows[rival].cells):
                found[subject] = key
        return found

    def latest(self, number: str) -> dict[str, str] | None:
        """Somebody's row with the latest flag and the greatest serial; 宛名番号 are compared without leading zeros."""
        form, place = self.linkage, self.linkage.places["atenabango"]
        found = [one.cells for one in self.rows.values() if one.cells[place].lstrip("0") == number.lstrip("0")]
        marked = [row for row in found if form.latest < 0 or row[form.latest] == "1"]
        if not marked:
            return None
        last = max(marked, key=self._order)
        return dict(zip(form.header, last, strict=True))

    def is_news(self, number: str) -> bool:
        """Whether the last file that was taken spoke of somebody."""
        taken = [name for name, said in self.files.items() if said == "taken"]
        place = self.linkage.places["atenabango"]
        last = max(taken, key=lambda name: name[-10:], default="")
        return any(one.file == last and one.cells[place].lstrip("0") == number for one in self.rows.values())

    def as_json(self, *, rows: bool) -> dict[str, Any]:
        """What is held, for the control interface."""
        facts: dict[str, Any] = {
            "linkage": self.linkage.id,
            "sequence": self.sequence,
            "waiting_for_full": self.waiting,
            "files": self.files,
            "counts": {"held": len(self.rows), **self.counts},
            "refused": self.refused,
        }
        if rows:
            held = (
                {"file": one.file, "result": "accepted", "row": dict(zip(self.linkage.header, one.cells, strict=True))}
                for one in self.rows.values()
            )
            facts["rows"] = list(held)
        return facts


class Consumer:
    """One system that receives: everything that the tables say is for it, read from a place."""

    def __init__(
        self, system: str, place: str, options: dict[str, Any], fault: Asked = _never, now: Now = _opening
    ) -> None:
        self._options = options
        self._now = now
        self.fault = fault
        self.intakes = {one.id: Intake(linkage=one, fault=fault) for one in contract.received(system)}
        self.look_in(place)

    def look_in(self, place: str, key: dict[str, Any] | None = None) -> None:
        """Receive from this place from now on; with a key of its own where the order brought one."""
        self._files, self._root = fsspec.core.url_to_fs(place, **(key or self._options))
        # Some defects are of the way to object storage only: files of a folder are read as they are to be.
        self._is_storage = place.startswith("s3://")

    def forget(self, linkage: str) -> None:
        """As if nothing of a linkage had ever come."""
        self.intakes[linkage] = Intake(linkage=self.intake(linkage).linkage, fault=self.fault)

    def take(self, linkage: str | None = None) -> dict[str, Any]:
        """Read what is new in the place, of every linkage or of one."""
        for name in [linkage] if linkage else list(self.intakes):
            self.run(name)
        return {name: one.as_json(rows=False) for name, one in self.intakes.items() if one.files}

    def run(self, linkage: str) -> Job:
        """Read what is new of a linkage; what this import did."""
        one, job = self.intake(linkage), Job()
        if self.fault("intake_never_acts") or (self._is_storage and self.fault("storage_never_read")):
            return job
        if self._is_storage and self.fault("storage_reads_everything"):
            everything(self._files, self._root)
        for name, sequence, kind in self._listed(linkage):
            known = one.files.get(name, "")
            said = self._file(one, job, name, sequence, kind)
            job.files[name] = "duplicate" if said == known == "taken" else said
            one.files[name] = said
        one.waiting = any(said.startswith(("waiting", "refused")) for said in job.files.values()) and one.waiting
        one.refused = (one.refused + job.refused)[:KEPT]
        one.counts += job.counts
        return job

    def neighbours(self, linkage: str) -> dict[str, str]:
        """By 宛名番号 the 個人番号 that a system without a right to it reads from the folder beside its own."""
        if linkage != "001o005" or not self.fault("intake_reads_neighbour"):
            return {}
        form = contract.system("001").linkage("001o006")
        found = {}
        for name, _, _ in self._listed(form.id):
            for row in read_rows(self._files.cat_file(f"{self._root}/{form.id}/{name}"), form) or ():
                found[row[form.places["atenabango"]].lstrip("0")] = row[form.places["kojinbango"]]
        return found

    def intake(self, linkage: str) -> Intake:
        """What came of a linkage."""
        if linkage not in self.intakes:
            raise ValueError(f"this system does not receive {linkage!r}")
        return self.intakes[linkage]

    def _listed(self, linkage: str) -> list[tuple[str, int, str]]:
        """The files that are complete, in the order of their numbers."""
        folder = f"{self._root}/{linkage}"
        self._files.invalidate_cache(folder)
        if not self._files.exists(folder):
            return []
        names = {path.rsplit("/", 1)[-1] for path in self._files.ls(folder, detail=False)}
        unfinished = self.fault("intake_reads_unfinished")
        if self._is_storage and self.fault("storage_reads_without_marker"):
            for name in names:
                self._files.cat_file(f"{folder}/{name}")
        found = ((name, _NAME.fullmatch(name)) for name in sorted(names) if unfinished or f"{name}.end" in names)
        listed = [(name, int(seen["sequence"]), seen["kind"]) for name, seen in found if seen]
        return sorted(listed, key=lambda one: (one[1], one[0]))

    def _file(self, intake: Intake, job: Job, name: str, sequence: int, kind: str) -> str:
        """Take one file, or say why not. What was taken before is not taken again."""
        if sequence <= intake.sequence and not self._again(intake, name):
            return intake.files.get(name, "duplicate")
        content, said = self._fetched(intake.linkage.id, name)
        if not self._fits(content, said, sequence):
            intake.waiting = True
            return "refused: the completion marker speaks of another file"
        gap = kind == "sabun" and said.get("base_sequence") != intake.sequence
        if gap and not self.fault("intake_ignores_gaps") and sequence > intake.sequence:
            intake.waiting = True
            return "waiting: a file before it is missing; the next full file is taken"
        rows = read_rows(content, intake.linkage, one_edition=self.fault("intake_knows_one_edition"))
        if rows is None or (len(rows) != said.get("rows") and not self.fault("intake_ignores_marker")):
            intake.waiting = True
            return "refused: other columns or another number of rows than agreed"
        if kind == "zenken" and intake.waiting and self.fault("intake_stuck_after_gap"):
            return "waiting: a file before it is missing"
        self._begin(intake, kind, rows)
        intake.sequence = max(sequence, intake.sequence)
        for line, row in self._chosen(intake, kind, rows):
            self._row(intake, job, (name, line), row)
        return "taken"

    def _fits(self, content: bytes, said: dict[str, Any], sequence: int) -> bool:
        """Whether a file is what its marker says."""
        if self.fault("intake_ignores_marker"):
            return True
        return said.get("sha256") == hashlib.sha256(content).hexdigest() and said.get("sequence") == sequence

    def _again(self, intake: Intake, name: str) -> bool:
        """Whether a file with a number that was taken is read all the same: only by a defect."""
        if self.fault("intake_applies_late_file") and name not in intake.files:
            return True
        return self.fault("intake_takes_twice") and intake.files.get(name) == "taken"

    def _begin(self, intake: Intake, kind: str, rows: list[Row]) -> None:
        """A full file replaces everything; a delta, even an empty one, only changes."""
        if kind == "zenken" and not self.fault("intake_merges_full_file"):
            intake.rows, intake.waiting = {}, False
        if kind == "sabun" and not rows and self.fault("intake_cleared_by_empty_delta"):
            intake.rows = {}

    def _chosen(self, intake: Intake, kind: str, rows: list[Row]) -> Iterator[tuple[int, Row]]:
        """The rows with their line numbers, as far as a defect does not lose them."""
        if kind == "sabun" and self.fault("intake_ignores_deltas"):
            return
        form = intake.linkage
        if self.fault("intake_refuses_whole_file") and any(row_fault(form, row) for row in rows):
            return
        if self.fault("intake_stops_at_two_latest") and form.latest >= 0:
            marked = Counter(intake.subject(row) for row in rows if row[form.latest] == "1")
            unmarked = {intake.subject(row) for row in rows} - set(marked)
            if unmarked or max(marked.values(), default=0) > 1:
                return
        for line, row in enumerate(rows, 2):
            if line > len(rows) // 2 + 1 and self.fault("intake_crashes_half_way"):
                raise RuntimeError("out of memory")
            if line > LIMIT and self.fault("intake_stops_at_many_rows"):
                raise RuntimeError("too many rows")
            yield line, row

    def _fetched(self, linkage: str, name: str) -> tuple[bytes, dict[str, Any]]:
        """A file and what its marker says of it."""
        folder = f"{self._root}/{linkage}"
        if self._is_storage and self.fault("storage_reads_first_part"):
            return first_part(self._files, f"{folder}/{name}")
        content = self._files.cat_file(f"{folder}/{name}")
        if self.fault("intake_reads_unfinished") and not self._files.exists(f"{folder}/{name}.end"):
            seen, rows = _NAME.fullmatch(name), content.count(b"\r\n") - 1
            number = int(seen["sequence"]) if seen else 0
            digest = hashlib.sha256(content).hexdigest()
            return content, {"sha256": digest, "sequence": number, "base_sequence": number - 1, "rows": rows}
        return content, marker(self._files.cat_file(f"{folder}/{name}.end"))

    @staticmethod
    def _row(intake: Intake, job: Job, at: tuple[str, int], row: Row) -> None:
        """One row: held, deleted, or refused alone; the others of the file are taken all the same."""
        form, fault = intake.linkage, intake.fault
        reason = row_fault(form, row)
        if reason:
            job.counts["rejected"] += 1
            if len(job.refused) < KEPT:
                job.refused.append({"file": at[0], "line": at[1], "result": "rejected", "reason": reason})
            return
        key = intake.key(row)
        job.counts["accepted"] += 1
        if is_ignored(form, row, fault):
            return
        deleted = form.deleted >= 0 and row[form.deleted] == "1"
        if deleted and not fault("intake_ignores_deletion"):
            intake.rows.pop(key, None)
            if fault("intake_deletion_sticks"):
                intake.gone.add(key)
        elif key not in intake.gone:
            if fault("intake_cancellation_erases"):
                erase(intake, row)
            intake.rows[key] = Taken(cells=kept(form, row, fault), file=at[0])

    def screen(self, number: str) -> dict[str, Any] | None:
        """What a clerk sees of somebody: one person, and no address when the person is protected."""
        people = [self.intakes[name] for name in ("001o006", "001o005", "031o901") if name in self.intakes]
        row = next((found for one in people if (found := one.latest(number))), None)
        if row is None:
            return None
        hidden = self.hides(number)
        address = {name: value for name, value in row.items() if name.startswith("jusho_") and value}
        return {
            "atenabango": row["atenabango"],
            "shimei": row.get("shimei") or row.get("shimei_gaikokujinromaji", ""),
            "seinengappi": row.get("seinengappi", ""),
            "shiensochi": hidden,
            "jusho": None if hidden else address,
        }

    def hides(self, number: str) -> bool:
        """Whether the screens hide somebody's address."""
        hidden = self.is_protected(number) or self.fault("screen_hides_everybody")
        return hidden and not self.fault("screen_without_flag")

    def hides_listed(self, number: str, addressee: str) -> bool:
        """Whether the screens hide the address that somebody's row shows of a co-owner, an agent or a place for letters."""
        return self.hides(number if self.fault("listed_screen_by_debtor") else addressee)

    def _is_forgotten(self, number: str) -> bool:
        """Whether a protection is overlooked because of who the person is: only by a defect."""
        people = [self.intakes[name] for name in ("001o006", "001o005") if name in self.intakes]
        row = next((found for one in people if (found := one.latest(number))), None)
        if row is None:
            return False
        if self.fault("intake_protection_dropped_at_move_out") and row["juminjotai"] == "2":
            return True
        grown = f"{self._now().year - GROWN:04d}{self._now():-%m-%d}"
        return self.fault("intake_hides_adults_only") and row["seinengappi"] > grown

    def is_protected(self, number: str) -> bool:
        """Whether somebody's address is hidden: until the end of the protection was decided, past its end date too."""
        intake = self.intakes.get("001o009")
        row = intake.latest(number) if intake else None
        if row is None or self._is_forgotten(number):
            return False
        if self.fault("intake_protection_ends_by_date"):
            return row["shiensochishuryonengappi"] >= self._now().date().isoformat() and row["shiensochikubun"] != ENDED
        if self.fault("intake_protection_lifted_by_silence") and intake and not intake.is_news(number):
            return False
        if self.fault("intake_protection_never_ends"):
            return True
        if self.fault("intake_provisional_protection_ignored"):
            return row["shiensochikubun"] == "1"
        return row["shiensochikubun"] != ENDED


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
