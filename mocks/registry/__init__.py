"""A server of another standard's document: 24 registers in the manner of public bodies, with defects on demand."""
