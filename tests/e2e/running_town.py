"""Vendors that are running, and runs that were made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command_line import Ended

from renkei.cli.mockset import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Running vendors: the folder that their plans lie in, and what each said when it was ready."""

    folder: Path
    ready: Mapping[str, Mapping[str, Any]]

    def plan(self, name: str, text: str) -> Path:
        """Write a plan beside the vendors' secrets."""
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def plan_for(self, *vendors: str, systems: tuple[str, ...] = ("031", "001"), language: str = "ja") -> Path:
        """The plan that the demo would make for these vendors."""
        ready = {name: self.ready[name] for name in vendors}
        name = "-".join((*vendors, *systems, language))
        return self.plan(name, plan_text(ready, "smoke", 1, language, systems))

    def rest(self, vendor: str = "alpha", **changes: Any) -> dict[str, Any]:
        """The [target.rest] of a vendor, changed."""
        line = self.ready[vendor]
        return {
            "base_url": line["base_url"],
            "token_url": line["token_url"],
            "client_id": line["client_id"],
            "client_secret": {"file": f"mocks/{vendor}/client-1.secret"},
            "ca_file": "mocks/tls/ca.pem",
        } | changes

    def secrets(self) -> list[str]:
        """Every secret that was handed to a client."""
        return [path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("mocks/*/client-*.secret"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that went to its end: how the command ended, and where it wrote."""

    ended: Ended
    folder: Path
    plan: Path
