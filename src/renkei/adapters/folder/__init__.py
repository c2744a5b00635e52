"""Folders on disk: the contracts of an edition."""
