"""基本４情報照会: exact or partial, over the present rows or over all history."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mocks.fault import Faults
from mocks.jutogai.check import given
from mocks.jutogai.index import address
from mocks.jutogai.number import key
from mocks.jutogai.register import Person, Register, Row

# How long a reader of a vendor with a lagging replica sees what was before.
STALE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for, and who asks."""

    partial: bool
    history: bool
    atenabango: str | None
    shimei: str | None
    jusho: str | None
    seibetsu: str | None
    seinengappi: str | None
    gyomuid: str

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "Question":
        """The question of a checked request body."""
        return cls(
            partial=body.get("kensakuhoho") == "2",
            history=body.get("rirekikensaku") == "1",
            atenabango=given(body, "atenabango"),
            shimei=given(body, "shimei"),
            jusho=given(body, "jusho"),
            seibetsu=given(body, "seibetsu"),
            seinengappi=given(body, "seinengappi"),
            gyomuid=given(body, "gyomuid") or "",
        )

    def _says(self, wanted: str | None, value: str) -> bool:
        if wanted is None:
            return True
        return wanted in value if self.partial else wanted == value

    def matches(self, row: Row) -> bool:
        """Whether the row meets every condition; 宛名番号, 性別 and 生年月日 are never partial."""
        values = row.values
        conditions = (
            self.atenabango is None or key(self.atenabango) == key(row.number),
            self._says(self.shimei, values.get("shimei") or ""),
            self._says(self.jusho, address(values)),
            self.seibetsu in {None, values.get("seibetsu")},
            self.seinengappi in {None, values.get("seinengappi")},
        )
        return all(conditions)


class Search:
    """The search of one vendor, with its defects."""

    def __init__(self, fault: Faults) -> None:
        self._fault = fault

    def find(self, register: Register, question: Question) -> list[tuple[Row, bool]]:
        """The rows to answer with, each with 最新フラグ: of every person that matches, the latest state."""
        found: list[tuple[Row, bool]] = []
        question = self._understood(question)
        for person in self._candidates(register, question):
            if self._visible(person, question) and self._matches(person, question):
                found.extend(self._rows(person))
        return found

    def _understood(self, question: Question) -> Question:
        """The question as this vendor takes it."""
        if self._fault("partial_search_is_exact") and question.partial:
            question = replace(question, partial=False)
        if self._fault("sex_and_birth_ignored_in_search"):
            question = replace(question, seibetsu=None, seinengappi=None)
        return question

    def _candidates(self, register: Register, question: Question) -> Iterator[Person]:
        """Everybody who may match; whoever is asked for by number is one at most."""
        if question.atenabango is not None:
            person = register.get(question.atenabango)
            return iter([person] if person else [])
        wanted = {"shimei": question.shimei, "jusho": question.jusho, "seinengappi": question.seinengappi}
        return register.like(wanted, partial=question.partial)

    def _visible(self, person: Person, question: Question) -> bool:
        if self._fault("created_not_found") and person.written_at > 0:
            return False
        if self._fault("nayose_source_disappears") and person.latest.values.get("nayosemotofuragu") == "1":
            return False
        if not person.hidden or self._fault("hidden_record_leaks"):
            return True
        if self._fault("hidden_record_hidden_from_owner"):
            return False
        return question.gyomuid == person.owner

    def _matches(self, person: Person, question: Question) -> bool:
        rows = person.rows if question.history else person.rows[-1:]
        if self._fault("history_search_misses_old"):
            rows = person.rows[-1:]
        return any(question.matches(row) for row in rows)

    def _rows(self, person: Person) -> list[tuple[Row, bool]]:
        if self._fault("two_latest") and len(person.rows) > 1:
            return [(row, True) for row in person.rows[-2:]]
        fresh = time.monotonic() - person.written_at < STALE_SECONDS
        if self._fault("stale_read") and len(person.rows) > 1 and fresh:
            return [(person.rows[-2], True)]
        if self._fault("latest_flag_missing"):
            return [(person.latest, False)]
        return [(person.latest, True)]
