"""Loops as servers: the scripts `bench_network.py` and `soak.py` and what they consist of."""
