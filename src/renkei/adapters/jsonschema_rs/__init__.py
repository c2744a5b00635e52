"""The first validator: fast, complete for draft 2020-12, compiled once per schema."""
