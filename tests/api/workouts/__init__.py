"""Tests of workouts, statistics and records, which the API only reads."""
