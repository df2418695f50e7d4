"""Tests of keraslint.engine."""
