"""Property-based judging: search a counterexample, shrink it, replay it, and only then call it a violation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import hypothesis
from hypothesis import errors, strategies

from renkei.flow.plan import Profile
from renkei.kit.expect import Undecided, Verdictless, Violation
from renkei.kit.strategies.provider import BACKEND

EXAMPLES = {Profile.SMOKE: 12, Profile.STANDARD: 60, Profile.CERTIFICATION: 300}
REPLAYS = 3
STEPS = 100


class Forall:
    """Runs a body over many examples of a strategy; deterministic for a seed.

    ``replay`` is the recorded example (JSON text) when a finding is being sent again: then only that one runs.
    """

    def __init__(self, *, profile: Profile, seed: int, replay: str = "") -> None:
        self._count = EXAMPLES[profile]
        self._seed = seed
        self._replay = replay
        self.examples = 0

    @property
    def replaying(self) -> bool:
        """Whether one recorded example is being sent again, and nothing else is to be looked for."""
        return bool(self._replay)

    def __call__(
        self,
        strategy: strategies.SearchStrategy[Any],
        body: Callable[[Any], None],
        *,
        first: Sequence[Any] = (),
        share: float = 1.0,
    ) -> None:
        """Judge ``first`` (the traps that must always run), then random examples; ``share`` scales their number.

        Examples must be JSON values. Raises the shrunk ``Violation`` with its example once it replayed 3 of 3, else
        ``Undecided``.
        """
        if self._replay:
            body(json.loads(self._replay))
            return
        for example in first:
            self.examples += 1
            self._judge(body, example)
        self._search(strategy, body, max(1, round(self._count * share)))

    def each(
        self,
        examples: Sequence[Any],
        body: Callable[[Any], None],
        *,
        smaller: Callable[[Any], Iterable[Any]] | None = None,
    ) -> None:
        """Judge every one of these examples (a closed list, in order).

        ``smaller`` gives the examples that are one step simpler than one; a counterexample is made as small as
        they allow before it is replayed.
        """
        if self._replay:
            body(json.loads(self._replay))
            return
        for example in examples:
            self.examples += 1
            try:
                body(example)
            except Violation as violation:
                self._confirm(body, *_smallest(body, example, violation, smaller))

    def _judge(self, body: Callable[[Any], None], example: Any) -> None:
        try:
            body(example)
        except Violation as violation:
            self._confirm(body, example, violation)

    def _search(self, strategy: strategies.SearchStrategy[Any], body: Callable[[Any], None], count: int) -> None:
        smallest: list[Any] = []

        def attempt(example: Any) -> None:
            self.examples += 1
            try:
                body(example)
            except Violation:
                smallest[:] = [example]
                raise

        try:
            _property(strategy, attempt, count, self._seed)()
        except Violation as violation:
            self._confirm(body, smallest[0], violation)
        except errors.Flaky as error:
            raise Undecided("not-reproducible", str(error)[:120]) from error

    def _confirm(self, body: Callable[[Any], None], example: Any, violation: Violation) -> None:
        """Replay the counterexample; the same rule must break every time."""
        again = 0
        for _ in range(REPLAYS):
            try:
                body(example)
            except Violation as repeated:
                again += repeated.rule == violation.rule
        if again < REPLAYS:
            raise Undecided("not-reproducible", f"{violation.rule} {again}/{REPLAYS}")
        violation.example = json.dumps(example, ensure_ascii=False, sort_keys=True)
        violation.replays = f"{again}/{REPLAYS}"
        raise violation


def _smallest(
    body: Callable[[Any], None],
    example: Any,
    violation: Violation,
    smaller: Callable[[Any], Iterable[Any]] | None,
) -> tuple[Any, Violation]:
    """Walk down while a smaller example breaks the same rule, within a fixed number of steps."""
    steps = STEPS
    found = smaller is not None
    while smaller and found:
        found = False
        for candidate in smaller(example):
            steps -= 1
            repeated = _violation(body, candidate) if steps >= 0 else None
            if repeated is not None and repeated.rule == violation.rule:
                example, violation, found = candidate, repeated, True
                break
    return example, violation


def _violation(body: Callable[[Any], None], example: Any) -> Violation | None:
    try:
        body(example)
    except Violation as violation:
        return violation
    except Verdictless:
        return None
    return None


def _property(
    strategy: strategies.SearchStrategy[Any], attempt: Callable[[Any], None], count: int, seed: int
) -> Callable[[], None]:
    settings = hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        # Its own backend would mix constants of the modules loaded into its draws: an edited suite, other examples.
        backend=BACKEND,
    )
    return hypothesis.seed(seed)(settings(hypothesis.given(strategy)(attempt)))
