"""Programs, notebooks and files of keraslint's own, mutated: whatever they hold, nothing crashes."""
