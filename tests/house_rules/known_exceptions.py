"""What does not obey the house rules, and why."""

#: Files of the product that have 300 lines or more.
LONG_FILES: dict[str, str] = {
    "python/data_bridge/pyloop/_engine_calls.py": "one declaration for each call, which the sources are compared with",
}
