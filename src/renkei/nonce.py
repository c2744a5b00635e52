"""Names that nobody has used before: the only source of chance that no seed governs, injected wherever it is needed.

tools = Tools(..., unique=nonce)
"""

from __future__ import annotations

import uuid

# So much of a name is enough for a folder, or for a number that has to fit into an item.
SHORT = 12


def nonce() -> str:
    """A name of 32 letters and digits."""
    return uuid.uuid4().hex


def short() -> str:
    """A name of twelve."""
    return nonce()[:SHORT]
