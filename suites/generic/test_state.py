"""What was written can be read: creating, reading, changing and deleting through the operations of one path."""

import copy
import json
import re
import urllib.parse
from typing import Any

from renkei.kit import Blocked, Exchange, NotApplicable, Provider, requirement
from renkei.kit.endpoint import KNOWN, Endpoint
from renkei.kit.phrases import BODY, STATUS, answered, case_words, joined, phrase

# Characters that systems lose: variants, surrogate pairs, dashes that look alike, half-width kana, a space of two widths.
HARD = "辻󠄀𠮷～〜－ｱ　é"
GONE = (404, 410)
CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
# Members that may change with every write.
STAMP = re.compile(r"(?i:time|date|version|etag|revision|_at$)|At$|日時")


def operation_on(target: Provider, method: str, path: str) -> str:
    """The id of the operation of that method and path; not applicable when the document has none."""
    endpoint = Endpoint(target)
    found = next((one.id for one in endpoint.all.values() if one.method == method and one.path == path), "")
    if not found:
        raise NotApplicable("no-partner-operation", f"{method.upper()} {path}")
    return found


def item_path(target: Provider) -> str:
    """The path of one thing of the collection that the current POST operation creates in."""
    endpoint = Endpoint(target)
    base = endpoint.operation.path.rstrip("/")
    items = [
        one.path
        for one in endpoint.all.values()
        if one.path.startswith(f"{base}/{{") and one.path.endswith("}") and one.path.count("{") == base.count("{") + 1
        and "/" not in one.path[len(base) + 1 :]
    ]  # fmt: skip
    if endpoint.operation.method != "post" or not items or "{" in base:
        raise NotApplicable("creates-nothing-readable", endpoint.id)
    return items[0]


def created(target: Provider, reader: Endpoint, change: Any = None) -> tuple[Exchange, str]:
    """A thing created by the current operation, and the value that names it."""
    maker = Endpoint(target)
    for sent in maker.valid()[:6]:
        chosen = sent | ({"text": json.dumps(change(sent), ensure_ascii=False)} if change else {})
        answer = maker.send(maker.unrepeated(chosen))
        if answer.status in (200, 201):
            name = reader.identity(answer)
            if name:
                return answer, name
            raise NotApplicable("creates-nothing-readable", maker.id)
    raise Blocked("control-failed", phrase("nothing-created"))


def on_item(endpoint: Endpoint, name: str) -> Exchange:
    """The answer of an operation on one thing, asked with one of its valid requests."""
    valid = [sent for sent in endpoint.valid() if KNOWN in sent["path"]] or endpoint.valid()
    if not valid:
        raise Blocked("nothing-generated", endpoint.id)
    path = endpoint.operation.path.rpartition("{")[0] + urllib.parse.quote(name, safe="")
    query = valid[0]["path"].partition("?")[2]
    # A generated state is not the one that the thing is in: other requirements judge changes that name their state.
    headers = [pair for pair in valid[0]["headers"] if pair[0].lower() not in CONDITIONS]
    return endpoint.send(valid[0] | {"headers": headers, "path": path + (f"?{query}" if query else "")})


@requirement("GN-16")
def test_what_was_created_can_be_read(target, expect):
    """A thing that was created is found by the name that the answer told."""
    path = item_path(target)
    reader = Endpoint(target, operation_on(target, "get", path))
    _, name = created(target, reader)
    answer = on_item(reader, name)
    found = 200 <= answer.status < 300
    wanted = phrase("success-status")
    expect.that(found, "created-thing-not-found", expected=wanted, actual=answered(answer), where=path, on=answer)


def body_of(answer: Exchange) -> Any:
    """The JSON body of an answer, None when there is none."""
    try:
        return answer.json()
    except ValueError:
        return None


def open_texts(endpoint: Endpoint) -> list[str]:
    """Members of the JSON body that may hold any text of the length of the hard one."""
    schema = endpoint.target.request_schema(endpoint.id)
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return [
        name
        for name, part in properties.items()
        if isinstance(part, dict)
        and part.get("type") == "string"
        and not {"enum", "pattern", "format", "const"} & set(part)
        and part.get("minLength", 0) <= len(HARD) <= part.get("maxLength", len(HARD))
    ]


