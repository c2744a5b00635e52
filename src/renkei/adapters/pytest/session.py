"""One pytest session over the suites: only our plugin, no caches, no configuration of the folder it runs in."""

from __future__ import annotations

import os

import pytest

from renkei.adapters.pytest.plugin import Session, SuitePlugin
from renkei.flow.requirement import Role

# Plugins that would add fixtures, reports, parallel processes or time-outs of their own.
WITHOUT = ("cacheprovider", "schemathesis", "hypothesispytest", "xdist", "timeout", "allure_pytest")
# Where the suites of a role lie; those for providers depend on what they are judged by.
FOLDERS = {Role.CONSUMER: "consumer", Role.PAIR: "pair", Role.JOURNEY: "journeys"}
# All passed, some failed, nothing left to do: ordinary ends; the events say the rest.
ORDINARY = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def run_session(session: Session) -> int:
    """Run every selected test; 0 when pytest came to an ordinary end, 4 when it did not."""
    folders = {FOLDERS.get(case.role, session.bundle.suite): None for case in session.cases}
    arguments = [
        *(str(session.suites / folder) for folder in folders),
        f"--rootdir={session.suites.parent}",
        "--quiet",
        "--tb=short",
        # A target in two roles is judged by two folders, whose modules may have the same name.
        "--import-mode=importlib",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-c",
        os.devnull,
    ]
    for name in WITHOUT:
        arguments += ["-p", f"no:{name}"]
    try:
        code = pytest.main(arguments, plugins=[SuitePlugin(session)])
    finally:
        session.tools.transport.close()
        for place in session.scratch.get("places", {}).values():
            place.close()
    return 0 if code in ORDINARY else 4
