"""HTTP to untrusted peers over the httpx stack's wire layer (h11).

h11 is driven directly: the layers above it time out per read, so a peer that sends one byte a second, or
``100 Continue`` for ever, would hold them for ever.
"""
