"""Fixtures of the behaviour tests."""

from support.files_to_send import opened, sending  # noqa: F401 - fixtures
