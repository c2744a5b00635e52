"""The town: one seeded, deterministic synthetic municipality with the events of ten years, the oracle of every data set."""
