"""Measurements of Fitgate, as ratios within one run."""
