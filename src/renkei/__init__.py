"""Renkei certifies that municipal systems from different vendors really work with each other."""

__version__ = "0.1.0"
