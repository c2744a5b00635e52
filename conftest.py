"""The root of every test run: loads the plugin that keeps suites from running without a target."""

pytest_plugins = ["renkei.cli.suite"]
