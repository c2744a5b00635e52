"""The systems around the standard's own: portal, intermediate server, resident network and the like, one module each."""
