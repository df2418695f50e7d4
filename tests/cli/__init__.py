"""Tests of keraslint.cli."""
