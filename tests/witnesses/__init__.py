"""What Keras did, what ``pairing`` says, what the rules find: held against each other."""
