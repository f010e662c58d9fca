"""Runs the fuzzer from the command line."""

import sys

from fuzz.command_line import main

sys.exit(main())
