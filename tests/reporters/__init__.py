"""Tests of keraslint.reporters."""
