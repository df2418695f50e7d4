"""Tests of whole runs with the real rules: whatever makes them fast, what they report stays the same."""
