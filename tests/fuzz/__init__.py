"""Random requests to a running Fitgate."""
