"""Errands of a journey put into words for a person: what to press on which system, and what is to be told afterwards."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.atomicfile import write_whole
from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.manual import EVERY, FOLDER
from renkei.errors import TargetBlocked
from renkei.flow.contract import Bundle, Item
from renkei.flow.errand import Answer, Errand, Kind
from renkei.flow.journey import Step, Story
from renkei.flow.plan import Plan
from renkei.kit.byhand import COUNT, HIDDEN
from renkei.wording import Wording

NUMBER = "[0-9]{1,15}"
DIFFERENCE = "-difference"
# Items by which the person of a record is looked up, or the household; by others it is somebody who stands in it.
OF_ONESELF = {"atenabango", "kojinbango", "setaibango"}
# The event that has a file written, and what it writes unless it is told otherwise.
WRITE, DELTA = "publish", "sabun"
CELL = re.compile(r"(\S+?)[=＝](\S*)")


@dataclass(slots=True, kw_only=True)
class ErrandDesk:
    """The worker's side: writes an errand down, waits for its answer, and leaves no personal number behind.

    ``redact`` is what a text is kept as once it is answered; ``alive`` tells that somebody is being waited for.
    """

    run: Path
    plan: Plan
    bundle: Bundle
    redact: Callable[[str], str]
    alive: Callable[[], None]
    note: Callable[[Errand, Answer], None] = lambda _errand, _answer: None
    place: str = ""
    _items: dict[tuple[str, ...], dict[str, Item]] = field(default_factory=dict)

    def tidy(self) -> None:
        """What a run that was cut off left to be read is redacted."""
        for path in (self.run / FOLDER).glob("*.txt"):
            write_whole(path, self.redact(path.read_text(encoding="utf-8")).encode())

    def announce(self, story: Story, number: int, step: Step) -> None:
        """Where the story is: the next errands belong to that sentence."""
        words = self._words
        self.place = words.text(
            "errands.place",
            title=story.title(words.language),
            number=number + 1,
            count=len(story.steps),
            sentence=step.text(words.language),
        )

    def __call__(self, errand: Errand, seconds: float) -> Answer:
        """What the person said; raises TargetBlocked at the deadline."""
        folder = self.run / FOLDER
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.glob('*.txt'))) + 1:04d}.txt"
        text = self.text(errand)
        write_whole(path.with_suffix(".ask"), json.dumps(list(self._asked(errand)), ensure_ascii=False).encode())
        write_whole(path, f"{text}\n".encode())
        try:
            answer = self._answer(errand, path, seconds)
        finally:
            write_whole(path, f"{self.redact(text)}\n".encode())
        self.note(errand, answer)
        return answer

    def _answer(self, errand: Errand, path: Path, seconds: float) -> Answer:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for suffix, done in ((".done", True), (".refused", False)):
                if path.with_suffix(suffix).exists():
                    return self._said(errand, json.loads(path.with_suffix(suffix).read_text("utf-8") or "{}"), done)
            self.alive()
            time.sleep(EVERY)
        raise TargetBlocked("manual-deadline", linkage=errand.linkage or errand.event, seconds=seconds)

    def _said(self, errand: Errand, said: Mapping[str, Any], done: bool) -> Answer:
        values = {name: str(value) for name, value in said.get("values", {}).items() if value}
        names = {item.name: name for name, item in self._known(errand).items()}
        for label, value in CELL.findall(values.pop(DIFFERENCE, "")):
            name = names.get(label, label)
            values[name] = self._code(errand, name, value)
        return Answer(done=done, values=values, by=str(said.get("by", "")), at=str(said.get("at", "")))

    def text(self, errand: Errand) -> str:
        """The errand in words."""
        words = self._words
        lines = [line for line in (self.place,) if line]
        linkage = self._linkage(errand.linkage)
        told = {
            "office": self._office(errand.target),
            "linkage": linkage,
            "location": errand.location,
            "days": str(round(float(errand.values.get("seconds", "0")) / 86_400)),
            "what": _event(errand, linkage, words),
        }
        lines.append(words.text(f"errands.{errand.kind}", **told))
        if errand.kind is not Kind.CLOCK and errand.event != WRITE:
            lines += [self._line(errand, name, value) for name, value in errand.values.items() if value]
        return "\n".join(lines)

    def _line(self, errand: Errand, name: str, value: str) -> str:
        """One item with its value, and what a code means."""
        item = self._known(errand).get(name)
        meaning = self.bundle.codes.get(item.code, {}).get(value, "") if item else ""
        shown = self._words.text("errands.coded", value=value, meaning=meaning) if meaning else value
        return f"    {self._label(errand, name)}：{shown}"

    def _code(self, errand: Errand, name: str, said: str) -> str:
        """What a person read as a code: the code itself, what it means, or both as they are shown."""
        item = self._known(errand).get(name)
        codes = self.bundle.codes.get(item.code, {}) if item else {}
        shown = {self._words.text("errands.coded", value=code, meaning=text): code for code, text in codes.items()}
        return shown.get(said) or {text: code for code, text in codes.items()}.get(said, said)

    def _asked(self, errand: Errand) -> Iterator[dict[str, str]]:
        """What is asked besides whether it is done: name, label, and the form that an answer must have."""
        text = self._words.text
        for name in errand.wanted:
            label = text("errands.wanted", item=self._label(errand, name))
            yield {"name": name, "label": label, "pattern": NUMBER}
        if errand.kind is Kind.LOOK:
            of_person = errand.rows <= 1 and errand.item in OF_ONESELF
            count = "errands.count" if of_person else "errands.count-of-many"
            yield {"name": COUNT, "label": text(count), "pattern": "[0-9]?"}
            yield {"name": DIFFERENCE, "label": text("errands.difference"), "pattern": ".*"}
            yield {"name": HIDDEN, "label": self._hidden(errand), "pattern": "[yn]?"}

    def _hidden(self, errand: Errand) -> str:
        """Whose address it is about: of who is looked up, who may be another than the one whose record it is."""
        if errand.item in OF_ONESELF:
            return self._words.text("errands.hidden")
        item = self._label(errand, errand.item)
        return self._words.text("errands.hidden-of", item=item, value=errand.values.get(errand.item, ""))

    @property
    def _words(self) -> Catalogue:
        return Catalogue(self.plan.language)

    def _office(self, target_id: str) -> str:
        target = self.plan.target(target_id)
        system = Wording(self.bundle, self.plan.language).system(target.system)
        return self._words.text("pages.office", vendor=target.vendor, system=system)

    def _linkage(self, linkage: str) -> str:
        """What a linkage is called, with its id."""
        system = self.bundle.linkage(linkage).system if linkage else ""
        return Wording(self.bundle, self.plan.language).linkage(system, linkage)

    def _known(self, errand: Errand) -> Mapping[str, Item]:
        """The items of residents, of a system, and of whose files it received what is looked up there."""
        systems = ["001", self.plan.target(errand.target).system]
        systems += [self.bundle.linkage(errand.linkage).system] if errand.linkage else []
        found = self._items.get(tuple(systems))
        if found is None:
            items = (item for system in systems for item in self.bundle.system(system).items)
            found = self._items[tuple(systems)] = {item.romaji: item for item in items}
        return found

    def _label(self, errand: Errand, name: str) -> str:
        """What an item is called on screens; what only an event has is called so by us."""
        item = self._known(errand).get(name)
        return item.name if item else self._words.choice("errand_items", name)


def _event(errand: Errand, linkage: str, words: Catalogue) -> str:
    """What happens: what any linkage may have happen to it names that one, else the façade's list of events has a sentence."""
    key = f"errand_events.{errand.event}"
    if words.has(key):
        kind = words.choice("errand_files", errand.values.get("kind", DELTA))
        return words.text(key, linkage=linkage, kind=kind)
    path = wiring.home() / "contracts" / "facade" / "events.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        texts = {row["event"]: row[words.language] for row in csv.DictReader(stream)}
    text = texts.get(errand.event, errand.event)
    return text.partition("。")[0] if words.language == "ja" else text.partition(". ")[0]
