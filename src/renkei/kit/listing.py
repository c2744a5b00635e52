"""Lists of a foreign contract: asked for page by page, by order and by filter, and read row by row."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.flow.exchange import Exchange
from renkei.flow.resource import TOTALS, Asking, asking, parameters, plain, resource_of
from renkei.kit.endpoint import Endpoint, named_by
from renkei.kit.expect import Blocked, NotApplicable
from renkei.kit.phrases import answered
from renkei.kit.target import Provider
from renkei.kit.thing import request_to

# The most rows in one answer that we ask for, and the most answers for one whole list.
MOST, PAGES = 500, 40
NEXT = frozenset({"next", "nextcursor", "cursor", "nextpagetoken", "nexttoken", "continuation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a list: its rows, the total that it tells (None: none), and the cursor of the next one."""

    answer: Exchange
    rows: tuple[Any, ...]
    total: int | None
    cursor: str

    def names(self, label: str) -> list[str]:
        """What stands for each row."""
        return [row_name(row, label) for row in self.rows]


class Listing:
    """The list that the current operation gives."""

    def __init__(self, target: Provider, operation: str = "") -> None:
        self.target = target
        self.endpoint = Endpoint(target, operation)
        self.by: Asking = asking(self.endpoint.document, self.endpoint.operation)
        about = resource_of(self.endpoint.all, self.endpoint.operation)
        self.label = about.label if about else "id"

    def schema(self, name: str) -> Mapping[str, Any]:
        """The schema of a query parameter."""
        known = parameters(self.endpoint.document, self.endpoint.operation)
        schema: Mapping[str, Any] = known.get(("query", name), {}).get("schema", {})
        return schema

    @property
    def most(self) -> int:
        """The most rows that one answer may be asked to have."""
        told = self.schema(self.by.limit).get("maximum", MOST) if self.by.limit else MOST
        return min(int(told), MOST) if isinstance(told, int | float) else MOST

    def page(self, **query: str) -> Page | None:
        """The list for these parameters, None when it is refused or is none."""
        answer = self.endpoint.send(request_to(self.endpoint, query=query))
        return page_of(answer) if answer.status == 200 else None

    def needed(self, **query: str) -> Page:
        """The same; blocked when it is none."""
        answer = self.endpoint.send(request_to(self.endpoint, query=query))
        found = page_of(answer) if answer.status == 200 else None
        if found is None:
            raise Blocked("control-failed", answered(answer))
        return found

    def at(self, number: int, size: int, before: Page | None = None, **query: str) -> Page | None:
        """Page ``number`` (0 is the first) of that size; with cursors ``before`` is the page before it."""
        asked = self.query(number, size, before)
        return None if asked is None else self.page(**{**asked, **query})

    def query(self, number: int, size: int, before: Page | None = None) -> dict[str, str] | None:
        """The parameters that ask for that page, None where nothing leads to it."""
        by = self.by
        asked = {by.limit: str(size)} if by.limit else {}
        if by.offset:
            return asked | {by.offset: str(number * size)}
        if by.page:
            return asked | {by.page: str(number + self._first_page())}
        if not number:
            return asked
        return asked | {by.cursor: before.cursor} if before is not None and before.cursor and by.cursor else None

    def _first_page(self) -> int:
        schema = self.schema(self.by.page)
        told = schema.get("minimum", schema.get("default", 1))
        return 0 if told == 0 else 1

    def walk(self, size: int, pages: int, **query: str) -> list[Page]:
        """Up to so many pages from the first on, until one has nothing new or none follows."""
        found: list[Page] = []
        seen: set[str] = set()
        while len(found) < pages:
            page = self.at(len(found), size, found[-1] if found else None, **query)
            names = set(page.names(self.label)) if page else set()
            if page is None or names <= seen:
                break
            found.append(page)
            seen |= names
        return found

    @property
    def narrowed(self) -> bool:
        """Whether it must be asked for some things only: then others are rightly not in it."""
        by = self.by
        paging = {by.limit, by.offset, by.page, by.cursor, by.sort, by.order}
        known = parameters(self.endpoint.document, self.endpoint.operation)
        return any(
            location == "query" and part.get("required") and name not in paging
            for (location, name), part in known.items()
        )

    def whole(self, **query: str) -> list[Any] | None:
        """Every row, None when there are more than one may ask for."""
        if not self.by.pages:
            return list(self.needed(**query).rows)
        pages = self.walk(self.most, PAGES, **query)
        full = len(pages) == PAGES
        return None if full else [row for page in pages for row in page.rows]


def listing(target: Provider) -> Listing:
    """The list of the current operation; not applicable when it is none."""
    found = Listing(target)
    if found.endpoint.operation.method != "get":
        raise NotApplicable("not-a-reading-operation", found.endpoint.id)
    return found


def page_of(answer: Exchange) -> Page | None:
    """The list that an answer is: its body, or the only list of objects in it."""
    try:
        body = answer.json()
    except ValueError:
        return None
    told = dict(body) if isinstance(body, Mapping) else {}
    inner = [value for value in told.values() if isinstance(value, Mapping)]
    told = {name: value for part in (*inner, told) for name, value in part.items()}
    lists = [value for value in told.values() if isinstance(value, list)]
    rows = body if isinstance(body, list) else lists[0] if len(lists) == 1 else None
    if rows is None:
        return None
    headers = dict(answer.response.headers) if answer.response else {}
    cursor = next((value for name, value in told.items() if plain(name) in NEXT and isinstance(value, str)), "")
    return Page(answer=answer, rows=tuple(rows), total=_total({**headers, **told}), cursor=_cursor(cursor))


def _total(told: Mapping[str, Any]) -> int | None:
    for name, value in told.items():
        if plain(name) in TOTALS and str(value).isdecimal() and not isinstance(value, bool):
            return int(value)
    return None


def _cursor(text: str) -> str:
    """The cursor itself, also where a whole address is told."""
    if not text.startswith(("http://", "https://", "/", "?")):
        return text
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(text).query)
    return next((value for name, value in pairs if plain(name) in ("cursor", "after", "pagetoken")), "")


def row_name(row: Any, label: str) -> str:
    """What stands for a row: its name, else all of it."""
    found = named_by(row, label) if isinstance(row, Mapping) else None
    return found or repr(row)
