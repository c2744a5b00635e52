"""One REST call of a consumer to a provider, seen in between: each half judged, and what the consumer made of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.attribution import Side
from renkei.flow.exchange import Exchange
from renkei.flow.facade import Action, Job, JobState, Order
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import phrase, raw
from renkei.kit.columns import masked
from renkei.kit.expect import Blocked, NotApplicable
from renkei.kit.handover import stopped
from renkei.kit.jutogai import FUBAN, SHOKAI, Register, rows, same_time
from renkei.kit.pair import Account, Aspect, Fault, Obstacle, Pair, Seen
from renkei.kit.phrases import at

OK = 200
HARD = {"shimei": "連携　葛\U000e0100城", "uji_nihonjin": "連携", "na_nihonjin": "葛\U000e0100城"}
PARTIES = {
    FaultOf.CONFIGURATION: Outcome.BLOCKED,
    FaultOf.ENVIRONMENT: Outcome.BLOCKED,
    FaultOf.UNDECIDABLE: Outcome.INCONCLUSIVE,
    FaultOf.HARNESS: Outcome.INCONCLUSIVE,
}


def call(pair: Pair) -> Account:
    """The whole journey of one call; whatever stands in its way is in the account."""
    account = Account()
    try:
        values = _values(pair)
    except (Blocked, TargetBlocked) as nothing:
        detail = nothing.detail if isinstance(nothing, Blocked) else nothing.code
        account.obstacle = Obstacle(
            outcome=Outcome.BLOCKED, party=FaultOf.TEST_DATA, reason="nothing-to-deliver", detail=detail
        )
        return account
    job: Job | None = None
    seen: Seen | None = None
    try:
        with pair.between() as seen:
            job = pair.taker.actor.act(_order(pair, seen, values))
    except TargetBlocked as obstacle:
        stopped(account, obstacle, Aspect.SERVED, (Aspect.REQUESTS, Aspect.ANSWERS, Aspect.SERVED, Aspect.KEPT))
    if seen is not None:
        _judge_traffic(pair, seen, account)
    if job is not None and seen is not None:
        _judge_job(pair, job, seen, account)
    return account


def _values(pair: Pair) -> dict[str, str]:
    """What the consumer is to send: a new person with a hard name, or a search for one that we have registered."""
    register = Register(pair.provider)
    if pair.linkage == FUBAN:
        body = register.person() | HARD
    elif pair.linkage == SHOKAI:
        body = register.question(atenabango=register.write(register.person() | HARD).number)
    else:
        raise NotApplicable("no-call-known", pair.linkage)
    return {name: str(value) for name, value in body.items()}


def _order(pair: Pair, seen: Seen, values: Mapping[str, str]) -> Order:
    client = pair.provider.auth.client(0)
    return Order(
        linkage=pair.linkage,
        action=Action.CALL,
        location=seen.rest.base_url,
        token_url=seen.rest.token_url,
        audience=pair.provider.auth.access.token_url,
        client_id=client.id,
        client_secret=client.secret,
        values=values,
        municipality=pair.provider.municipality,
        edition=pair.provider.bundle.edition,
    )


def _judge_traffic(pair: Pair, seen: Seen, account: Account) -> None:
    """Every charge of the witness, on the half that it is about; no traffic at all is the consumer's silence."""
    told = seen.account
    facts = {"file": f"between {pair.linkage}", "seen": told.seen, "judged": told.judged, "parties": dict(told.parties)}
    account.evidence[pair.provider.keep_file(facts)] = facts
    account.looked[Aspect.REQUESTS] += told.seen
    account.looked[Aspect.ANSWERS] += told.seen
    if not told.operations.get(pair.linkage) and account.obstacle is None and not told.charges:
        account.looked[Aspect.REQUESTS] += 1
        account.faults.append(
            _consumer_fault(Aspect.REQUESTS, "nothing-was-sent", "pair-nothing-sent", phrase("consumer-acts"), None)
        )
        return
    account.settled.add(Aspect.REQUESTS)
    if any(one.response is not None and not one.error for one in _answers(pair, seen)):
        account.settled.add(Aspect.ANSWERS)
    for charge in told.charges:
        _charged(charge, account)


