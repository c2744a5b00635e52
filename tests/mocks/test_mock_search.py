"""The search by index finds whom a walk through everybody finds."""

import asyncio
import random

from mocks.fault import Faults
from mocks.jutogai.register import Register
from mocks.jutogai.search import Question, Search

NAMES = ("佐藤　一郎", "佐藤", "一郎", "斎藤　一", "髙󠄁橋　𠮷野")
TOWNS = ("千代田区", "港区", "")


def register(chance: random.Random) -> Register:
    """A hundred persons, some of them with a history of several names and addresses."""
    made = Register(Faults(), lambda _number: False)
    for _ in range(100):
        row = asyncio.run(made.create(state(chance)))
        for _ in range(chance.choice((0, 0, 1, 3))):
            asyncio.run(made.update(row.number, state(chance)))
    return made


def state(chance: random.Random) -> dict[str, str | None]:
    """A person's values."""
    birth = chance.choice(("1964-07-01", "2000-02-29", None))
    town = chance.choice(TOWNS)
    return {"shimei": chance.choice(NAMES), "jusho_shikugunchosonmei": town, "seibetsu": "1", "seinengappi": birth}


def test_the_index_loses_nobody() -> None:
    """Two hundred random questions, exact and partial, over the present and over history: the same rows as without index."""
    chance = random.Random(1)
    people, search = register(chance), Search(Faults())
    numbers = [person.number for person in people]
    hits = 0
    for _ in range(200):
        question = Question(
            partial=chance.random() < 0.5,
            history=chance.random() < 0.5,
            atenabango=chance.choice((None, None, None, chance.choice(numbers), "000000000000000")),
            shimei=chance.choice((None, "藤", "佐藤", "佐藤　一郎", "", "𠮷")),
            jusho=chance.choice((None, "田", "千代田区", "代田", "港区")),
            seibetsu=chance.choice((None, "1", "2")),
            seinengappi=chance.choice((None, "1964-07-01", "1999-01-01")),
            gyomuid="019",
        )
        walked = {
            person.number
            for person in people
            if any(question.matches(row) for row in (person.rows if question.history else person.rows[-1:]))
        }
        found = {row.number for row, _ in search.find(people, question)}
        hits += len(found)
        assert found == walked, question
    assert hits > 200
