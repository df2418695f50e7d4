"""Tests of keraslint inside other tools, each the real one."""
