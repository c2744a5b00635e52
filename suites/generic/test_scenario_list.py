"""Lists: page after page without gap or double, the right total, the order that was asked for, exact filters."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from renkei.kit import Blocked, NotApplicable, Provider, requirement
from renkei.kit.endpoint import Endpoint
from renkei.kit.expect import Expect
from renkei.kit.listing import Listing, Page, listing, row_name
from renkei.kit.phrases import at, case_words, phrase
from renkei.kit.thing import Things, request_to, together

# Things that a list must have before its pages say anything, and rows of a small page.
NEEDED, SMALL = 9, 3
# Pages of a walk that are compared with one page as long as all of them.
STEPS = 3
COMPARABLE = re.compile(r"[0-9][0-9:.TZ+/-]*")
WORD = re.compile(r"[A-Za-z0-9_-]+")


def sizes(found: Listing) -> tuple[int, int]:
    """(rows of a small page, pages of them that fit into one answer)."""
    least = found.schema(found.by.limit).get("minimum", 1)
    size = max(SMALL, int(least))
    steps = min(STEPS, found.most // size)
    if steps < 2:
        raise NotApplicable("no-small-pages", found.endpoint.id)
    return size, steps


def filled(target: Provider, expect: Expect, found: Listing, count: int, *, alike: str = "") -> None:
    """See to it that the list has so many things; ``alike`` is a member in which some are to be alike."""
    place = f"filled {found.endpoint.id} {alike}"
    if target.scratch.get(place):
        return
    target.scratch[place] = True
    first = found.page(**({found.by.limit: str(min(count, found.most))} if found.by.limit else {}))
    if first is not None and len(first.rows) >= count and not alike:
        return
    try:
        things = Things(target, expect)
        maker = things.maker
        bodies = [things.body(maker, number) for number in range(count)]
    except (NotApplicable, Blocked):
        return
    for body in bodies if alike in bodies[0] else ():
        body[alike] = bodies[0][alike]
    together(target, [_request(maker, body) for body in bodies])


def _request(maker: Endpoint, body: Any) -> Callable[[], Any]:
    return lambda: maker.request(request_to(maker, body=body))


def walked(expect: Expect, found: Listing, rule: str, **query: str) -> None:
    """Some small pages hold the same rows, in the same order, as one page of the same length."""
    size, steps = sizes(found)
    whole = found.at(0, size * steps, **query)
    if whole is None or len(whole.rows) <= size:
        raise Blocked("control-failed", phrase("too-few-rows"))
    pages = found.walk(size, steps, **query)
    expected = whole.names(found.label)
    actual = [name for page in pages for name in page.names(found.label)]
    on = (whole.answer, *(page.answer for page in pages))
    double = [name for name in dict.fromkeys(actual) if actual.count(name) > 1]
    expect.that(
        not double, rule, expected=phrase("each-row-once"), actual=len(double), where=phrase("rows-double"), on=on
    )
    lost = [name for name in expected if name not in actual]
    expect.that(not lost, rule, expected=phrase("each-row-once"), actual=len(lost), where=phrase("rows-lost"), on=on)
    same = actual == expected
    where = phrase("rows-in-order")
    expect.that(same, rule, expected=phrase("same-as-one-page"), actual=phrase("other-order"), where=where, on=on)


@requirement("GN-33")
def test_pages_have_each_row_once(target, expect):
    """Page after page every row comes once; the last page ends the list, and there is nothing beyond it."""
    found = listing(target)
    filled(target, expect, found, NEEDED)
    walked(expect, found, "pages-not-whole")
    size, _ = sizes(found)
    beyond = None if found.by.cursor and not (found.by.offset or found.by.page) else beyond_the_end(found, size)
    if beyond is not None:
        none = not beyond.rows
        where, count = phrase("beyond-the-end"), len(beyond.rows)
        expect.that(none, "pages-not-whole", expected=0, actual=count, where=where, on=beyond.answer)


def beyond_the_end(found: Listing, size: int) -> Page | None:
    """The page after the last one, None when that cannot be asked for."""
    rows = found.whole()
    if rows is None:
        return None
    number = -(-len(rows) // size)
    name = found.by.offset or found.by.page
    most = found.schema(name).get("maximum")
    asked = number * size if found.by.offset else number + 1
    return None if most is not None and asked > most else found.at(number, size)


@requirement("GN-34")
def test_the_total_is_right(target, expect):
    """The total that a list tells is the number of its rows, on every page."""
    found = listing(target)
    filled(target, expect, found, NEEDED)
    rows = found.whole()
    size, _ = sizes(found)
    pages = found.walk(size, 2)
    if rows is None or not pages or pages[0].total is None:
        raise Blocked("control-failed", phrase("no-total-told"))
    for page in pages:
        right = page.total == len(rows)
        where = phrase("total-of-list")
        expect.that(right, "total-wrong", expected=len(rows), actual=page.total, where=where, on=page.answer)


def orders(found: Listing) -> list[tuple[str, str, bool]]:
    """(value of the sort parameter, member, whether descending) that the document names."""
    given = found.schema(found.by.sort).get("enum") or ()
    page = found.needed()
    members = {name for row in page.rows if isinstance(row, dict) for name in row}
    known = []
    for value in given:
        name = re.sub(r"(?i)^[-+]|[-_:. ](asc|desc)$", "", str(value))
        if name in members:
            known.append((str(value), name, bool(re.search(r"(?i)^-|desc$", str(value)))))
    if not known:
        raise NotApplicable("no-sorting", found.endpoint.id)
    return known


def ordered(values: Sequence[Any], descending: bool) -> bool | None:
    """Whether values are in order; None where only a collation could say."""
    kept = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in kept):
        keys: list[list[Any]] = [kept]
    elif all(isinstance(value, str) and COMPARABLE.fullmatch(value) for value in kept):
        if len({len(value) for value in kept}) > 1:
            return None
        keys = [kept]
    elif all(isinstance(value, str) and WORD.fullmatch(value) for value in kept):
        keys = [kept, [value.lower() for value in kept], [value.upper() for value in kept]]
    else:
        return None
    return any(key == sorted(key, reverse=descending) for key in keys)


def in_order(page: Page, member: str) -> list[Any]:
    """The values of a member, row by row."""
    return [row[member] for row in page.rows if isinstance(row, dict) and member in row]


@requirement("GN-35")
def test_a_list_is_in_the_order_asked_for(target, expect, forall):
    """Rows come in the order that was asked for, up or down; members that only a collation orders are left out."""
    found = listing(target)
    filled(target, expect, found, NEEDED)
    size = {found.by.limit: str(min(found.most, 100))} if found.by.limit else {}

    def judge(order: list[Any]) -> None:
        value, member, descending = order
        page = found.needed(**{found.by.sort: value}, **size)
        good = ordered(in_order(page, member), descending)
        if good is not None and len(page.rows) > 1:
            where = at(found.by.sort, value)
            shown = in_order(page, member)[:6]
            wanted = phrase("descending" if descending else "ascending")
            expect.that(good, "order-not-kept", expected=wanted, actual=shown, where=where, on=page.answer)

    forall.each([list(one) for one in orders(found)], judge)
    if not expect.assertions:
        raise NotApplicable("not-comparable", found.endpoint.id)


@requirement("GN-36")
def test_equal_rows_keep_their_places(target, expect, forall):
    """Rows that are alike in what they are ordered by keep their places from page to page and from time to time."""
    found = listing(target)

    def judge(order: list[Any]) -> None:
        value, member, _ = order
        filled(target, expect, found, NEEDED, alike=member)
        for _ in range(2):
            walked(expect, found, "order-not-stable", **{found.by.sort: value})

    forall.each([list(one) for one in orders(found)], judge)


def exactly(schema: Any) -> bool:
    """Whether a filter by such a parameter means equality: codes, numbers, flags and dates; texts may be searched."""
    kinds = schema.get("type", ())
    return bool({"enum", "const"} & set(schema)) or kinds in ("integer", "boolean") or schema.get("format") == "date"


def text_of(value: Any) -> str:
    """A value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@requirement("GN-37")
