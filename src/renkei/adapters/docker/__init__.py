"""Containers through testcontainers and the engine's own client: mock vendors that run as images."""
