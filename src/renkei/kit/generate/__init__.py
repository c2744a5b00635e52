"""Requests by the ten thousand: a schema compiled once to plain functions over one random source.

The same descriptions make the strategies of :mod:`renkei.kit.strategies`, which are slower and can shrink.
"""

from renkei.kit.generate.boundary import Boundary, boundaries
from renkei.kit.generate.item import Maker
from renkei.kit.generate.schema import compiled

__all__ = ["Boundary", "Maker", "boundaries", "compiled"]
