"""What Keras pairs, held against its record."""
