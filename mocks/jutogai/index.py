"""Who may match a search, found without walking through everybody: a superset, which the search then looks through."""

from collections.abc import Iterable, Iterator, Mapping

ADDRESS = ("jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki", "jusho_katagaki")
# A search for fewer characters than this has no place in the index.
GRAM = 2

Values = Mapping[str, str | None]


def address(values: Values) -> str:
    """住所 as one string, which is what is searched."""
    return "".join(values.get(name) or "" for name in ADDRESS)


class Index:
    """The persons by 氏名, 住所 and 生年月日 of any of their states; nothing is ever taken out."""

    def __init__(self) -> None:
        self._whole: dict[tuple[str, str], list[str]] = {}
        self._grams: dict[tuple[str, str], list[str]] = {}

    def note(self, person: str, values: Values, before: Values | None) -> None:
        """A new state of a person, whose state before may have been noted already."""
        known = dict(_facets(before)) if before is not None else {}
        for facet, text in _facets(values):
            if known.get(facet) == text:
                continue
            self._whole.setdefault((facet, text), []).append(person)
            if facet != "seinengappi":
                for gram in _grams(text):
                    self._grams.setdefault((facet, gram), []).append(person)

    def candidates(self, wanted: Mapping[str, str | None], *, partial: bool) -> Iterable[str] | None:
        """The fewest persons among whom all that match are; None when everybody has to be looked at."""
        found = [people for facet, text in wanted.items() if text for people in self._postings(facet, text, partial)]
        return dict.fromkeys(min(found, key=len)) if found else None

    def _postings(self, facet: str, text: str, partial: bool) -> Iterator[list[str]]:
        if facet == "seinengappi" or not partial:
            yield self._whole.get((facet, text), [])
            return
        for gram in _grams(text):
            yield self._grams.get((facet, gram), [])


def _facets(values: Values) -> Iterator[tuple[str, str]]:
    yield "shimei", values.get("shimei") or ""
    yield "jusho", address(values)
    yield "seinengappi", values.get("seinengappi") or ""


def _grams(text: str) -> set[str]:
    return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
