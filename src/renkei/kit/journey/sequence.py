"""A sequence of events that nobody wrote down: told in the words of its acts, as a story that can be played and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.flow.journey import MODEL, Step, Story
from renkei.flow.requirement import Requirement
from renkei.kit.journey.act import Act
from renkei.kit.journey.chance import Chance
from renkei.kit.journey.story import people_of
from renkei.kit.journey.truth import Truth

NAMES = tuple("甲乙丙丁戊己庚辛壬癸")
WAITS: Mapping[str, str] = {"day": "1 day", "month": "1 month", "year": "1 year", "minutes": "10 minutes"}
# In so much time offices do much that falls due, and tell each other of it only in the nights after.
LEAPS = (WAITS["month"], WAITS["year"])
HURRIED = "none"
RESIDENTS = "001"
# What one office tells at night another answers the next night, and a third takes in the night after.
NIGHTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Steps in order, and who takes part by what they are like. Only acts and waits: what must be so is asked besides."""

    steps: tuple[Step, ...] = ()
    cast: Mapping[str, Mapping[str, Any]]

    def of(self, steps: Iterable[Step]) -> Sequence:
        """Some of the steps, with those who take part in them."""
        chosen = tuple(steps)
        named = {name for step in chosen for name in named_by(step)}
        return Sequence(steps=chosen, cast={name: like for name, like in self.cast.items() if name in named})

    def story(self, *requirements: Requirement, waited: int = 0, about: tuple[str, ...] = ()) -> Story:
        """The whole as a story that ends with what must be so, ``waited`` nights later, of these people or of everybody."""
        title = {language: ", ".join(one.title(language) for one in requirements) for language in LANGUAGES}
        ja, en = (Catalogue(language).text("acts.check", title=title[language]) for language in LANGUAGES)
        values = {"who": list(about)} if about else {}
        check = Step(ja=ja, en=en, check=tuple(one.id for one in requirements), values=values)
        titles = [Catalogue(language).text("acts.sequence") for language in LANGUAGES]
        return Story(
            id=MODEL,
            title_ja=titles[0],
            title_en=titles[1],
            clause=requirements[0].clause if requirements else "-",
            systems=(RESIDENTS,),
            steps=(*self.steps, *nights(waited), check),
            cast=tuple({"name": name, "like": like} for name, like in self.cast.items()),
        )


def acted(
    act: Act, chance: Chance, names: tuple[str, ...], *, hurried: bool = False, check: tuple[str, ...] = ()
) -> Step:
    """The step that takes a chance, about people of these names; ``hurried``: the next follows before anything is told.

    ``check`` is what an office is asked for after it.
    """
    values: dict[str, Any] = {"who": list(names)} if names else {}
    if chance.given:
        values["with"] = plain(chance.given)
    if hurried:
        values["wait"] = HURRIED
    at = chance.at or act.system
    if at != RESIDENTS and not hurried:
        # What other offices tell goes out at night.
        values["wait"] = WAITS["day"]
    code = f"acts.{chance.words or act.name}"
    ja, en = (_sentence(language, code, act.name, names, chance.other, at) for language in LANGUAGES)
    return Step(ja=ja, en=en, act=act.name, at=at, check=check, values=values)


def _sentence(language: str, code: str, act: str, names: tuple[str, ...], other: str, at: str) -> str:
    words = Catalogue(language)
    by = "、" if language == "ja" else ", "
    who = by.join(names)
    return words.text(code if words.has(code) else "acts.anything", who=who, other=other, at=at, act=act)


def waited(name: str) -> Step:
    """The step that lets time pass."""
    ja, en = (Catalogue(language).text(f"acts.{name}") for language in LANGUAGES)
    return Step(ja=ja, en=en, values={"wait": WAITS[name]})


def nights(count: int) -> list[Step]:
    """So many nights without anything done."""
    return [waited("day")] * count


def reaches_offices(steps: Iterable[Step]) -> bool:
    """Whether anything was done elsewhere than at 001."""
    return any(step.act and step.at != RESIDENTS for step in steps)


def taken(step: Step, truth: Truth) -> Chance:
    """The chance that a step takes, by what is known now: of whoever is new nothing is."""
    names = people_of(step)
    new = [one.like for one in map(truth.person, names) if not one.entered and not one.facts]
    given = step.values.get("with", {})
    if new and len(new) == len(names):
        return Chance(new=tuple(new), at=step.at, given=given)
    return Chance(who=names, at=step.at, given=given)


def is_alike(one: Chance, other: Chance, act: Act) -> bool:
    """Whether two chances of an act are the same thing, whatever it is called."""
    return _key(one, act) == _key(other, act)


def _key(chance: Chance, act: Act) -> str:
    return json.dumps([chance.who, chance.new, chance.at or act.system, chance.given], sort_keys=True, default=list)


def named_by(step: Step) -> Iterator[str]:
    """Everybody whom a step speaks of, in whatever part."""
    yield from people_of(step)
    for value in step.values.get("with", {}).values():
        given = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else (value,)
        yield from (name for name in given if name in NAMES)


def plain(value: Any) -> Any:
    """The same of lists, tables and single values only, as a file has it."""
    return json.loads(json.dumps(value, ensure_ascii=False, default=dict))


def written(story: Story) -> str:
    """A story as its file says it."""
    lines = [
        f"{name} = {_toml(value)}"
        for name, value in (
            ("id", story.id),
            ("title_ja", story.title_ja),
            ("title_en", story.title_en),
            ("clause", story.clause),
            ("systems", list(story.systems)),
        )
    ]
    for person in story.cast:
        lines += ["", "[[cast]]", f"name = {_toml(person['name'])}", f"like = {_toml(plain(person['like']))}"]
    for step in story.steps:
        own = {"ja": step.ja, "en": step.en, "act": step.act, "at": step.at, **step.values, "check": list(step.check)}
        lines += ["", "[[step]]", *(f"{name} = {_toml(value)}" for name, value in own.items() if value not in ("", []))]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
