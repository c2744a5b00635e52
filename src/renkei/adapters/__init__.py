"""One folder per library: the only place where that library is imported."""
