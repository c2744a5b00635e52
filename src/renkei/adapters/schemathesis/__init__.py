"""The generative engine, driven as a library: it makes requests and judges answers, and never sends anything."""
