"""Lists: as many items as were asked for, and only those that were asked for."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

from renkei.kit import Blocked, Exchange, NotApplicable, Provider, requirement
from renkei.kit.endpoint import KNOWN, Endpoint
from renkei.kit.phrases import answered, phrase

LIMITS = ("limit", "count", "size", "pagesize", "perpage", "maxresults", "rows", "take", "top")
# Items of a list that is judged for honesty: more of them make no difference.
LOOKED_AT = 200


def items(answer: Exchange) -> list[Any] | None:
    """The list that an answer is: its body, or the only list in it."""
    try:
        body = answer.json()
    except ValueError:
        return None
    if isinstance(body, list):
        return body
    lists = [value for value in body.values() if isinstance(value, list)] if isinstance(body, Mapping) else []
    return lists[0] if len(lists) == 1 else None


def queries(endpoint: Endpoint) -> dict[str, Mapping[str, Any]]:
    """The schemas of the query parameters by name."""
    return {part["name"]: part.get("schema", {}) for part in endpoint.node["parameters"] if part["in"] == "query"}


def asked(endpoint: Endpoint, **values: str) -> Exchange:
    """The answer to the simplest valid request with these query parameters, all other optional ones left out."""
    if endpoint.operation.method != "get":
        raise NotApplicable("not-a-reading-operation", endpoint.id)
    valid = [sent for sent in endpoint.valid() if KNOWN not in sent["path"]]
    if not valid:
        raise Blocked("nothing-generated", endpoint.id)
    simplest = min(valid, key=lambda sent: len(sent["path"]))
    required = {part["name"] for part in endpoint.node["parameters"] if part.get("required")}
    path, _, query = simplest["path"].partition("?")
    pairs = [(k, v) for k, v in urllib.parse.parse_qsl(query, keep_blank_values=True) if k in required - set(values)]
    encoded = urllib.parse.urlencode([*pairs, *values.items()])
    return endpoint.send(simplest | {"path": path + (f"?{encoded}" if encoded else "")})


def listed(endpoint: Endpoint, **values: str) -> tuple[Exchange, list[Any]]:
    """The answer and its list; not applicable when it is none."""
    answer = asked(endpoint, **values)
    found = items(answer) if answer.status == 200 else None
    if found is None:
        raise NotApplicable("no-list", endpoint.id)
    return answer, found


def limiting(target: Provider) -> tuple[Endpoint, str]:
    """The endpoint and the parameter that limits its list."""
    endpoint = Endpoint(target)
    names = [
        name
        for name, schema in queries(endpoint).items()
        if name.lower().replace("_", "").replace("-", "") in LIMITS and schema.get("type") == "integer"
    ]
    if not names:
        raise NotApplicable("no-list", endpoint.id)
    return endpoint, names[0]


@requirement("GN-21")
def test_a_list_has_no_more_items_than_asked_for(target, expect, forall):
    """With a limit of one or two there are no more items than that, and with two no fewer than there are with one."""
    endpoint, name = limiting(target)
    schema = queries(endpoint)[name]
    allowed = [n for n in (1, 2, 3) if schema.get("minimum", 1) <= n <= schema.get("maximum", 3)]
    if not allowed:
        raise NotApplicable("no-list", endpoint.id)

    def judge(limit: int) -> None:
        answer, found = listed(endpoint, **{name: str(limit)})
        good = len(found) <= limit
        expect.that(good, "limit-ignored", expected=f"≤ {limit}", actual=len(found), where=name, on=answer)

    forall.each(allowed, judge)


@requirement("GN-22")
def test_a_filtered_list_holds_what_was_asked_for(target, expect, forall):
    """A query parameter named like a member of the items gives only items with that value."""
    endpoint = Endpoint(target)
    _, everything = listed(endpoint)
    whole = [item for item in everything if isinstance(item, Mapping)][:LOOKED_AT]
    names = [
        name
        for name, schema in queries(endpoint).items()
        if schema.get("type") in ("string", "integer", "boolean")
        and any(isinstance(item.get(name), str | int) for item in whole)
    ]
    if not names:
        raise NotApplicable("no-list", endpoint.id)

    def judge(name: str) -> None:
        value = next(item[name] for item in whole if isinstance(item.get(name), str | int))
        text = str(value).lower() if isinstance(value, bool) else str(value)
        answer = asked(endpoint, **{name: text})
        found = items(answer) if answer.status == 200 else None
        if found is None:
            raise Blocked("control-failed", phrase("in-case", case=name, said=answered(answer)))
        others = [item[name] for item in found if isinstance(item, Mapping) and name in item]
        # A search by a part of the value, or without regard to case, is a filter, too.
        stray = [one for one in others if text.casefold() not in str(one).casefold()]
        expect.that(not stray, "filter-ignored", expected=text, actual=stray[:3], where=name, on=answer)

    forall.each(names, judge)
