"""Which search the model's sequences come from: a digest of what decides which are played."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JOURNEYS = ROOT / "src" / "renkei" / "kit" / "journey"
SEARCH = (
    ROOT / "src/renkei/kit/strategies/municipality.py",
    *(path for name in ("act*", "chance*", "model", "novelty", "sequence", "trial", "truth")
      for path in sorted(JOURNEYS.glob(f"{name}.py"))),
)  # fmt: skip


class Silent(ast.NodeTransformer):
    """A module without what it says about itself."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """What is only said is left out."""
        return None if isinstance(node.value, ast.Constant) else node


def search(steps: int) -> str:
    """The digest of the present search, with examples of so many steps: of what its modules do, not of how they say it.

    How many examples it may take is no part of it: a longer search begins with the shorter one.
    """
    done = "".join(ast.dump(Silent().visit(ast.parse(path.read_text(encoding="utf-8")))) for path in SEARCH)
    return hashlib.sha256(f"{steps} {done}".encode()).hexdigest()[:12]
