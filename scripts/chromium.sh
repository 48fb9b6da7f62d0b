#!/usr/bin/env bash
# Prints the path of a Chromium: the system's, else the system's package (as root), else Playwright's own.
set -euo pipefail
find_it() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
find_it && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "· installing Chromium (once)" >&2
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true
  find_it && exit 0
fi
.venv/bin/playwright install chromium >&2 2>/dev/null || true
.venv/bin/python - <<'PY' && exit 0
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    path = p.chromium.executable_path
print(path) if os.path.exists(path) else sys.exit(1)
PY
echo "Chromium is missing and could not be brought: apt-get install chromium" >&2
exit 1
