"""A diagnosis as people read it: what happened, what was expected, what to do next, who can act."""

from __future__ import annotations

from renkei.catalogue import Catalogue
from renkei.errors import RenkeiError
from renkei.neutral import neutral

PARTS = ("message", "expected", "hint")


def render(error: RenkeiError, language: str) -> str:
    """Up to five lines in that language; a code that the catalogue lacks still shows its values."""
    words = Catalogue(language)
    lines = [f"{words.text('cli.error')} [{error.code}]"]
    lines += [f"  {words.text(f'cli.{part}')}{text}" for part, text in sentences(error, words).items()]
    if len(lines) == 1:
        lines.append("  " + " ".join(f"{name}={neutral(str(value))}" for name, value in error.values.items()))
    lines.append(f"  {words.text('cli.owner')}{words.text(f'owners.{error.owner}')}")
    return "\n".join(lines)


def sentences(error: RenkeiError, words: Catalogue) -> dict[str, str]:
    """What happened, what was expected and what to do next, as far as the catalogue has words for the code."""
    values = {name: neutral(str(value)) for name, value in error.values.items()}
    found = {}
    for part in PARTS:
        keys = (f"{table}.{error.code}.{part}" for table in ("errors", "blocked"))
        key = next(filter(words.has, keys), "")
        if key:
            found[part] = words.text(key, **values)
    return found
