"""Tests of keraslint.server."""
