"""Tests of keraslint.syntax."""
