#!/bin/sh
# The console's tests need a Chromium. On Debian, as root, it is installed; elsewhere it must be there already.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium libegl1 libegl-mesa0 libgles2 libgl1-mesa-dri >/dev/null
    exit 0
fi
echo "The console's tests need Chromium: install it (Debian: apt-get install chromium) and run again." >&2
exit 1
