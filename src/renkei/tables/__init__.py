"""Item tables of the standard: read from CSV, checked, compared, and compiled to OpenAPI documents. No I/O here."""