@requirement("GN-17")
def test_values_come_back_as_they_were_sent(target, expect):
    """Members of a created thing that the reading operation shows have the values that were sent."""
    path = item_path(target)
    reader = Endpoint(target, operation_on(target, "get", path))
    maker = Endpoint(target)
    if not maker.operation.json_request:
        raise NotApplicable("no-json-body", maker.id)
    texts = open_texts(maker)

    def harder(sent: dict[str, Any]) -> Any:
        body = json.loads(sent["text"])
        return body | dict.fromkeys(texts, HARD) if isinstance(body, dict) else body

    made, name = created(target, reader, harder)
    answer = on_item(reader, name)
    shown = body_of(answer)
    sent = json.loads(made.request.body)
    if answer.status != 200 or not isinstance(shown, dict) or not isinstance(sent, dict):
        raise Blocked("control-failed", answered(answer))
    inner = next((part for part in shown.values() if isinstance(part, dict) and set(sent) <= set(part)), shown)
    for member in sorted(set(sent) & set(inner)):
        same = inner[member] == sent[member]
        expect.that(
            same, "value-not-kept", expected=sent[member], actual=inner[member], where=f"/{member}", on=(made, answer)
        )
    if not expect.assertions:
        raise NotApplicable("creates-nothing-readable", maker.id)


@requirement("GN-18")
def test_what_was_deleted_is_gone(target, expect):
    """A thing that was deleted is not shown any more."""
    path = item_path(target)
    reader = Endpoint(target, operation_on(target, "get", path))
    remover = Endpoint(target, operation_on(target, "delete", path))
    _, name = created(target, reader)
    before, removal = on_item(reader, name), on_item(remover, name)
    if before.status != 200 or not 200 <= removal.status < 300:
        raise Blocked("control-failed", joined((answered(before), answered(removal)), ", "))
    answer = on_item(reader, name)
    gone = answer.status in GONE
    expect.that(gone, "deleted-thing-shown", expected="404 / 410", actual=answer.status, where=path, on=answer)


@requirement("GN-19")
def test_reading_twice_gives_the_same_status(target, expect, forall):
    """The same GET request sent twice in a row is answered with the same status."""
    endpoint = Endpoint(target)
    if endpoint.operation.method != "get":
        raise NotApplicable("not-a-reading-operation", endpoint.id)

    def judge(sent: dict[str, Any]) -> None:
        first, second = endpoint.send(sent), endpoint.send(sent)
        if first.response is None or second.response is None:
            raise Blocked("no-answer", case_words(first.error or second.error))
        expect.that(
            first.status == second.status,
            "reading-changes-status",
            expected=first.status,
            actual=second.status,
            where=phrase("second-request"),
            on=(first, second),
        )

    valid = [sent for sent in endpoint.valid() if KNOWN not in sent["path"]][:2]
    if not valid:
        raise Blocked("nothing-generated", endpoint.id)
    forall.each(copy.deepcopy(valid), judge)


@requirement("GN-20")
def test_putting_twice_is_like_putting_once(target, expect):
    """The same PUT sent twice leaves the thing as one PUT does."""
    endpoint = Endpoint(target)
    if endpoint.operation.method != "put":
        raise NotApplicable("not-a-replacing-operation", endpoint.id)
    reader = Endpoint(target, operation_on(target, "get", endpoint.operation.path))
    name = reader.known(fresh=True)
    if not name:
        raise Blocked("no-known-value", endpoint.operation.path)
    once, shown = on_item(endpoint, name), body_of(on_item(reader, name))
    if not 200 <= once.status < 300 or shown is None:
        raise Blocked("control-failed", answered(once))
    twice = on_item(endpoint, name)
    again = on_item(reader, name)
    expect.that(
        200 <= twice.status < 300, "second-put-differs", expected=once.status, actual=answered(twice), where=STATUS,
        on=(once, twice),
    )  # fmt: skip
    changed = [key for key in shown if body_of(again).get(key) != shown[key]] if isinstance(shown, dict) else []
    still = [key for key in changed if not STAMP.search(key)]
    wanted = phrase("as-after-first")
    expect.that(not still, "second-put-differs", expected=wanted, actual=", ".join(still), where=BODY, on=again)
