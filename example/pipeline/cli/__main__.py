"""Lets `python -m pipeline.cli` run the command line."""

import sys

from pipeline.cli.commands import main

sys.exit(main())
