"""File linkage, consumer, while editions change: files of the older edition that is still accepted, then of this one."""

from __future__ import annotations

import datetime as dt

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, expect_finished
from renkei.kit.edition import OtherEdition, is_over
from renkei.kit.holding import expect_cells, expect_rows
from renkei.kit.scenario import latest_rows


def _older(target: Consumer) -> tuple[OtherEdition, tuple[str, ...]]:
    """The accepted edition in which the linkage has other columns, and these."""
    today = dt.datetime.now(dt.UTC).date()
    for edition in target.bundle.accepted:
        heading = edition.headings.get(target.linkage.id)
        if heading and not is_over(edition, today):
            return edition, heading
    raise NotApplicable("no-other-edition", target.linkage.id)


@requirement("CN-32")
def test_files_of_the_accepted_edition_and_of_this_one_are_taken(target: Consumer, expect: Expect) -> None:
    """A full file with the older columns is taken by their names; the full file with the new columns that follows, too."""
    edition, heading = _older(target)
    stage = target.stage()
    form = stage.form
    added = [name for name in form.header if name not in heading]
    if any(item.output == "必須" for item in form.items if item.romaji in added):
        raise NotApplicable("edition-asks-for-more", " ".join(added))
    common = [name for name in form.header if name in heading]
    rows = [
        [cell if name in common else "" for name, cell in zip(form.header, row, strict=True)] for row in _rows(target)
    ]
    cells = [dict(zip(form.header, row, strict=True)) for row in rows]
    sent = stage.made("zenken", [[one.get(name, "") for name in heading] for one in cells], heading)
    stage.state.full(rows)
    stage.edition = edition.edition
    stage.write(sent)
    expect_finished(expect, stage.take(), "older-edition-refused")
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="older-edition-refused")
    expect_cells(expect, held, stage.state, "older-edition-misread", common)
    stage.edition = target.bundle.edition
    stage.full(_rows(target))
    expect_finished(expect, stage.take(), "newer-edition-refused")
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="newer-edition-refused", left="newer-edition-refused")
    expect_cells(expect, held, stage.state, "newer-edition-misread")


def _rows(target: Consumer) -> list[list[str]]:
    """The last rows of a few people: in a file of its own nothing needs a history."""
    rows = latest_rows(target.tape.form, target.tape.short())
    if not rows:
        raise NotApplicable("no-rows", target.linkage.id)
    return rows
