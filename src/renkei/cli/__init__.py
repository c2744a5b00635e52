"""The commands: one module per command, wiring only."""
