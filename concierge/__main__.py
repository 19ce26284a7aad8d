"""`python -m concierge` is the command `concierge`."""

import sys

from concierge.cli import main

if __name__ == "__main__":
    sys.exit(main())
