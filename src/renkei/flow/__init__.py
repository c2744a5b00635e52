"""The nouns of certification: standard library only, frozen values, no input or output."""
