"""Tests of the account pages, as a browser without JavaScript sees them."""
