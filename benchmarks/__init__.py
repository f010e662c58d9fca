"""Benchmarks: of the loop itself, and of servers. benchmarks/README.md says how to run them."""
