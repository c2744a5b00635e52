"""Changes in order: read at once, repeated, refused, and made from the state that they name."""

from typing import Any

from renkei.kit import Blocked, Exchange, NotApplicable, Provider, requirement
from renkei.kit.endpoint import Endpoint
from renkei.kit.listing import Listing, row_name
from renkei.kit.phrases import STATUS, answered, phrase
from renkei.kit.thing import DONE, Round, Things, pointer_of, put, record, tag_of, takes_tag, value_at

GONE = (404, 410)
ETAG = phrase("header-of-answer", name="ETag", status=200)
MADE_UP = '"renkei-made-up-state"'
TEXTS = ("甲", "乙", "丙", "丁", "ab", "xyz", "見本一号", "見本二号")


def texts(things: Things, endpoint: Endpoint) -> tuple[str, list[str]]:
    """A member of the operation's body that takes any text, and texts for it; not applicable when none does."""
    base = things.body(endpoint)
    for one in things.fields(endpoint):
        if one.free:
            pointer = pointer_of(one)
            fitting = [text for text in TEXTS if things.changed(endpoint, base, [[pointer, "", text]]) is not None]
            if len(fitting) > 2:
                return pointer, fitting
    raise NotApplicable("no-open-text", endpoint.id)


def write(things: Things, endpoint: Endpoint, name: str, value: tuple[str, str], tag: str = "") -> Exchange:
    """The answer to a change of that member of a thing; ``tag`` is the state it names."""
    body = things.body(endpoint)
    put(body, *value)
    return things.ask(endpoint, name=name, body=body, tag=tag)


def current(things: Things, name: str, endpoint: Endpoint) -> str:
    """The tag that a change of the thing has to name now, "" when the operation asks for none."""
    return tag_of(things.control(things.read(name))) if takes_tag(endpoint) else ""


def shown(things: Things, answer: Exchange, pointer: str) -> tuple[bool, Any]:
    """(whether it is shown, the value) of a member in a reading answer."""
    return value_at(record(things.control(answer), things.body(things.maker)), pointer)


def listed(target: Provider, things: Things, name: str) -> tuple[bool, Any]:
    """(whether all of the list could be read, the row of that thing or None)."""
    if not things.about.list:
        return False, None
    found = Listing(target, things.about.list)
    rows = None if found.narrowed else found.whole()
    if not rows:
        return False, None
    return True, next((row for row in rows if row_name(row, found.label) == name), None)


@requirement("GN-27")
def test_what_was_written_is_read_at_once(target, expect):
    """The reading after a write shows what was written, not what was there before; so does the list."""
    things = Things(target, expect)
    writer = things.endpoint
    pointer, values = texts(things, writer)
    made = things.made() if writer.id != things.about.create else None
    for value in values[:3]:
        if made:
            tag = current(things, made.name, writer)
            things.read(made.name)
            wrote, name = things.control(write(things, writer, made.name, (pointer, value), tag)), made.name
        else:
            new = things.made(changes=[[pointer, "", value]])
            wrote, name = new.wrote, new.name
        if wrote.status not in DONE:
            raise NotApplicable("written-later", writer.id)
        answer = things.read(name)
        there, found = shown(things, answer, pointer)
        if there:
            on = (wrote, answer)
            expect.that(found == value, "written-not-read", expected=value, actual=found, where=pointer, on=on)
    whole, row = listed(target, things, name)
    if whole:
        wanted, last = phrase("the-thing-in-the-list"), things.about.list
        expect.that(row is not None, "written-not-listed", expected=wanted, actual=None, where=last, on=wrote)
    if not expect.assertions:
        raise Blocked("control-failed", phrase("nothing-shown"))


@requirement("GN-28")
def test_the_same_request_twice(target, expect):
    """A second deletion breaks nothing and leaves the thing gone; what a second creation does is recorded."""
    things = Things(target, expect)
    if things.endpoint.id == things.about.remove:
        made = things.made()
        tag = current(things, made.name, things.endpoint)
        first = things.control(things.ask(things.endpoint, name=made.name, tag=tag))
        second = things.ask(things.endpoint, name=made.name, tag=tag)
        good = second.status in (*GONE, 412) or 200 <= second.status < 300
        wanted, where = "204 / 404 / 410", phrase("second-request")
        expect.that(
            good, "second-deletion-differs", expected=wanted, actual=answered(second), where=where, on=(first, second)
        )
        answer = things.read(made.name)
        gone = answer.status in GONE
        expect.that(
            gone, "second-deletion-differs", expected="404 / 410", actual=answered(answer), where=STATUS, on=answer
        )
        return
    if things.endpoint.id == things.about.create:
        first, second = things.made(), things.ask(things.maker, body=things.body(things.maker))
        good = second.response is not None and second.status < 500
        wanted, where = phrase("status-below", limit=500), phrase("second-request")
        expect.that(good, "second-creation-breaks", expected=wanted, actual=answered(second), where=where, on=second)
        same = 200 <= second.status < 300 and things.reader.identity(second) == first.name
        expect.observe("GN-28", phrase("created-once" if same else "created-twice", status=second.status))
        return
    raise NotApplicable("asked-of-another-operation", things.about.replace or things.about.item)


