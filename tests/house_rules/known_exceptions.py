"""What does not obey the house rules, and why."""

#: Files of the product that have 300 lines or more.
LONG_FILES: dict[str, str] = {}
