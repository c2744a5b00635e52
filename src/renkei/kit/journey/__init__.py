"""Journeys: life events played over the systems of one municipality, and what every office must know afterwards."""
