#!/usr/bin/env bash
# Builds the image and starts the services of compose.yaml for real, where no registry of images can be reached:
#
#   deploy/try/try_image.sh            (or: make image-check)
#
# Needs root, debootstrap and 5 GB under $TRY_WORK (/var/tmp/mobilize-image). The engine (Debian's podman) and stand-ins
# for the images that Containerfile and compose.yaml name are made of Debian's packages; both files are taken as they
# are. PYTHON_PREFIX=/path/of/a/python makes Python's stand-in of Debian 12 and that Python; else it is Debian 13's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=${TRY_WORK:-/var/tmp/mobilize-image}
python_prefix=${PYTHON_PREFIX:-}

skip() {
  echo "SKIPPED, NOTHING WAS BUILT OR RUN: $*" >&2
  exit 77
}
[ "$(id -u)" = 0 ] || skip "only root may make the roots and namespaces of this try"
for tool in debootstrap unshare pivot_root git; do
  command -v "$tool" > /dev/null || skip "no $tool (apt-get install debootstrap util-linux git)"
done
unshare --mount --pid --net --fork true 2> /dev/null || skip "this machine makes no namespaces"

# A folder with a Debian in it, made once: root NAME SUITE PACKAGES
root() {
  [ -e "$work/$1.ready" ] && return
  echo "making the root $1 of Debian $2 ..." >&2
  rm -rf "${work:?}/$1"
  mkdir -p "$work"
  debootstrap --variant=minbase --include="$3" "$2" "$work/$1" > "$work/$1.log" 2>&1 \
    || { tail -5 "$work/$1.log" >&2; exit 1; }
  rm -rf "$work/$1"/var/cache/apt/archives/*.deb "$work/$1"/var/lib/apt/lists/*
  touch "$work/$1.ready"
}

engine=podman,podman-compose,buildah,crun,netavark,aardvark-dns,nftables,iproute2
root engine trixie $engine,curl,ca-certificates
root postgres trixie postgresql-17
if [ -n "$python_prefix" ]; then
  base=python-bookworm
  libraries=libsqlite3-0,libssl3,libffi8,libreadline8,libbz2-1.0,libuuid1,libexpat1,libgdbm6,libnsl2
  root $base bookworm ca-certificates,netbase,tzdata,$libraries
  tar -C "$python_prefix" -c --exclude=test --exclude=__pycache__ --exclude='*tkinter*' --exclude=idlelib \
    --exclude='*.a' --exclude=site-packages . | tar -C "$work/$base/usr/local" -x --no-same-owner
  mkdir -p "$(echo "$work/$base"/usr/local/lib/python3.*)/site-packages"
  chroot "$work/$base" ldconfig
  chroot "$work/$base" /usr/local/bin/python3 -m ensurepip > /dev/null 2>&1
else
  base=python-trixie
  root $base trixie python3,python3-venv,ca-certificates,netbase,tzdata
fi
ln -sf "$(cd "$work/$base" && ls usr/local/bin/python3 usr/bin/python3 2> /dev/null | head -1 | sed 's|^|/|')" \
  "$work/$base/usr/local/bin/python"

# What git has of the project, and a campaign of six letters to addresses that do not exist.
rm -rf "$work/project" "$work/campaign"
mkdir -p "$work/project" "$work/campaign"
(cd "$project" && git ls-files -z | xargs -0 tar -c) | tar -C "$work/project" -x
cp -r "$project/campaign.toml" "$project/letters" "$project/record" "$work/campaign/"
cp "$here/contacts.csv" "$work/campaign/"
chmod -R go+rX "$work/campaign"

# How pip finds its packages on this machine is the machine's own matter: lent to the build, not kept in the image.
mkdir -p "$work/lent"
cp -L /etc/ssl/certs/ca-certificates.crt "$work/lent/"
if [ -e /etc/pip.conf ]; then cp /etc/pip.conf "$work/lent/"; else : > "$work/lent/pip.conf"; fi

# First with the network of the machine, to build; then in one without any, to run.
inside() {
  nice -n 15 unshare --mount --pid --fork --kill-child "${@:2}" \
    bash "$here/enter_root.sh" "$work" "$base" bash "/try/project/deploy/try/$1.sh"
}
inside build_inside
inside run_inside --net
