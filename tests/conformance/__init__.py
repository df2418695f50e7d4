"""Records what an installed Keras pairs in the cases of ``fixtures/conformance``.

A case enters as letters; its outputs, targets, losses and weights become numbers by which they can be told
apart (``letters``), Keras trains on them (``live``, ``run``), and the numbers that it logs are read back as
letters (``decode``, ``judge``). Nothing private of Keras is touched, so a release that is not written yet can
be recorded: ``python tests/conformance/record.py CASES.jsonl OUT.jsonl``.
"""
