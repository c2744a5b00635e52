"""Whether a container engine answers, and why not."""

from __future__ import annotations

import docker
import docker.errors

SECONDS = 10


def engine_missing() -> str:
    """The reason why no container can be started here; "" when an engine answers."""
    try:
        client = docker.from_env(timeout=SECONDS)
    except docker.errors.DockerException as error:
        return _last_line(error)
    try:
        client.ping()
    except docker.errors.DockerException as error:
        return _last_line(error)
    finally:
        client.close()
    return ""


def image_missing(image: str) -> bool:
    """Whether the engine does not have that image; raises docker's own error when no engine answers."""
    client = docker.from_env(timeout=SECONDS)
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return True
    finally:
        client.close()
    return False


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
