"""``python -m keraslint`` is the command ``keraslint``."""

import sys

from keraslint.cli import main

if __name__ == "__main__":
    sys.exit(main())
