#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A lost, a damaged and a sound catalogue as a person meets them. TAP.
# test-command-rebuild.sh PATH-OF-MINGJING FILE.hex (a segment of cam1/main of 2026-11-22 09:30)
set -u
mingjing=$1
hex=$2
. "$(dirname "$0")/tap.sh"
file=cam1/main/20261122/013000.000Z.mp4

lose() {
  rm -f "$home/catalogue.db" "$home/catalogue.db-wal" "$home/catalogue.db-shm"
}
event() { # ID TYPE TIME
  printf '{"specversion":"1.0","id":"%s","source":"/queue","type":"hall.ticket.%s","time":"2026-11-22T%s+08:00","data":{"ticket_no":"A012","window_no":"7"}}\n' "$@"
}
tell_all() { # what no file knows
  "$mingjing" place add 7 --home "$home" >/dev/null
  "$mingjing" coverage add 7 cam1 --home "$home" >/dev/null
  "$mingjing" event add "$root/events" --home "$home" >/dev/null
}

expect 'no home: exit 1' 1 rebuild
tells 'no home: says so' 'mingjing init'
"$mingjing" init --home "$home" >/dev/null
"$mingjing" camera add cam1 rtsp://192.0.2.7/1 --home "$home" >/dev/null
{ event 1 called 09:30:00; event 2 finished 09:30:02; } >"$root/events"
tell_all
mkdir -p "$home/footage/${file%/*}"
node -e "
  const fs = require('fs');
  const hex = fs.readFileSync('$hex', 'latin1').split('\n').filter(l => !l.startsWith('#')).join('');
  fs.writeFileSync('$home/footage/$file', Buffer.from(hex, 'hex'));"
echo junk >"$home/footage/junk"
mkdir "$home/footage/cam1/main/00010101" "$home/footage/cam1/main/99991231"

# a sound one
json 'rebuild --dry-run' "j.dry_run && j.catalogue === 'sound' && j.segments === 1 && j.left.length === 3 && j.left.every(l => l.kind === 'strange')
  && ['junk', 'cam1/main/00010101', 'cam1/main/99991231'].every(p => j.left.some(l => l.path.endsWith('/footage/' + p)))" rebuild --dry-run
expect 'it changed nothing' 1 verify
json 'rebuild of a sound catalogue' "j.catalogue === 'sound' && j.segments === 1 && j.cameras === 0 && j.holds.length === 0 && j.volumes.length === 1 && j.volumes[0].searched" rebuild
json 'twice changes nothing' "j.segments === 0 && j.known === 1 && j.files === 1" rebuild
tells 'what is not ours is told' 'home/footage/junk'
rm "$home/footage/junk"
expect 'verify --deep finds nothing' 0 verify --deep
json 'find has its footage' "j.cameras.length === 1 && j.cameras[0].spans[0].segments.length === 1 && j.coverage > 0" find ticket A012
json 'the audit log knows' "j.rows.some(r => r.what === 'catalogue.rebuild' && r.detail.catalogue === 'sound' && r.detail.segments === 1)" audit list
"$mingjing" hold add camera cam1 --from '2026-11-22 09:30' --to '2026-11-22 09:31' --reason complaint --case 7 --home "$home" >/dev/null
"$mingjing" backup --home "$home" >/dev/null

# another rebuild is at work: a copy made now would lack what that has not found yet
mkdir -p "$home/run"
printf '0\n' >"$home/run/capture.lock"
flock -s "$home/run/capture.lock" sh -c "'$mingjing' backup --home '$home'" >"$root/out" 2>"$root/err"
test $? = 1; report $? 'while it is rebuilt no copy is made: exit 1'
tells 'while it is rebuilt no copy is made: says so' 'mingjing rebuild is at work'
expect 'nobody rebuilds: a copy is made' 0 backup

# a recorder is alive
mkdir -p "$home/run"
printf '1\n' >"$home/run/capture.lock"
node -e "setTimeout(() => {}, 60000)" &
sleeper=$!
flock -s "$home/run/capture.lock" sh -c "kill -0 $sleeper; '$mingjing' rebuild --home '$home'" >"$root/out" 2>"$root/err"
test $? = 1; report $? 'while it is recorded: exit 1'
kill "$sleeper"
tells 'while it is recorded: says so' 'stop mingjing-capture first'

