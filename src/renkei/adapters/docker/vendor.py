"""A mock vendor as a container: the twin of the process one, with the same start, stop and readiness line."""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker.errors
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.labels import SESSION_ID

from renkei.adapters.docker import reaper
from renkei.adapters.docker.engine import image_missing
from renkei.errors import HarnessError, UsageError

IMAGE = "renkei-mock:local"
READY_SECONDS = 30.0
POLL_SECONDS = 0.05
PORT_TRIES = 3
LOG_TAIL = 500

# One at a time: mocks that share a folder for their test CA are all process 1 of their own container.
_starting = threading.Lock()


@functools.cache
def _reaper() -> subprocess.Popen[bytes]:
    # testcontainers' own reaper is an image from a registry; ours is a process.
    testcontainers_config.ryuk_disabled = True
    return reaper.watch(SESSION_ID)


@dataclass(slots=True, kw_only=True)
class ContainerVendor:
    """One mock vendor in a container, published on loopback only.

    ``folder`` is mounted under its own path, so paths in ``arguments`` and in the readiness line mean the same file
    inside and outside; the mock runs as the folder's owner. The port outside is the port inside, so the URLs
    that the mock signs and checks (token audience) are the ones its callers use; 0 takes a free one.
    """

    vendor: str
    folder: Path
    image: str = IMAGE
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    url: str = ""
    _container: DockerContainer | None = None

    def start(self) -> dict[str, Any]:
        """Start it and give its readiness line; raises HarnessError with the log's end when it does not come up."""
        if image_missing(self.image):  # asked first: the engine's client would go to a registry for it
            raise UsageError("mock-image-missing", image=self.image)
        self.folder.mkdir(parents=True, exist_ok=True)
        with _starting:
            _reaper()
            for last in range(PORT_TRIES - 1, -1, -1):
                try:
                    self._container = self._describe(self.port or _free_port())
                    self._container.start()
                    break
                except docker.errors.APIError as error:
                    why = str(error.explanation or error)
                    self.stop()
                    if not last or "port is already allocated" not in why:
                        raise HarnessError("mock-not-started", vendor=self.vendor, why=why) from error
            ready = self._ready()
        self.url = str(ready["base_url"])
        return ready

    def _describe(self, port: int) -> DockerContainer:
        owner = self.folder.stat()
        place = str(self.folder.resolve())
        command = ["--vendor", self.vendor, "--host", "0.0.0.0", "--port", str(port), *self.arguments]  # noqa: S104 - inside the container
        container = DockerContainer(
            self.image,
            user=f"{owner.st_uid}:{owner.st_gid}",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            pids_limit=256,
            init=True,
        )
        container.with_command(command).with_envs(**self.environment)
        container.with_volume_mapping(place, place, "rw").with_tmpfs_mount("/tmp")  # noqa: S108 - inside the container
        # with_exposed_ports would publish on every address of this machine
        published: dict[str, Any] = {f"{port}/tcp": ("127.0.0.1", port)}
        container.ports = published
        return container

    def _ready(self) -> dict[str, Any]:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._running():
            for line in self._output().splitlines():
                ready = _parse(line)
                if ready is not None:
                    return ready
            time.sleep(POLL_SECONDS)
        why = self.tail()
        self.stop()
        raise HarnessError("mock-not-started", vendor=self.vendor, why=why)

    def _running(self) -> bool:
        if self._container is None:
            return False
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        return wrapped.status in {"created", "running"}

    def _output(self) -> str:
        return self._container.get_logs()[0].decode("utf-8", "replace") if self._container else ""

    def logs(self) -> str:
        """Everything it wrote so far; a line may arrive here a moment after it was written."""
        if self._container is None:
            return ""
        return b"".join(self._container.get_logs()).decode("utf-8", "replace")

    def tail(self) -> str:
        """The end of its log."""
        return self.logs()[-LOG_TAIL:]

    def stop(self) -> None:
        """End and remove it; harmless when it never started or was stopped before."""
        container, self._container, self.url = self._container, None, ""
        if container is not None:
            container.stop()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _parse(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and value.get("ready") else None
