"""What trains: the losses on real models of Keras."""
