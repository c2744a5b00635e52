"""Whatever a request holds, 031 answers with one of the documented status codes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mock_consumer import REQUEST, Consumer

from mocks.authority import FUBAN_SCOPE, SHOKAI_SCOPE
from mocks.jutogai.endpoint import FUBAN_PATH, SHOKAI_PATH
from mocks.jutogai.item import FUBAN, SHOKAI

Start = Callable[..., Consumer]
STRANGE: tuple[Any, ...] = (0, -1, 1.5, True, None, "", [], ["1"], {}, {"a": 1}, "\ud800", "\x00", "0" * 5000, "１")
BODIES = (b"", b"null", b"[]", b"1", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"shorikubun": NaN}')


@pytest.mark.parametrize(
    ("path", "items", "scope"), [(FUBAN_PATH, FUBAN, FUBAN_SCOPE), (SHOKAI_PATH, SHOKAI, SHOKAI_SCOPE)]
)
def test_no_value_of_any_type_breaks_it(start: Start, path: str, items: Any, scope: str) -> None:
    """Every parameter with every kind of JSON value is accepted or refused with 400."""
    consumer = start(token_seconds=60, population=4)
    header = {"Authorization": f"Bearer {consumer.token(scope)}", "Content-Type": "application/json"}
    extra = {"kensakuhoho": "1", "rirekikensaku": "0", "dokujishisakushisutemutoid": "000"}
    contents = [json.dumps({**REQUEST, **extra, item.romaji: value}).encode() for item in items for value in STRANGE]

    statuses = {
        consumer.http.post(path, content=content, headers=header).status_code for content in (*contents, *BODIES)
    }

    assert statuses <= {200, 400}


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_no_form_breaks_the_authorization_server(start: Start, path: str) -> None:
    """Forms that make no sense are refused with 400 or 401."""
    consumer = start(population=4)
    forms = (
        b"",
        b"\xff",
        b"grant_type=client_credentials&grant_type=x",
        b"token=%FF&client_assertion=a.b.c",
        b"a" * 50_000,
    )
    headers = ({}, {"Authorization": "Basic /////w=="}, {"Authorization": "Basic"}, {"Authorization": "Basic YQ=="})

    statuses = {
        consumer.http.post(f"/oauth2/{path}", content=form, headers=header).status_code
        for form in forms
        for header in headers
    }

    assert statuses <= {400, 401}
