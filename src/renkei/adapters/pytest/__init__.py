"""pytest: runs the suites' tests on the cases of a plan and reports events, never exit codes."""
