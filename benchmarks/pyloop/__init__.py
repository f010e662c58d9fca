"""Loops on small workloads: the script `bench_event_loop.py` and what it consists of."""
