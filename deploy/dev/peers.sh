#!/usr/bin/env bash
# The real programs that the tests work with, from Debian; PostgreSQL and Node.js come with requirements-dev.lock.
#   chromium   the browser of host, customer, vendor and auditor
#   xvfb       the screen that a headful Chromium shares
#   coturn     the TURN server behind which media is relayed
#   libatomic1 what Playwright's driver links against
#   fonts-*    so that pages and their screenshots look as they do on a desk
set -euo pipefail
exec "$(dirname "$0")/apt.sh" chromium xvfb coturn libatomic1 fonts-liberation fonts-dejavu-core fonts-noto-color-emoji
