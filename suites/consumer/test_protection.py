"""支援措置 at a consumer: hidden past the end date, 仮支援措置 too, shown again only by decision, never by silence."""

from __future__ import annotations

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, Stage, finished
from renkei.kit.form import Row
from renkei.kit.phrases import phrase, raw
from renkei.kit.scenario import advanced, day_before, latest_rows

PROTECTED = "001o009"
# An end date that no run of ours lives to see.
FAR = "2099-03-31"
UNDER_WAY, PROVISIONAL, ENDED = "1", "2", "3"


def _protected(target: Consumer, **cells: str) -> tuple[Stage, Row]:
    """A scenario with one protected person whose row has those cells: the scenario and the row."""
    form = target.library.form(PROTECTED)
    rows = latest_rows(form, target.tape.short())
    if not rows:
        raise NotApplicable("no-rows", target.linkage.id)
    under_way = {"rirekibango": "1", "shiensochikubun": UNDER_WAY, "shiensochishuryonengappi": FAR}
    row = form.changed(rows[0], **{**under_way, **cells})
    return target.begun([row]), row


def _hidden(stage: Stage, row: Row) -> bool:
    """Whether the person's address is hidden now; not applicable when the consumer does not say."""
    records = [one for one in stage.held().rows.get(stage.form.key(row), ()) if one.suppressed is not None]
    if not records:
        raise NotApplicable("suppression-untold", stage.form.linkage)
    return all(record.suppressed for record in records)


def _expect_hidden(expect: Expect, stage: Stage, row: Row, rule: str) -> None:
    expect.that(
        _hidden(stage, row),
        rule,
        expected=phrase("address-hidden"),
        actual=phrase("address-shown"),
        where=raw(PROTECTED),
    )


@requirement("CN-25", linkages=("001o009",))
def test_protection_outlasts_its_end_date(target: Consumer, expect: Expect) -> None:
    """A protected person's row stays and the address stays hidden after the end date, while no end was decided."""
    ended = {"shiensochikaishinengappi": day_before(400), "shiensochishuryonengappi": day_before(36)}
    stage, row = _protected(target, **ended)
    _expect_hidden(expect, stage, row, "protection-ends-by-date")


@requirement("CN-26", linkages=("001o009",))
def test_provisional_protection_hides(target: Consumer, expect: Expect) -> None:
    """仮支援措置 hides the address as 支援措置 does."""
    stage, row = _protected(target)
    new = advanced(stage.form, row, shiensochikubun=PROVISIONAL)
    stage.delta(new)
    finished(stage.take())
    _expect_hidden(expect, stage, new[-1], "provisional-protection-ignored")


@requirement("CN-27", linkages=("001o009",))
def test_protection_ends_by_decision(target: Consumer, expect: Expect) -> None:
    """After the row that ends the protection the address is shown again."""
    stage, row = _protected(target)
    _expect_hidden(expect, stage, row, "protection-ignored")
    new = advanced(stage.form, row, shiensochikubun=ENDED)
    stage.delta(new)
    finished(stage.take())
    expect.that(
        not _hidden(stage, new[-1]),
        "protection-never-ends",
        expected=phrase("address-shown"),
        actual=phrase("address-hidden"),
        where=raw(PROTECTED),
    )


@requirement("CN-28", linkages=("001o009",))
def test_silence_ends_nothing(target: Consumer, expect: Expect) -> None:
    """一時解除 counts at the provider only: while its deltas say nothing of the person, the address stays hidden."""
    stage, row = _protected(target)
    for _ in range(3):
        stage.delta(())
        finished(stage.take())
    _expect_hidden(expect, stage, row, "protection-lifted-by-silence")
