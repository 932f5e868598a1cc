#!/bin/sh
# scripts/mac-smoke.sh APP: starts the app in a home of its own, waits until its core answers on the socket, kills the app
# and sees that the core goes with it. For a Mac; the workflow runs it, and a person may.
set -eu
app=${1:?the path of Impetus.app}
# Short: macOS gives 103 bytes for the path of a socket.
home=${RUNNER_TEMP:-/tmp}/impetus
[ "${#home}" -lt 80 ] || home=$(mktemp -d /tmp/impetus.XXXXXX)
mkdir -p "$home"
socket=$home/impetus.sock

# Not "open": that would not hand the home over.
IMPETUS_HOME=$home "$app/Contents/MacOS/Impetus" >"$home/shell.log" 2>&1 &
shell=$!
trap 'kill -9 $shell 2>/dev/null || true' EXIT

answers() { curl --silent --fail --max-time 2 --unix-socket "$socket" http://localhost/health >/dev/null; }
tries=0
until answers; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ] || ! kill -0 "$shell" 2>/dev/null; then
    echo "The core does not answer on $socket. The app said:"
    cat "$home/shell.log"
    exit 1
  fi
  sleep 1
done
core=$(curl --silent --unix-socket "$socket" http://localhost/api/status | sed -n 's/.*"pid":\([0-9]*\).*/\1/p')
[ -n "$core" ] || { echo "The status names no process."; exit 1; }
echo "The core answers: process $core, started by process $shell."

kill -9 "$shell"
sleep 2
if kill -0 "$core" 2>/dev/null; then
  echo "The core outlives the app."
  exit 1
fi
echo "The app was killed, and its core is gone."
