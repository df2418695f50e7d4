"""Input that wants to break the program: each ends in a right report or in a clear error."""
