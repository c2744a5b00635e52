"""A diagnosis as people read it: what happened, what was expected, what to do next, who can act."""

from __future__ import annotations

from renkei.catalogue import Catalogue
from renkei.errors import RenkeiError
from renkei.neutral import neutral


def render(error: RenkeiError, language: str) -> str:
    """Up to five lines in that language; a code that the catalogue lacks still shows its values."""
    words = Catalogue(language)
    values = {name: neutral(str(value)) for name, value in error.values.items()}
    lines = [f"{words.text('cli.error')} [{error.code}]"]
    for part in ("message", "expected", "hint"):
        keys = (f"{table}.{error.code}.{part}" for table in ("errors", "blocked"))
        key = next(filter(words.has, keys), "")
        if key:
            lines.append(f"  {words.text(f'cli.{part}')}{words.text(key, **values)}")
    if len(lines) == 1:
        lines.append("  " + " ".join(f"{name}={value}" for name, value in values.items()))
    lines.append(f"  {words.text('cli.owner')}{words.text(f'owners.{error.owner}')}")
    return "\n".join(lines)
