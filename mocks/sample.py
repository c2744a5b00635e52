"""Servers of other standards' documents, started alike: `python -m mocks.registry` and `python -m mocks.wards`."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette

from mocks.fault import Faults
from mocks.server import listen, serve


class Planted(Protocol):
    """A defect: its operation (`verb_place`), its name, what it shows by, and what it may break beside."""

    @property
    def operation(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def shows(self) -> str: ...
    @property
    def ours(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sample server: the places of its document, how it is made, and how a plan reaches it.

    ``access`` are keys of a plan's ``[target.rest]`` in which ``{base_url}`` is filled in; ``secrets`` are the texts of the files
    that they name.
    """

    places: tuple[str, ...]
    document: Callable[[tuple[str, ...]], dict[str, Any]]
    application: Callable[[Sequence[Any]], Starlette]
    defects: Sequence[Planted]
    access: Mapping[str, Any]
    secrets: Mapping[str, str]

    def main(self, name: str, arguments: Sequence[str]) -> int:
        """Serve until told to stop. When ready, one line of JSON says all that a plan needs, and where each defect is."""
        parser = argparse.ArgumentParser(prog=f"python -m {name}")
        parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
        parser.add_argument("--place", action="append", choices=self.places, help="only these places")
        parser.add_argument("--defects", action="store_true", help="with the defects of every place")
        parser.add_argument("--with-parent", action="store_true", help="end when the standard input ends")
        args = parser.parse_args(arguments)
        places = tuple(args.place or self.places)
        chosen = [one for one in self.defects if args.defects and one.operation.partition("_")[2] in places]
        sock = listen("127.0.0.1", args.port)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        access = {
            key: text.format(base_url=url) if isinstance(text, str) else text for key, text in self.access.items()
        }
        ready = {
            "ready": True,
            "base_url": url,
            "document": self.document(places),
            "access": access,
            "secrets": dict(self.secrets),
            "defects": [{"operation": one.shows, "name": one.name, "requirements": sorted(one.ours)} for one in chosen],
        }
        serve(self.application(chosen), sock, ready, Faults(()), with_parent=args.with_parent)
        return 0
