"""The account pages in a real browser."""
