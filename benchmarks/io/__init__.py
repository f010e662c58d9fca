"""Loops as servers: the scripts `bench_io.py` and `soak.py` and what they consist of."""
