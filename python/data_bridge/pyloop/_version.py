"""The version of the package, which the engine's `pom.xml` repeats."""

__version__ = "0.1.0"
