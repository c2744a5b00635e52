"""Signing: Ed25519 keys and DSSE envelopes through securesystemslib and cryptography."""
