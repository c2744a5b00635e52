"""The observing proxy on httptools (llhttp): strict about framing, streaming, and fast enough not to be noticed."""
