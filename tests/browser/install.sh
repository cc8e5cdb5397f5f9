#!/usr/bin/env bash
# Install Chromium from Debian, unless a browser is there. With it come the font and the optimiser of
# the screenshots. CHROMIUM names a browser in another place.
set -euo pipefail
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
	if [ -n "$name" ] && command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "The browser tests need Chromium or Chrome: install it, or set CHROMIUM to its path." >&2
	exit 1
fi
echo "Installing Chromium ..." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends chromium fonts-inter pngquant >/dev/null
