#!/usr/bin/env bash
# Prints where a Chromium is; with --install, gets Debian's (and fonts with Arabic) if there is none.
set -u
find_it() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM"; exit 0; fi
if ! find_it && [ "${1:-}" = "--install" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends \
      chromium fonts-noto-core fonts-noto-color-emoji fonts-dejavu-core >/dev/null
    find_it && exit 0
  fi
  echo "No Chromium here: the browser tests will be left out. Install it, or set CHROMIUM." >&2
  [ -z "${CI:-}" ] || exit 1
fi
exit 0
