#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A disk that is full to its last byte: what every command says of it, and how a purge, which must write before it may
# delete, gets out of it. On a file system of its own, in a namespace of its own. TAP.
# test-command-full.sh PATH-OF-MINGJING PATH-OF-TEST-FOOTAGE
set -u
if [ -z "${INSIDE-}" ]; then
  if ! unshare --map-root-user --mount mount -t tmpfs tmpfs /tmp 2>/dev/null; then
    echo '1..0 # SKIP no mount namespaces here'
    exit 0
  fi
  INSIDE=1 exec unshare --map-root-user --mount sh "$0" "$@"
fi
mingjing=$1
footage=$2
. "$(dirname "$0")/tap.sh"
disk=$root/disk
home=$disk/home
mkdir "$disk"
mount -t tmpfs -o size=96m tmpfs "$disk" || exit 1
trap 'umount "$disk"; rm -rf "$root"' EXIT

fill() { # to the last byte
  cat /dev/zero >"$disk/fill" 2>/dev/null
  test "$(stat -f -c %a "$disk")" = 0
  report $? 'the disk is full'
}

expect 'a home' 0 init
test "$(stat -c %b "$home/ballast")" -ge 32768; report $? 'has room of its own for a purge'
expect 'a camera' 0 camera add W07 rtsp://192.0.2.7/1
days=$((24 * 60))
for age in 100 101 102; do
  "$footage" "$home" W07 $((age * days)) $((age * days - 1)) 4000000
  mkdir -p "$home/footage/W07/main"
  head -c 4000000 /dev/zero >"$home/footage/W07/main/$((age * days)).mp4"
done
rm -f "$home/catalogue.db-wal" "$home/catalogue.db-shm" # as when nobody has it open
fill
expect 'what a person asks: exit 1' 1 camera add W08 rtsp://192.0.2.8/1
says 'that the disk is full' "the file system of $home is full"
says 'and what to do' "mingjing purge --home $home"
json_of 'what is due goes' 0 'j.segments === 3 && j.bytes === 12000000 && j.more === false' purge --after-pause
test ! -e "$home/footage/W07/main/$((100 * days)).mp4"; report $? 'from the disk too'
expect 'and there is room' 0 camera add W08 rtsp://192.0.2.8/1
test ! -e "$home/ballast"; report $? 'too little for the next time yet'
rm "$disk/fill"
expect 'a purge with nothing to do' 0 purge
test "$(stat -c %b "$home/ballast")" -ge 32768; report $? 'makes it again'
expect 'which is no finding' 0 verify

echo "1..$n"
