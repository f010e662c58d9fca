"""The version of the package. `pom.xml` repeats it."""

__version__ = "0.1.0"