# lost
lose
expect 'lost: others say so' 1 camera list
tells 'lost: what to do' 'but footage; run: mingjing rebuild'
expect 'lost: no new one is made over its footage' 1 init
tells 'lost: no new one, but what to do' 'run: mingjing rebuild'
: >"$home/catalogue.db"
expect 'an empty file is none' 1 init
rm "$home/catalogue.db"
expect 'lost, and there is a copy: exit 1' 1 rebuild
tells 'the copy is named' '--copy .*home/backups/catalogue-'
test ! -e "$home/catalogue.db"; report $? 'and nothing was made'
json 'lost, dry run' "j.catalogue === 'new' && j.segments === 1 && j.cameras === 1" rebuild --copy none --dry-run
test ! -e "$home/catalogue.db"; report $? 'a dry run makes none'
json 'lost, from the footage alone' "j.catalogue === 'new' && j.segments === 1 && j.cameras === 1 && j.holds.length === 1 && j.holds_learnt === 2 && j.set_aside === null" \
  rebuild --copy none --rate 50 --hall H02 --hall-name 南厅 --timezone +09:00
hold=$(node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).holds[0]' <"$root/out")
expect 'verify --deep of the new one' 0 verify --deep
json 'its camera has no address' "j.cameras[0].id === 'cam1' && j.cameras[0].streams[0].detail.includes('camera set')" camera list
json 'what was held is held, and all the rest' "j.holds.length === 2 && j.holds.some(h => h.case === '7') && j.holds.some(h => h.owner === 'mingjing rebuild')" hold list
tell_all
json 'events come back, and find their footage' "j.cameras.length === 1 && j.cameras[0].spans[0].segments.length === 1 && j.coverage > 0" find ticket A012
expect 'it is recorded again when its address is known' 0 camera set cam1 --url rtsp://192.0.2.7/1 --kind hall
expect 'the hold is released' 0 hold release "$hold" --reason settled
"$mingjing" apply --print --home "$home" >"$root/out" 2>"$root/err"
tells 'the hall is the one that was said' '南厅'

# damaged
"$mingjing" backup --home "$home" >/dev/null
copy=$(find "$home/backups" -name "*.db" | sort | tail -n 1)
head -c 100 /dev/zero | tr '\0' Z >"$home/catalogue.db"
expect 'others refuse it' 1 camera list
tells 'and say what to do' 'mingjing rebuild'
expect 'damaged, with a copy' 0 rebuild --copy "$copy"
tells 'the damaged one is kept' 'it is kept as .*catalogue.db.damaged-'
tells 'events since are to be sent again' 'sent again'
ls "$home"/catalogue.db.damaged-*Z >"$root/out" 2>"$root/err"; report $? 'and is there'
expect 'verify --deep of the copy' 0 verify --deep
json 'find still has it' "j.cameras.length === 1 && j.cameras[0].spans[0].segments.length === 1 && j.coverage > 0" find ticket A012
json 'and it is held' "j.holds.some(h => h.case === '7')" hold list
expect 'a copy for a sound one: exit 1' 1 rebuild --copy "$copy"
tells 'a copy for a sound one: says why' 'is sound'
expect 'no volume there: exit 1' 1 rebuild --volume "$root"
tells 'no volume there: says so' 'mingjing-volume'
expect 'for people' 0 rebuild
tells 'for people: what was searched' "searched: .*home/footage"
test -e "$home/keys/camera.key"; report $? 'the key stays'

# damaged, and nothing is said of the hall
head -c 100 /dev/zero | tr '\0' Z >"$home/catalogue.db"
rm -f "$home/catalogue.db-wal" "$home/catalogue.db-shm"
ls "$home" >"$root/before"
expect 'a time zone that is none: exit 1' 1 rebuild --copy none --timezone Nowhere/None
tells 'a time zone that is none: says so' 'not a time zone'
ls "$home" | diff "$root/before" - >"$root/out" 2>"$root/err"
report $? 'and nothing was set aside'
expect 'no hall is said, dry run' 0 rebuild --copy none --dry-run
tells 'it names the usual one' 'a new one, of hall H01'
json 'no hall is said' "j.catalogue === 'new' && j.segments === 1 && j.holds.length === 1" rebuild --copy none
json 'twice changes nothing, of a new one too' "j.catalogue === 'sound' && j.segments === 0 && j.holds.length === 0" rebuild
lose
expect 'back to the copy' 0 rebuild --copy "$copy"

