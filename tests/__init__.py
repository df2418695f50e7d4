"""The tests of keraslint."""
