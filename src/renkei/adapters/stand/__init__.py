"""The harness as a provider: a small server of its own."""
