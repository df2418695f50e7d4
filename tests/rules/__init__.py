"""Tests of what every rule has: a module, a page and a fixture folder."""
