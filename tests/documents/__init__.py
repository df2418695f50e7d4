"""Tests of keraslint.documents."""
