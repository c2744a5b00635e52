"""Who sees what: a second caller, tokens of another scope or with a changed sign, other spellings of an identifier."""

from collections.abc import Mapping
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, NotApplicable, Provider, requirement
from renkei.kit.endpoint import BEARING, PROTECTED, SECOND, Endpoint
from renkei.kit.listing import PAGES, Listing, page_of, row_name
from renkei.kit.phrases import Phrase, answered, at, phrase
from renkei.kit.thing import Things, pointer_of, record, request_to, value_at, working

DENIED = (401, 403, 404)
GONE = (400, 404, 410)


def visible(answer: Exchange, like: Any) -> set[str]:
    """The members of a thing that an answer shows with a value."""
    found = record(answer, like) or {}
    return {name for name, value in found.items() if value not in (None, "", [], {})}


@requirement("GN-38")
def test_a_protected_thing_is_kept_from_the_second_caller(target, expect):
    """Of a thing with a flag that protects it the second caller is shown less than we are, in the list as well."""
    things = Things(target, expect)
    flags = [pointer_of(one) for one in things.fields(things.maker) if one.protects]
    if not flags:
        raise NotApplicable("no-protection-flag", things.endpoint.id)
    made = things.made(changes=[[flags[0], "", True]])
    open_one = things.made(changes=[[flags[0], "", False]])
    if value_at(made.sent, flags[0]) != (True, True):
        raise Blocked("no-test-data", flags[0])
    ours = things.control(things.read(made.name))
    control = things.read(open_one.name, SECOND)
    if control.status != 200:
        raise NotApplicable("second-caller-sees-nothing", answered(control))
    own, plain = visible(ours, made.sent), visible(control, open_one.sent)
    if things.endpoint.id == things.about.read:
        theirs = things.read(made.name, SECOND)
        hidden = theirs.status in DENIED or bool((own & plain) - visible(theirs, made.sent))
        on, where = (made.wrote, theirs), at(flags[0])
        wanted = phrase("less-than-we-see")
        expect.that(hidden, "protected-thing-shown", expected=wanted, actual=answered(theirs), where=where, on=on)
        return
    found, before = Listing(target), None
    for number in range(PAGES):
        query = found.query(number, found.most, before)
        if query is None:
            break
        asked = request_to(found.endpoint, query=query)
        mine = found.endpoint.send(asked)
        before, row = page_of(mine), _row(mine, made.name, found.label)
        if row is not None:
            answer = found.endpoint.send(asked, SECOND)
            theirs = _row(answer, made.name, found.label)
            hidden = theirs is None or bool((_full(row) & plain) - _full(theirs))
            on, wanted, where = (mine, answer), phrase("less-than-we-see"), at(flags[0])
            expect.that(hidden, "protected-thing-listed", expected=wanted, actual=answered(answer), where=where, on=on)
            return
        if before is None or not before.rows:
            break
    raise Blocked("no-such-row", made.name)


def _row(answer: Exchange, name: str, label: str) -> Mapping[str, Any] | None:
    page = page_of(answer) if answer.status == 200 else None
    rows = [row for row in page.rows if isinstance(row, Mapping)] if page else []
    return next((row for row in rows if row_name(row, label) == name), None)


def _full(row: Mapping[str, Any]) -> set[str]:
    return {name for name, value in row.items() if value not in (None, "", [], {})}


def spelling(things: Things, name: str, other: str, rule: str) -> None:
    """Another spelling of a name opens nothing."""
    things.control(things.read(name))
    answer = things.read(other)
    shut = not 200 <= answer.status < 300
    things.expect.that(shut, rule, expected="404", actual=answered(answer), where=at(things.about.item), on=answer)


def known(things: Things) -> str:
    """The name of a thing; blocked when there is none."""
    return things.made().name


@requirement("GN-39")
def test_identifiers_are_told_apart_by_case(target, expect):
    """A thing is not found under its identifier in letters of the other case."""
    things = Things(target, expect)
    name = known(things)
    if name.swapcase() == name:
        raise NotApplicable("id-without-letters", things.about.item)
    spelling(things, name, name.swapcase(), "identifier-of-other-case-accepted")


@requirement("GN-40")
def test_identifiers_keep_their_zeros(target, expect):
    """A thing is not found under its identifier with a leading zero more or less, or with a space behind it."""
    things = Things(target, expect)
    name = known(things)
    for other in (name.lstrip("0") or "0", f"0{name}", f"{name} "):
        if other != name:
            spelling(things, name, other, "other-identifier-accepted")


def kept_out(target: Provider, expect: Expect, credentials: str, rule: str, where: Phrase) -> None:
    """A request that is carried out with our credentials is refused with these."""
    endpoint = Endpoint(target)
    for make in working(target, expect)[:3]:
        control = endpoint.send(make())
        if not 200 <= control.status < 300:
            continue
        answer = endpoint.send(make(), credentials)
        refused = answer.status in (401, 403)
        expect.that(refused, rule, expected="401 / 403", actual=answered(answer), where=where, on=(control, answer))
        return
    raise Blocked("control-failed", phrase("ours-never-accepted"))


@requirement("GN-42")
def test_a_token_of_another_scope_is_refused(target, expect):
    """A token of the scope of another operation, and of none of this one, is refused."""
    endpoint = Endpoint(target)
    ways = [set(way[1:]) for way in endpoint.node[PROTECTED]]
    mine = set[str]().union(*ways)
    # Whoever may write may often read: only a token for reading says that a right is missing.
    reading = {one.id for one in endpoint.all.values() if one.method == "get"}
    known = [one for one in target.system.linkages if one.id in reading and one.scope]
    others = [one.id for one in known if not mine & set(one.scope.split())]
    if not all(ways) or not others:
        raise NotApplicable("single-scope", endpoint.id)
    token = target.token(others[0])
    kept_out(target, expect, f"{BEARING}{token}", "token-of-other-scope-accepted", phrase("token-of-other-scope"))


@requirement("GN-43")
def test_a_changed_token_is_refused(target, expect):
    """Our own credentials with one character changed are refused."""
    endpoint = Endpoint(target)
    if endpoint.access.auth == "none" or not endpoint.protected:
        raise NotApplicable("open-to-anybody", endpoint.id)
    if not target.info.rest or not target.info.rest.token_url:
        raise NotApplicable("no-token-service", endpoint.id)
    token = target.token(endpoint.id)
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    kept_out(target, expect, f"{BEARING}{changed}", "changed-token-accepted", phrase("token-changed"))
