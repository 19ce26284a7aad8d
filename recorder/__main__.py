"""`python -m recorder`: the same as the `recorder` command."""

import sys

from recorder.cli import main

sys.exit(main())
