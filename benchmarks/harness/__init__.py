"""What all suites have in common: who is compared, in which order, the arithmetic, the result, and the tables."""
