"""File linkage, agreement: what the rules between cells ask for, in every row and in the state after the last file."""

from __future__ import annotations

from renkei.kit import (
    Expect,
    NotApplicable,
    Provider,
    Undecided,
    conditions_of_case,
    judge_rows,
    judge_state,
    requirement,
    rules_of_case,
)


@requirement("rules.csv")
def test_cells_agree_as_the_rules_ask(target: Provider, expect: Expect) -> None:
    """Every rule of the requirement holds: in each row of each file, and over the rows in force after the last one."""
    rules = rules_of_case(target)
    if not rules:
        raise NotApplicable("no-rule-here", target.operation().id)
    judged = judge_rows(target, expect, rules)
    judged += judge_state(target, expect, rules)
    if not judged:
        raise Undecided("no-row-of-the-rule", target.operation().id)


@requirement("FL-26")
def test_conditional_items_are_filled(target: Provider, expect: Expect) -> None:
    """An item that is mandatory on a condition is empty on no row where other items say that the condition holds."""
    rules = conditions_of_case(target)
    if not rules:
        raise NotApplicable("no-condition-here", target.operation().id)
    if not judge_rows(target, expect, rules):
        raise NotApplicable("no-row-of-the-rule", target.operation().id)
