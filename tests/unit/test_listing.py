"""Lists and things of foreign contracts are read in every usual form, and first looks are made ahead, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from renkei.flow.exchange import Exchange, Request, Response
from renkei.flow.resource import Field, plain
from renkei.kit.listing import page_of, row_name
from renkei.kit.thing import Ahead, put, record, tag_of, value_at

ROWS = [{"id": "a"}, {"id": "b"}]


def answer(body: Any, *headers: tuple[str, str], status: int = 200) -> Exchange:
    """An exchange with that answer."""
    response = Response(status=status, headers=headers, body=json.dumps(body).encode())
    return Exchange(request=Request(method="GET", url="http://127.0.0.1/"), response=response)


@pytest.mark.parametrize(
    ("body", "headers", "total", "cursor"),
    [
        (ROWS, (), None, ""),
        (ROWS, (("X-Total-Count", "7"),), 7, ""),
        ({"items": ROWS, "total": 2}, (), 2, ""),
        ({"data": ROWS, "meta": {"totalCount": 9, "next_cursor": "x1"}}, (), 9, "x1"),
        ({"data": ROWS, "links": {"next": "https://a.example/b?limit=2&cursor=x2"}}, (), None, "x2"),
        ({"data": ROWS, "next": "https://a.example/b?limit=2"}, (), None, ""),
    ],
)
def test_a_list_is_found_in_its_envelope(body: Any, headers: Any, total: int | None, cursor: str) -> None:
    """Rows, total and cursor are found at the top, in an object beside the rows, in a header or a link."""
    page = page_of(answer(body, *headers))

    assert page is not None
    assert (page.names("id"), page.total, page.cursor) == (["a", "b"], total, cursor)


@pytest.mark.parametrize("body", [{"a": [], "b": []}, {"a": 1}, 5, None])
def test_what_has_no_single_list_is_none(body: Any) -> None:
    """An answer with no list, or with two, says nothing about pages."""
    assert page_of(answer(body)) is None


def test_a_row_without_a_name_stands_for_itself() -> None:
    """Rows are told apart by what names them in the path, else by all of their content."""
    assert row_name({"residentId": "7", "name": "x"}, "residentId") == "7"
    assert row_name({"name": "x"}, "residentId") != row_name({"name": "y"}, "residentId")


def test_members_are_set_and_read_by_pointer() -> None:
    """A pointer leads through objects that are there, and makes none."""
    body: dict[str, Any] = {"a": {"b": 1}}

    assert put(body, "/a/b", 2)
    assert not put(body, "/x/b", 2)
    assert value_at(body, "/a/b") == (True, 2)
    assert value_at(body, "/a/c") == (False, None)


@pytest.mark.parametrize("body", [{"name": "x"}, {"data": {"name": "x"}}, [{"name": "x"}], {"items": [{"name": "x"}]}])
def test_the_shown_thing_is_found(body: Any) -> None:
    """The object that shows a thing is the body, one of its objects, or its only row."""
    assert record(answer(body), {"name": "", "kind": ""}) == {"name": "x"}


def test_a_refusal_shows_nothing() -> None:
    """Members of an error body are no members of a thing."""
    assert record(answer({"name": "x"}, status=404), {"name": ""}) is None
    assert tag_of(answer({}, ("ETag", '"1"'))) == '"1"'


def test_a_first_look_is_made_once_and_ahead() -> None:
    """Examples are looked at together first; a second look at one is made anew, alone."""
    looks: list[list[Any]] = []

    def look(examples: Any) -> list[Any]:
        looks.append(list(examples))
        return [f"seen {one}" for one in examples]

    ahead = Ahead(look, [["a"], ["b"]])

    assert [ahead(["a"]), ahead(["b"]), ahead(["a"])] == ["seen ['a']", "seen ['b']", "seen ['a']"]
    assert looks == [[["a"], ["b"]], [["a"]]]


@pytest.mark.parametrize(
    ("schema", "is_what"),
    [
        ({"type": "string", "maxLength": 5}, "free"),
        ({"type": ["string", "null"], "format": "date-time"}, "instant"),
        ({"type": "string", "pattern": "^[0-9]{8}$"}, "digits"),
        ({"type": "integer", "minimum": 0}, "numeric"),
        ({"type": "boolean"}, "protects"),
    ],
)
def test_members_are_told_apart(schema: dict[str, Any], is_what: str) -> None:
    """What a member may hold says which scenario it serves."""
    found = Field(path=("shienProtected",), schema=schema)

    assert [name for name in ("free", "instant", "digits", "numeric", "protects") if getattr(found, name)] == [is_what]


def test_names_are_compared_without_their_joints() -> None:
    """page_size, pageSize and page-size are one name."""
    assert {plain(name) for name in ("page_size", "pageSize", "Page-Size")} == {"pagesize"}
