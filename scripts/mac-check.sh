#!/bin/bash
# scripts/mac-check.sh: what no test on Linux can tell, as a list of ten for a person with an Apple silicon Mac. The first
# four answer themselves; for the others it says what to do and asks. Ends with the sum, and with the lines to put into
# docs/mac.md.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
[ "$(uname -sm)" = "Darwin arm64" ] || { echo "This list is for an Apple silicon Mac." >&2; exit 1; }

app=build/mac/Impetus.app
number=0 passed=0 failed=0 results=()
note() {
  number=$((number + 1))
  if [ "$2" = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  results+=("$number. $1: $2${3:+ ($3)}")
  printf '%s %d. %s%s\n' "$([ "$2" = yes ] && echo ✔ || echo ✘)" "$number" "$1" "${3:+ ($3)}"
}
try() {
  local title=$1
  shift
  if "$@" >"/tmp/impetus-check.log" 2>&1; then note "$title" yes; else tail -n 20 /tmp/impetus-check.log; note "$title" no; fi
}
ask() {
  local answer
  printf '\n%d. %s\n%s\nDid it? [y/n, and what was seen] ' "$((number + 1))" "$1" "$2"
  read -r answer
  case $answer in y*) note "$1" yes "${answer#y}" ;; *) note "$1" no "${answer#n}" ;; esac
}

try "The package builds and its tests pass" env CI=1 npm test -- --suite swift
try "The app is put together and signed for this Mac" npm run tray -- --no-open
try "It starts, its core answers on the socket and dies with it" scripts/mac-smoke.sh "$app"

# Metal: what the engine starts with, and the speed with every layer on the GPU and with none.
speed_with() {
  local home socket answer core
  home=$(mktemp -d /tmp/impetus.XXXXXX)
  socket=$home/impetus.sock
  IMPETUS_HOME=$home npm start -- --port 0 "$@" >"$home/out" 2>&1 &
  core=$!
  for _ in $(seq 60); do [ -S "$socket" ] && break; sleep 1; done
  answer=$(curl --silent --max-time 120 --unix-socket "$socket" http://localhost/v1/chat/completions \
    -H 'Content-Type: application/json' -d '{"max_tokens":200,"messages":[{"role":"user","content":"Hello!"}]}')
  kill "$core"
  wait "$core" 2>/dev/null
  printf '%s' "$answer" | sed -n 's/.*"predicted_per_second":\([0-9.]*\).*/\1/p'
}
engine=$(npm run --silent impetus -- doctor | grep -o 'llama.cpp starts ([^)]*)' | head -n 1)
all=$(speed_with) none=$(speed_with --gpu-layers 0)
case $engine in
  *[Mm]etal*) [ -n "$all" ] && [ -n "$none" ] && works=yes || works=no ;;
  *) works=no ;;
esac
note "Metal computes, with all layers on the GPU" "$works" \
  "${engine:-the engine does not start}; ${all:-no} tokens/s with all layers on the GPU, ${none:-no} with none"

open "$app"
ask "The icon follows the state in light, dark and tinted menu bars" \
  "Switch the appearance. Choose Stop, then Start in the menu: the bolt is struck through, then whole."
ask "The menu is right while a model answers" \
  "Ask something in Chat. The menu shows the model, tokens/s, the context and who asks; the bolt is filled."
ask "The dashboard's window is signed in, and stays where it was" \
  "⌘D. Links to other sites open in the browser; ⌘C, ⌘+ and ⌘R work; move it, quit, open again; drop a .gguf file on it."
ask "Sleep and wake" \
  "Put the Mac to sleep for two minutes, wake it. The menu says Running within some seconds; nothing was restarted (Show Log)."
ask "Launch at Login" \
  "The switch is off. Turn it on, log out and in: Impetus is there. Turn it off again."
ask "Figures of the Mac, and a notification" \
  "The dashboard's Home shows chip, GPU load, heat and power source while a model answers. Fetch a small model: a notification says that it is done."

printf '\n%s\n%s\n' "$(sw_vers -productVersion) on $(sysctl -n machdep.cpu.brand_string), $(date +%Y-%m-%d)" "$(printf '%s\n' "${results[@]}")"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
