"""Keraslint: finds where Keras pairs outputs, losses, targets and sample weights otherwise than written.

A document is parsed; its expressions are interpreted into values; where a model is compiled and
fitted, the values meet in a training site; ``pairing`` says what a given Keras will do there; a rule
says when that is not what was written; a report carries it out, and a fix writes it down.
"""

__version__ = "0.1.0"
