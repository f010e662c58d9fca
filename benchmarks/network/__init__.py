"""Servers and clients under load, and the script `soak.py`."""
