"""Tests of the runtime check."""
