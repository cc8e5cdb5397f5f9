#!/usr/bin/env bash
# Install what is tested against into an environment of its own:  install.sh VENV REQUIREMENTS
# (MUXI's own SDK and its runtime have the import name `muxi` too, so they cannot share one.)
# Silent and quick when VENV already holds these requirements; PYTHON names the interpreter.
set -euo pipefail
venv=${1:?usage: install.sh VENV REQUIREMENTS}
requirements=${2:?usage: install.sh VENV REQUIREMENTS}
python=${PYTHON:-python3}
stamp=$venv/requirements.sha256

hash_file='import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())'
wanted=$("$python" -c "$hash_file" "$requirements")
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

echo "Installing $requirements into $venv (the runtime needs about 2 GB and some minutes) ..." >&2
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
echo "$wanted" > "$stamp"
