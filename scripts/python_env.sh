#!/usr/bin/env bash
# Makes .venv where it is missing and installs one requirements file into it: python_env.sh PYTHON FILE
set -euo pipefail
python=$1 file=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Thor needs Python 3.11 or newer; '$python' is not. Name one: make PYTHON=python3.12 …" >&2
  exit 1
}
if [ ! -x .venv/bin/python ]; then
  echo "· making .venv (once)"
  "$python" -m venv .venv || { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
fi
[ -x .venv/bin/uv ] || .venv/bin/pip install --quiet --disable-pip-version-check 'uv==0.13.8'
echo "· installing $file (once)"
.venv/bin/uv pip install --quiet --python .venv/bin/python -r "$file"
