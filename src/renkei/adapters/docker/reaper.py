"""Removes what a session left on the engine, however that session ended: killed, crashed, or out of memory.

The session holds the writing end of this process's standard input and never writes. When it is gone the pipe ends,
and every container and network that carries the session's label goes with it. An image of a reaper would have to
come from a registry, and would be reachable only after the first container that it should watch.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import docker
import docker.errors

LABEL = "org.testcontainers.session-id"


def watch(session: str) -> subprocess.Popen[bytes]:
    """Start the reaper of a session; it lives as long as the returned pipe is open, and a moment longer."""
    command = [sys.executable, "-m", __name__, session]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def sweep(session: str) -> int:
    """Remove the session's containers and networks now; the number of containers that were left."""
    client = docker.from_env()
    wanted = {"label": f"{LABEL}={session}"}
    containers = client.containers.list(all=True, filters=wanted)
    for container in containers:
        # gone already, or going: a stop that the end of the session overtook
        with contextlib.suppress(docker.errors.APIError):
            container.remove(force=True, v=True)
    for network in client.networks.list(filters=wanted):
        with contextlib.suppress(docker.errors.APIError):
            network.remove()
    client.close()
    return len(containers)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    sweep(sys.argv[1])