def _charged(charge: Any, account: Account) -> None:
    breach = charge.breach
    if breach is None or breach.disputed:
        if charge.party in PARTIES and account.obstacle is None:
            detail = raw(f"{charge.operation} {charge.status or charge.error}")
            account.obstacle = Obstacle(
                outcome=PARTIES[charge.party], party=charge.party, reason=charge.reason, detail=detail
            )
        return
    if breach.open:
        account.observed.append((breach.open, breach.actual))
        account.obstacle = account.obstacle or Obstacle(
            outcome=Outcome.INCONCLUSIVE, party=FaultOf.CONTRACT, reason="text-of-pair-open", detail=raw(breach.open)
        )
        return
    asked = breach.side is Side.REQUEST
    account.faults.append(
        Fault(
            aspect=Aspect.REQUESTS if asked else Aspect.ANSWERS,
            party=FaultOf.CONSUMER if asked else FaultOf.PROVIDER,
            because="request-broke-contract" if asked else "response-broke-contract",
            rule=breach.rule,
            expected=breach.expected,
            actual=breach.actual,
            where=at(raw(charge.operation), breach.where),
            files=charge.evidence,
            second_opinion=breach.second_opinion,
        )
    )


def _judge_job(pair: Pair, job: Job, seen: Seen, account: Account) -> None:
    """Whether the linkage works, and whether the consumer's result is what was answered."""
    if account.of(Aspect.REQUESTS) or account.of(Aspect.ANSWERS):
        account.spared |= dict.fromkeys((Aspect.SERVED, Aspect.KEPT), "peer-broke-contract")
        return
    answered = [one for one in _answers(pair, seen) if one.status == OK and not one.error]
    if not answered:
        return
    account.looked[Aspect.SERVED] += 1
    if job.state is not JobState.FINISHED:
        account.faults.append(
            _consumer_fault(
                Aspect.SERVED,
                "answer-not-taken",
                "pair-job-failed",
                phrase("job-finished"),
                raw(job.message or job.state),
            )
        )
        return
    if len(answered) > 1 and pair.linkage == FUBAN:
        account.faults.append(_consumer_fault(Aspect.SERVED, "acted-twice", "pair-acted-twice", 1, len(answered)))
    wanted = rows(answered[-1])
    came = [row.values for row in job.rows if row.values] or _records(pair, wanted)
    if came is None:
        account.spared[Aspect.KEPT] = "no-readback"
        return
    _compare(wanted, came, account)


def _answers(pair: Pair, seen: Seen) -> Iterator[Exchange]:
    path = pair.provider.operation().path
    for exchange in seen.exchanges:
        if exchange.request.url.partition("?")[0].endswith(path):
            yield exchange


def _records(pair: Pair, wanted: list[dict[str, Any]]) -> list[Mapping[str, str | None]] | None:
    if pair.taker.holdings is None or not wanted:
        return None
    number = str(wanted[0].get("atenabango"))
    page = pair.taker.holdings.records(pair.linkage, key=("atenabango", number))
    return [record.values for record in page.records]


def _compare(wanted: list[dict[str, Any]], came: list[Mapping[str, str | None]], account: Account) -> None:
    """Each answered row beside the one that the consumer shows for it; items that it does not show are its own affair."""
    shown = {str(row.get("atenabango") or "").lstrip("0"): row for row in came}
    for row in wanted:
        account.looked[Aspect.KEPT] += 1
        mine = shown.get(str(row.get("atenabango") or "").lstrip("0"))
        if mine is None:
            account.faults.append(_kept("pair-row-missing", "atenabango", phrase("row-held"), None))
            continue
        for name, value in row.items():
            if name in mine and not _same(value, mine[name]):
                account.faults.append(
                    _kept("pair-value-differs", name, masked(str(value)), masked(str(mine[name] or "")))
                )


def _same(one: Any, other: str | None) -> bool:
    text = "" if one is None else str(one)
    return text == (other or "") or same_time(text, other)


def _kept(rule: str, where: str, expected: Any, actual: Any) -> Fault:
    return _consumer_fault(Aspect.KEPT, "records-differ-from-answer", rule, expected, actual, raw(where))


def _consumer_fault(aspect: Aspect, because: str, rule: str, expected: Any, actual: Any, where: str = "") -> Fault:
    return Fault(
        aspect=aspect,
        party=FaultOf.CONSUMER,
        because=because,
        rule=rule,
        expected=expected,
        actual=actual,
        where=where,
    )
