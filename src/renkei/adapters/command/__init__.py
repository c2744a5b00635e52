"""Programs of a vendor that make a consumer act, or tell what it holds."""
