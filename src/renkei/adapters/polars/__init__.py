"""The columnar engine over polars."""
