#!/usr/bin/env bash
# A browser and fonts for the tests that look at the preview. Does nothing where there is one, and nothing
# where it may not: on Debian and Ubuntu as root it installs Chromium, elsewhere it says so and goes on.
set -euo pipefail

for name in "${POSTMERGE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" > /dev/null; then
        exit 0
    fi
done
if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
    echo "No Chromium or Chrome here, and none can be installed: the tests that need one will be skipped." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk fonts-noto-color-emoji; } > /dev/null; then
    echo "Chromium could not be installed: the tests that need one will be skipped." >&2
fi
