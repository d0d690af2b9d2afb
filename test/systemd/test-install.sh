#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What "meson install" lays down: the list of it, that it runs, and that its units, accounts and folders
# are what systemd takes. TAP.  test-install.sh BUILD PREFIX LIST MESON…
set -u
build=$1 prefix=$2 list=$3
shift 3
units='mingjing-api mingjing-backup mingjing-capture mingjing-capture@ mingjing-purge mingjing-transcode mingjing-verify'
n=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/units"
own=$tree/root$prefix

report() { # NAME: what $tree/out says is what is wrong
  n=$((n + 1))
  [ -s "$tree/out" ] && echo "not ok $n - $1" || echo "ok $n - $1"
  sed 's/^/# /' "$tree/out"
}
skip() { # NAME WHY
  n=$((n + 1))
  echo "ok $n - $1 # SKIP $2"
}
# Every build of the page has its own names below assets/.
found() {
  (cd "$own" && find . -type f ! -path './share/mingjing/ui/assets/*' | sed 's,^\./,,' | sort)
}
page_works() { # what the installed server answers with: the page and a script of it
  "$own/bin/mingjing" init --home "$tree/home" >/dev/null || echo "init failed"
  "$own/bin/mingjing-api" --home "$tree/home" --listen 127.0.0.1:0 >"$tree/api" 2>&1 &
  api=$!
  for _ in $(seq 300); do
    grep -q listening "$tree/api" || ! kill -0 $api && break
    sleep 0.1
  done
  address=$(sed -n 's/^listening on //p' "$tree/api")
  fetch "$address/" >"$tree/index"
  script=$(sed -n 's|.*src="/*\(assets/[^"]*\)".*|\1|p' "$tree/index" | head -n 1)
  [ -n "$script" ] || echo "no page at $address"
  fetch "$address/$script" | cmp -s - "$own/share/mingjing/ui/$script" || echo "another $script than was installed"
  kill $api
  wait $api || echo "mingjing-api ended with $?"
}
fetch() {
  node -e 'fetch(process.argv[1]).then(async (a) => process.stdout.write(Buffer.from(await a.arrayBuffer())))' "$1"
}
versions() {
  for program in mingjing mingjing-api mingjing-capture mingjing-transcode; do
    "$own/bin/$program" --version 2>&1 | grep -qE "^$program [0-9]+\.[0-9]+\.[0-9]+$" || echo "$program says nothing of its version"
  done
}
# Units are looked at where their programs are.
copy_units() {
  for unit in "$own"/lib/systemd/system/*; do
    sed "s,=$prefix/bin/,=$own/bin/,g" "$unit" >"$tree/units/$(basename "$unit")"
  done
}
verified() { systemd-analyze verify --man=no --recursive-errors=no "$tree"/units/* || echo "exit code $?"; }
exposed() { # at most 2.0, and the check can fail
  for unit in $units; do
    systemd-analyze security --offline=yes --threshold=20 "$tree/units/$unit.service" >"$tree/exposure" 2>&1 ||
      { echo "$unit: $(tail -n 1 "$tree/exposure")"; sed -n 's/^✗/  ✗/p' "$tree/exposure"; }
  done
  sed '/^ProtectSystem\|^Private\|^Restrict\|^SystemCall\|^Capab\|^User/d' "$tree/units/mingjing-api.service" >"$tree/bare.service"
  ! systemd-analyze security --offline=yes --threshold=20 "$tree/bare.service" >/dev/null 2>&1 || echo "a bare unit passes"
}
shards() { # the instance 2-4 records shard 2/4
  [ "$(systemd-escape --unescape 2-4)" = 2/4 ] || echo "an instance's dash is no slash"
  grep -q -- '--shard %I$' "$tree/units/mingjing-capture@.service" || echo "the template does not say %I"
}
timed() { # a purge ends, and what it had begun too, before the timer begins the next
  seconds=$(sed -n 's/^ExecStart=.* purge .*--seconds \([0-9]*\)$/\1/p' "$tree/units/mingjing-purge.service")
  minutes=$(sed -n 's/^TimeoutStartSec=\([0-9]*\)min$/\1/p' "$tree/units/mingjing-purge.service")
  [ "${seconds:-0}" -ge 600 ] || echo "the purge has '$seconds' seconds"
  [ "${minutes:-0}" -lt 60 ] || echo "it is ended after '$minutes' minutes, when the next was to begin"
  [ $((${minutes:-0} * 60)) -ge $((${seconds:-0} + 300)) ] || echo "of $minutes minutes, $seconds seconds leave too few to end it"
  grep -qx 'OnCalendar=hourly' "$tree/units/mingjing-purge.timer" || echo "the timer is another one"
}
named() { # every account that a unit or a folder names is made
  accounts=$(sed -n 's/^u \([^ ]*\).*/\1/p' "$own/lib/sysusers.d/mingjing.conf")
  sed -n 's/^User=//p' "$tree"/units/*.service | sort -u | grep -vxF "$accounts"
  awk '!/^#/ { print $4 }' "$own/lib/tmpfiles.d/mingjing.conf" | sort -u | grep -vxF "$accounts"
}
made() { # the accounts and the folders
  mkdir -p "$tree/root/etc"
  systemd-sysusers --root="$tree/root" >"$tree/log" 2>&1 || cat "$tree/log"
  systemd-tmpfiles --root="$tree/root" --create || echo "systemd-tmpfiles: $?"
  group=$(sed -n 's/^mingjing:x:\([0-9]*\):.*/\1/p' "$tree/root/etc/group")
  sed 's/:/ /g' "$tree/root/etc/passwd" | awk -v g="$group" '$4 != g || $NF !~ /nologin$/ { print "account: " $0 }' # not its own group
  for folder in lib/mingjing lib/mingjing/footage lib/mingjing/volumes lib/mingjing/run; do
    stat -c '%n %a' "$tree/root/var/$folder" | grep -v ' 2750$'
  done
  stat -c '%n %a' "$tree/root/var/lib/mingjing/keys" "$tree/root/var/backups/mingjing" | grep -vE ' 2?700$'
}

"$@" install --no-rebuild --destdir "$tree/root" -C "$build" >"$tree/log" 2>&1 || cp "$tree/log" "$tree/out"
touch "$tree/out"
report 'meson install'
[ -d "$own" ] || { echo 'Bail out! nothing was installed'; exit 1; }
found | diff "$list" - >"$tree/out" 2>&1
report 'what is installed is on the list, and the other way round'
versions >"$tree/out" 2>&1
report 'the programs run'
page_works >"$tree/out" 2>&1
report 'the server finds its page'
copy_units
if command -v systemd-analyze >/dev/null; then
  verified >"$tree/out" 2>&1
  report 'systemd-analyze verify'
  exposed >"$tree/out" 2>&1
  report 'systemd-analyze security: at most 2.0'
  shards >"$tree/out" 2>&1
  report 'the template names shards'
else
  for check in 'systemd-analyze verify' 'systemd-analyze security' 'the template names shards'; do
    skip "$check" 'systemd is not installed'
  done
fi
timed >"$tree/out" 2>&1
report 'a purge by the timer ends'
named >"$tree/out" 2>&1
report 'every account that is named is made'
if [ "$(id -u)" = 0 ] && command -v systemd-tmpfiles >/dev/null; then
  made >"$tree/out" 2>&1
  report 'accounts and folders'
else
  skip 'accounts and folders' 'only root can make them, with systemd installed'
fi
echo "1..$n"
