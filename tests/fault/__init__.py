"""A running Fitgate under every kind of failure."""