# a byte of a journal is not as it was written, and the catalogue is gone
journal=$home/footage/.mingjing-holds
cp "$journal" "$root/journal"
expect 'a hold of a camera' 0 hold add camera cam1 --from "$(date -u -d '-2 days' +%Y-%m-%dT%H:%M:%SZ)" --to "$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%SZ)" --reason why --case 9
expect 'the journal has it' 0 verify
lose
sed -i '$s/"from":"2/"from":"3/' "$journal"
expect 'a damaged line: exit 1' 1 rebuild --copy none
tells 'a damaged line: it is named' "line [0-9]* of .*/.mingjing-holds is damaged.*cam1"
tells 'and what it may have held is' 'in doubt, and so held: line [0-9]* of .*/.mingjing-holds is damaged'
json 'its camera is held as a whole' "j.holds.some(h => h.case === 'damaged journal' && h.spans[0].camera === 'cam1' && Date.parse(h.spans[0].to) > Date.now())" hold list
expect 'verify says it' 1 verify
expect 'so does a purge' 1 purge --after-pause
tells 'by its line' 'line [0-9]* of .*/.mingjing-holds is damaged'
"$mingjing" rebuild --home "$home" --json >"$root/out" 2>"$root/err"
json 'again puts no other' "j.holds.filter(h => h.case === 'damaged journal').length === 1" hold list
lose
cp "$root/journal" "$journal"

# a release of which a byte is not as it was written
expect 'back to the copy, for a release' 0 rebuild --copy "$copy"
json 'a hold to be released' 'j.holds.length > 0' hold list
hold=$(node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).holds.find(h => h.case === "7").id' <"$root/out")
expect 'it is released' 0 hold release "$hold" --reason settled
lose
sed -i '$s/"settled"/"settleD"/' "$journal"
expect 'a damaged release: exit 1' 1 rebuild --copy none
tells 'a damaged release: its hold stays' "hold $hold. That hold stays in force until it is released again: mingjing hold release $hold"
json 'a damaged release: no camera is held for it' "j.holds.some(h => h.id === $hold) && !j.holds.some(h => h.case === 'damaged journal')" hold list

# two journals that contradict each other
lose
mkdir -p "$home/volumes/disk2"
: >"$home/volumes/disk2/.mingjing-volume"
cp "$root/journal" "$journal"
node -e "
  const fs = require('fs'), { createHash } = require('crypto');
  fs.writeFileSync('$home/volumes/disk2/.mingjing-holds', fs.readFileSync('$journal', 'utf8').split('\\n').filter(Boolean).map(line => {
    const record = line.slice(17).replace('\"case\":\"7\"', '\"case\":\"8\"').replace(/\"from\":\"2026-11-22T01:30/, '\"from\":\"2026-11-22T01:10');
    return createHash('sha256').update(record).digest('hex').slice(0, 16) + ' ' + record + '\\n';
  }).join(''));"
expect 'contradicting journals: exit 1' 1 rebuild --copy none
tells 'contradicting journals: both are named' "disk2/.mingjing-holds says of record [0-9]* of holds what .*/footage/.mingjing-holds does not"
tells 'contradicting journals: what each holds is held' 'in doubt, and so held: hold [0-9]* as .*/.mingjing-holds has it'
json 'contradicting journals: both, as they have it' "j.holds.filter(h => h.case === 'contradicting journals').flatMap(h => h.spans.map(s => s.from.slice(11, 16))).sort().join() === '09:10,09:30'" hold list
expect 'contradicting journals: no purge' 1 purge --after-pause
tells 'contradicting journals: it says what to do' 'move the journal that is wrong away'
rm "$home/volumes/disk2/.mingjing-holds"
expect 'settled: a purge' 0 purge --after-pause
json 'settled: what was in doubt stays held' "j.holds.filter(h => h.case === 'contradicting journals').length === 2 && j.holds.some(h => h.case === '7')" hold list
lose
rm -r "$home/volumes/disk2"
cp "$root/journal" "$journal"
expect 'back to the copy, once more' 0 rebuild --copy "$copy"

# what can be read of a damaged one
if command -v sqlite3 >/dev/null 2>&1; then
  cp "$home/catalogue.db" "$root/damaged.db"
  sqlite3 "$root/damaged.db" .dump 2>/dev/null | sed 's/^ROLLBACK.*$/COMMIT;/' | sqlite3 "$root/saved.db" 2>/dev/null
  lose
  expect 'what sqlite3 could read is a copy' 0 rebuild --copy "$root/saved.db"
  json 'with its events' "j.cameras.length === 1 && j.coverage > 0" find ticket A012
fi
echo "1..$n"
