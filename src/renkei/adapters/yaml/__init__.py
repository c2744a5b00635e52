"""YAML through PyYAML: safe reading within limits, writing that gives the same bytes for the same data."""
