"""All tests of Fitgate. Run from the top of the source tree; README.md of this directory says how."""