@requirement("GN-29")
def test_a_refused_change_changes_nothing(target, expect):
    """After a change that was refused the thing is as it was before."""
    things = Things(target, expect)
    writer = things.endpoint
    pointer, values = texts(things, writer)
    made = things.made()
    tag = current(things, made.name, writer)
    things.control(write(things, writer, made.name, (pointer, values[0]), tag))
    before = things.control(things.read(made.name))
    body = things.body(writer)
    put(body, pointer, values[1])
    broken = broken_body(things, writer, body, pointer)
    refused = things.ask(writer, name=made.name, body=broken, tag=current(things, made.name, writer))
    if not 400 <= refused.status < 500:
        raise Blocked("control-failed", answered(refused))
    after = things.read(made.name)
    was, now = shown(things, before, pointer), shown(things, after, pointer)
    expect.that(was == now, "refused-change-stored", expected=was[1], actual=now[1], where=pointer, on=(refused, after))


def broken_body(things: Things, writer: Endpoint, body: Any, kept: str) -> Any:
    """The body with another member of a type that the document does not allow, as both validators say."""
    for one in reversed(things.fields(writer)):
        changed, pointer = things.body(writer), pointer_of(one)
        changed |= body
        wrong: Any = {"renkei": True} if one.kinds else None
        if pointer == kept or len(one.path) > 1 or wrong is None or not put(changed, pointer, wrong):
            continue
        if all(judge.request_faults(writer.id, changed) for judge in things.expect.both()):
            return changed
    raise NotApplicable("nothing-to-break", writer.id)


def tagged(things: Things) -> tuple[Round, Exchange, str]:
    """A new thing, the answer that read it, and its entity tag; blocked without one."""
    made = things.made()
    answer = things.control(things.read(made.name))
    if not tag_of(answer):
        raise Blocked("control-failed", phrase("no-entity-tag-told"))
    return made, answer, tag_of(answer)


@requirement("GN-30")
def test_a_change_from_an_old_state_is_refused(target, expect):
    """A change that names a state that is no more is answered 412, and nothing is lost by it."""
    things = Things(target, expect)
    changer = things.endpoint
    made, read, old = tagged(things)
    removes = changer.id == things.about.remove
    mover = things.of(things.about.replace or things.about.amend) if removes else changer
    pointer, values = texts(things, mover)
    moved = things.control(write(things, mover, made.name, (pointer, values[0]), old))
    if tag_of(things.control(things.read(made.name))) == old:
        # Whether a tag follows the state is judged where the thing is read.
        old = MADE_UP

    def attempt(tag: str) -> Exchange:
        if removes:
            return things.ask(changer, name=made.name, tag=tag)
        return write(things, changer, made.name, (pointer, values[1]), tag)

    for tag, where in ((old, phrase("old-state")), (MADE_UP, phrase("made-up-state"))):
        answer = attempt(tag)
        refused = answer.status == 412
        expect.that(
            refused, "update-lost", expected=412, actual=answered(answer), where=where, on=(read, moved, answer)
        )
    after = things.read(made.name)
    there, found = shown(things, after, pointer)
    if there:
        expect.that(found == values[0], "update-lost", expected=values[0], actual=found, where=pointer, on=after)


@requirement("GN-31")
def test_an_entity_tag_stands_for_one_state(target, expect):
    """An entity tag is well-formed and strong, stays while nothing changes, and is another one after a change."""
    things = Things(target, expect)
    made, first, tag = tagged(things)
    changers = [one for one in (things.about.replace, things.about.amend, things.about.remove) if one]
    compared = any(takes_tag(things.of(one)) for one in changers)
    # A weak tag never matches a change (RFC 9110 section 8.8.3.2); where none names it, it may be one.
    mark = tag if compared else tag.removeprefix("W/")
    strong = len(mark) > 1 and mark.startswith('"') and mark.endswith('"')
    where = ETAG
    expect.that(strong, "entity-tag-malformed", expected='"…"', actual=tag, where=where, on=first)
    again = things.read(made.name)
    on = (first, again)
    expect.that(tag_of(again) == tag, "entity-tag-unsteady", expected=tag, actual=tag_of(again), where=where, on=on)
    changer = next((one for one in (things.about.replace, things.about.amend) if one), "")
    if not changer:
        return
    writer = things.of(changer)
    pointer, values = texts(things, writer)
    for value in values[:2]:
        moved = things.control(write(things, writer, made.name, (pointer, value), current(things, made.name, writer)))
        after = things.control(things.read(made.name))
        changed = tag_of(after) != tag
        expect.that(
            changed,
            "entity-tag-not-changed",
            expected=phrase("another-tag"),
            actual=tag_of(after),
            where=where,
            on=(moved, after),
        )
        told = tag_of(moved)
        same = not told or told == tag_of(after)
        expect.that(same, "entity-tag-differs", expected=tag_of(after), actual=told, where=where, on=(moved, after))
        tag = tag_of(after)


@requirement("GN-32")
def test_a_change_without_its_state_is_refused(target, expect):
    """Where the document describes 428, a change that names no state is answered 428 and changes nothing."""
    things = Things(target, expect)
    made, before, _ = tagged(things)
    body = None if things.endpoint.id == things.about.remove else things.body(things.endpoint, 1)
    answer = things.ask(things.endpoint, name=made.name, body=body)
    refused = answer.status == 428
    expect.that(refused, "precondition-not-asked-for", expected=428, actual=answered(answer), where=STATUS, on=answer)
    after = things.read(made.name)
    same = tag_of(after) == tag_of(before)
    expect.that(same, "precondition-not-asked-for", expected=tag_of(before), actual=tag_of(after), where=ETAG, on=after)