def test_filters_are_exact_and_complete(target, expect, forall):
    """A filter gives every row that fits it; codes, numbers and dates fit only if they are equal or within bounds."""
    found = listing(target)
    filled(target, expect, found, NEEDED)
    rows = found.whole()
    if rows is None or not rows:
        raise Blocked("control-failed", phrase("too-few-rows"))
    held = [row for row in rows if isinstance(row, dict)]

    def judge(asked: list[str]) -> None:
        kind, name, member = asked
        told = {text_of(row[member]) for row in held if isinstance(row.get(member), str | int)}
        # Signs that a query may mean as more than themselves say nothing about a filter.
        signless = (text for text in told if text and not set(text) & set(",*%|;"))
        # A code that the parameter does not list is no right request, whoever shows it.
        listed = {text_of(code) for code in found.schema(name).get("enum", ()) if isinstance(code, str | int)}
        values = sorted(text for text in signless if not listed or text in listed)
        for value in dict.fromkeys((values[0], values[len(values) // 2], values[-1])) if values else ():
            compared(expect, found, held, (kind, name, member), value)

    examples = [["equal", name, name] for name in found.by.filters] + [
        [end, name, to] for name, to, end in found.by.bounds
    ]
    forall.each(examples, judge)
    if not expect.assertions:
        raise NotApplicable("no-filter", found.endpoint.id)


def compared(expect: Expect, found: Listing, held: list[Any], asked: tuple[str, str, str], value: str) -> None:
    """The filtered list and the rows of the whole one that fit the filter."""
    kind, name, member = asked
    rows = found.whole(**{name: value})
    if rows is None:
        return
    answer = found.needed(**{name: value}).answer
    names = {row_name(row, found.label) for row in rows}
    if kind == "equal":
        fitting = [row for row in held if text_of(row.get(member)) == value]
        stray = [row[member] for row in rows if isinstance(row, dict) and text_of(row.get(member, value)) != value]
        stray = stray if exactly(found.schema(name)) else []
    else:
        # Whether a bound itself belongs to what it bounds is open.
        known = [row for row in held if isinstance(row.get(member), str | int)]
        inside = (lambda text: text > value) if kind == "from" else (lambda text: text < value)
        fitting = [row for row in known if inside(text_of(row[member]))]
        shown = [row[member] for row in rows if isinstance(row, dict) and isinstance(row.get(member), str | int)]
        stray = [one for one in shown if text_of(one) != value and not inside(text_of(one))]
    lost = [row.get(member) for row in fitting if row_name(row, found.label) not in names]
    where = at(name, case_words(f"filter-{kind}"))
    expect.that(not stray, "filter-wrong", expected=value, actual=stray[:3], where=where, on=answer)
    expect.that(
        not lost, "filter-incomplete", expected=len(fitting), actual=len(fitting) - len(lost), where=where, on=answer
    )
