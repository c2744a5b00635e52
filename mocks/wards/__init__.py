"""A server of another standard's document: residents of seven wards with pages, tags and roles, with defects on demand."""
