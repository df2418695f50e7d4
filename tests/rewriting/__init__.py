"""What the edits of fixes make of a source."""
