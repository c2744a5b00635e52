"""Progress on long work: a live line on a terminal, a plain line now and then elsewhere, and a sign of life in between.

Up to six targets are shown one by one; of more, only those that are under way or have findings, after the sums of all.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from renkei.catalogue import Catalogue
from renkei.events import (
    CasePlanned,
    ControlJudged,
    Event,
    FindingMade,
    JourneyPlayed,
    TargetProbed,
    TestFinished,
    TestStarted,
    WorkerEnded,
)
from renkei.flow.journey import JOURNEYS, Story
from renkei.flow.outcome import FaultOf
from renkei.textwidth import fitted

EVERY = 5.0
# When nothing happened for so long, it is said how far things are all the same.
QUIET = 60.0
FEW = 6


class Progress:
    """Hears every event of a run and shows how far each target is; a context manager."""

    def __init__(
        self,
        planned: Sequence[CasePlanned],
        language: str,
        done: Iterable[tuple[str, str]] = (),
        stories: Sequence[Story] = (),
        quiet: float = QUIET,
    ) -> None:
        self._words = Catalogue(language)
        self._total = Counter(item.target for item in planned for _ in item.tests if not item.excluded)
        self._done = Counter(case.partition("/")[0] for case, _ in done)
        self._findings: Counter[str] = Counter()
        self._stories = {story.id: story.title(language) for story in stories}
        self._played: list[str] = []
        self._to_play = len({item.linkage for item in planned if item.target == JOURNEYS and not item.excluded})
        self._live = sys.stderr.isatty()
        self._shown = self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._at, self._sequence = "", 0
        self._controls: tuple[int, set[str]] = (0, set())
        self._quiet = quiet
        self._ended = threading.Event()

    def __enter__(self) -> Progress:
        threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            self._show(end=True)

    def _tick(self) -> None:
        while not self._ended.wait(self._quiet / 4):
            with self._lock:
                if time.monotonic() - self._shown > self._quiet and not self._ended.is_set():
                    self._show()

    def trying(self, controls: int) -> None:
        """So many controls come first."""
        self._controls = controls, set()

    def handle(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            match event:
                case TestFinished():
                    self._done[event.case.partition("/")[0]] += 1
                    self._at = ""
                case TestStarted():
                    target, _, named = event.case.partition("/")
                    self._sequence = 0
                    self._at = self._stories.get(named.split("/")[1], "") if target == JOURNEYS else ""
                    return
                case ControlJudged():
                    # The conforming mock is tried for all requirements at once, a faulty one for one.
                    self._controls[1].add(f"{event.system} {event.fault} {event.requirement if event.fault else ''}")
                case FindingMade() if event.finding.fault_of is not FaultOf.HARNESS:
                    self._findings[event.finding.target] += 1
                case JourneyPlayed(turn=1):
                    self._line(self._life_event(event))
                case TargetProbed() if event.code:
                    self._total[event.target] = 0
                    self._line(self._words.text("cli.blocked-target", target=event.target, code=event.code))
                case WorkerEnded() if event.how != "finished":
                    self._line(self._words.text("cli.worker-ended", target=event.target, how=event.how))
                case _:
                    return
            if time.monotonic() - self._shown > (0.2 if self._live else EVERY):
                self._show()

    def far(self, sequence: int) -> None:
        """How far a life event is: in which of its sequences of events that nobody wrote down (0: it has none)."""
        with self._lock:
            self._sequence = sequence
            if self._live:
                self._show()

    def _life_event(self, event: JourneyPlayed) -> str:
        """A life event that was played once: whether it holds is settled when what went wrong was played again."""
        self._played.append(event.journey)
        states = [str(step.get("state", "")) for step in event.steps]
        went = next((state for state in ("stopped", "broken") if state in states), "done")
        return self._words.text(
            "cli.journey-played",
            number=len(self._played),
            count=self._to_play,
            title=self._stories.get(event.journey, event.journey),
            steps=len(states),
            assertions=event.assertions,
            seconds=f"{event.seconds:.0f}",
            went=self._words.choice("step_states", went),
        )

    def _show(self, *, end: bool = False) -> None:
        self._shown = time.monotonic()
        seconds = f"{self._shown - self._begun:.0f}"
        total = {target: count for target, count in self._total.items() if count}
        controls, tried = self._controls
        if len(tried) < controls:
            line = self._words.text("cli.progress-controls", seconds=seconds, done=len(tried), count=controls)
        elif len(total) <= FEW:
            line = self._words.text("cli.progress", seconds=seconds, parts=self._parts(total))
        else:
            ended = {target for target, count in total.items() if self._done[target] >= count}
            shown = {
                target: count
                for target, count in total.items()
                if self._findings[target] or (self._done[target] and target not in ended)
            }
            sums = {
                "ended": len(ended),
                "targets": len(total),
                "done": self._done.total(),
                "cases": sum(total.values()),
            }
            line = self._words.text("cli.progress-many", seconds=seconds, parts=self._parts(shown), **sums).rstrip(
                " ·\u3000"
            )
        if self._live:
            # a line that wraps could not be written over
            line = fitted(line, shutil.get_terminal_size().columns - 2)
            print(f"\r\x1b[2K{line}", end="\n" if end else "", file=sys.stderr, flush=True)
        else:
            self._line(line)

    def _parts(self, total: Mapping[str, int]) -> str:
        return " · ".join(
            f"{target} {self._done[target]}/{count}"
            + (f" ✗{self._findings[target]}" if self._findings[target] else "")
            + (f" ({self._place()})" if self._at and target == JOURNEYS else "")
            for target, count in total.items()
        )

    def _place(self) -> str:
        """The life event that is being played, and which of its sequences."""
        if not self._sequence:
            return self._at
        return self._words.text("cli.progress-sequence", title=self._at, number=self._sequence)

    def say(self, text: str) -> None:
        """Show one line of its own."""
        self._line(text)

    def _line(self, text: str) -> None:
        # the live line gives way; it is drawn anew below
        print(f"\r\x1b[2K{text}" if self._live else text, file=sys.stderr, flush=True)
