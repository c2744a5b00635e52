"""One Jinja environment per template folder: autoescape always, unknown names are errors, values are neutral."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from renkei.neutral import neutral


def _finalize(value: Any) -> Any:
    return neutral(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class Renderer:
    """Renders the templates of one folder."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, **values: Any) -> str:
        """The template filled with the values."""
        return self._environment.get_template(template).render(**values)
