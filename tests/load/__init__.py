"""A running Fitgate under load for a long time."""
