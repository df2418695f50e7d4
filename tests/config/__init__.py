"""What decides the settings of a file."""
