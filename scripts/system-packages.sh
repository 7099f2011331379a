#!/usr/bin/env bash
# Installs the system packages that are missing: `build` to build and run the app, `test` for its tests too.
set -euo pipefail

build=(build-essential pkg-config libwebkit2gtk-4.1-dev libdbus-1-dev)
# The driver of the real window, the display it is shown on, a hand at it, a keychain with its bus, and a browser.
test=(webkit2gtk-driver xvfb xdotool gnome-keyring dbus-x11)

case "${1-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  *) echo "usage: $0 build|test" >&2; exit 2 ;;
esac

installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

need() {
  command -v "$1" >/dev/null || { echo "error: $1 is missing; install $2 and run make again" >&2; exit 1; }
}

need cargo "Rust 1.94 or newer from https://rustup.rs"
need node "Node 20 or newer from https://nodejs.org"
need npm "npm, which comes with Node"

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian or Ubuntu. What these packages hold must be there already: ${wanted[*]}"
  exit 0
fi

missing=()
for package in "${wanted[@]}"; do
  installed "$package" || missing+=("$package")
done
if [ "$1" = test ] && [ -z "${FORMAOPS_CHROMIUM-}" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  # Ubuntu has its browser under the other name.
  if [ -n "$(apt-cache search --names-only '^chromium$')" ]; then missing+=(chromium); else missing+=(chromium-browser); fi
fi
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing system packages: ${missing[*]}"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
