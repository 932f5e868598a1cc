#!/bin/sh
# scripts/swift.sh ARGUMENTS     runs "swift ARGUMENTS" in the repository: build, test, run, format …
# scripts/swift.sh --exec WORDS  runs another program where Swift's libraries are, such as a built impetus-tray
# scripts/swift.sh --install     only brings Swift
#
# Where "swift" is on the PATH (a Mac with Xcode, a machine with its own toolchain) that one is used. Debian 12 has none:
# there Swift 6.0 is taken from Debian 13's packages, once, into a root of its own (.cache/swift, or SWIFT_ROOT; 560 MB to
# fetch, 1.3 GB on the disk, some minutes) and run there with mounts and processes of its own. The packages come from the
# mirror that apt is configured with. Needs root and x86-64.
set -eu
repo=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$repo"

if [ -z "${SWIFT_ROOT:-}" ] && command -v swift >/dev/null 2>&1; then
  case "${1:-}" in
    --install) exit 0 ;;
    --exec) shift && exec "$@" ;;
    *) exec swift "$@" ;;
  esac
fi

say() { echo "swift.sh: $*" >&2; }
# 77 is what test suites take for "cannot be done here".
[ "$(uname -sm)" = "Linux x86_64" ] || { say "there is no swift on the PATH. On a Mac install Xcode or its command line tools."; exit 77; }
[ "$(id -u)" = 0 ] || { say "there is no swift on the PATH, and bringing it from Debian's packages needs root."; exit 77; }
command -v apt-get >/dev/null 2>&1 || { say "there is no swift on the PATH, and this is no Debian to take it from."; exit 77; }

root=${SWIFT_ROOT:-$repo/.cache/swift}
if [ ! -e "$root/.complete" ]; then
  mkdir -p "$(dirname "$root")"
  exec 9>"$root.lock"
  flock 9 # one installation at a time
  if [ ! -e "$root/.complete" ]; then
    say "bringing Swift from Debian 13's packages into $root"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 'debian/*$') ||
      { say "apt is configured with no Debian mirror"; exit 77; }
    command -v mmdebstrap >/dev/null 2>&1 ||
      { apt-get update -qq && apt-get install -qq -y --no-install-recommends mmdebstrap; } >&2
    rm -rf --one-file-system "$root.part"
    # Left out: what building, testing and formatting do not use.
    exclude=
    swift=/usr/libexec/swift
    for path in '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' "$swift/bin/lldb*" "$swift/lib/liblldb*" \
      "$swift/bin/clangd" "$swift/bin/docc" "$swift/bin/sourcekit-lsp" "$swift/lib/libsourcekitd*" \
      "$swift/lib/libLTO*" "$swift/lib/swift/embedded/*" "$swift/lib/swift_static/*"; do
      exclude="$exclude --dpkgopt=path-exclude=$path"
    done
    set -f # the patterns are dpkg's
    # shellcheck disable=SC2086
    mmdebstrap --quiet --mode=root --variant=apt --include=swiftlang,libc6-dev,libstdc++-14-dev,libgomp1 \
      --aptopt='APT::Install-Recommends "false"' $exclude trixie "$root.part" \
      "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >&2
    set +f
    rm -rf --one-file-system "$root"
    touch "$root.part/.complete"
    mv "$root.part" "$root"
  fi
  exec 9>&-
fi

case "${1:-}" in
  --install) exit 0 ;;
  --exec) shift ;;
  *) set -- swift "$@" ;;
esac

# Inside: the repository and /tmp at their own places, the project's Node, nothing of the caller's environment but what
# the tests are told by.
settings=
for name in CI TERM TMPDIR; do
  eval "value=\${$name:-}"
  [ -z "$value" ] || settings="$settings $name=$value"
done
for name in $(env | sed -n 's/^\(IMPETUS_[A-Z_]*\)=.*/\1/p'); do
  eval "value=\$$name"
  settings="$settings $name=$value"
done
export SWIFT_SETTINGS="$settings"
exec unshare --mount --propagation private --pid --fork --kill-child sh -c '
  root=$1 repo=$2
  shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /tmp "$root/tmp"
  mkdir -p "$root$repo"
  mount --bind "$repo" "$root$repo"
  # shellcheck disable=SC2086
  exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 \
    PATH="$repo/node_modules/.bin:/usr/local/bin:/usr/bin:/bin:/usr/libexec/swift/bin" $SWIFT_SETTINGS \
    sh -c "cd \"\$0\" && exec \"\$@\"" "$repo" "$@"' swift.sh "$root" "$repo" "$@"
