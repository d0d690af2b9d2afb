#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The mingjing command as a person and a script meet it. TAP.  test-command.sh PATH-OF-MINGJING PATH-OF-TEST-NOTE
set -u
mingjing=$1 test_note=$2
. "$(dirname "$0")/tap.sh"
holding= # process that is held at its standard input
trap '[ -z "$holding" ] || kill "$holding"; rm -rf "$root"' EXIT
password=s3cr3t-W07

silent_on() { # NAME TEXT: neither answer nor error has it
  ! grep -q -- "$2" "$root/out" "$root/err"
  report $? "$1"
}

# before there is a home
expect 'no home: exit 1' 1 camera list
says 'no home: tells what to do' "mingjing init --home $home"
json 'init tells home, user and password' \
  "j.home === '$home' && j.user === 'admin' && j.password.length === 20" init --hall-name 大厅
expect 'init twice: exit 1' 1 init
says 'init twice: says so' 'already'
"$mingjing" init --home "$root/other" --admin 'a b' >"$root/out" 2>"$root/err"
test $? = 1 && [ ! -e "$root/other" ]
report $? 'init with a bad administrator leaves nothing behind'

# usage
run
test "$code" = 2; report $? 'no command: exit 2'
run --help
test "$code" = 0; report $? '--help: exit 0'
known=0
for words in init 'camera add' 'camera set' 'camera list' 'camera show' 'camera remove' 'place add' \
  'place set' 'place renumber' 'place list' 'coverage add' 'coverage end' 'coverage remove' 'coverage list' apply 'event add' 'event import' 'source list' 'source clock' link 'find ticket' \
  'find approval' 'find session' 'find place' 'find visits' 'find staff' 'find business' 'find matter' search timeline clip verify backup rebuild 'hold add ticket' 'hold add approval' \
  'hold add session' 'hold add camera' 'hold list' 'hold release' purge 'retention rules set' 'retention rules remove' \
  'retention rules list' 'retention rules' 'retention policy' 'retention report' 'volume add' 'volume list' \
  'volume remove' 'user add' 'user list' 'user passwd' 'user disable' \
  'user enable' 'user role' 'user scope' 'user second-reset' 'user logout' 'session list' 'session set' keys \
  'token add' 'token list' 'token revoke' 'alarm list' 'alarm ack' 'mark list' \
  'meeting add' 'meeting list' 'meeting token' 'meeting end' 'meeting slot add' 'meeting slot list' 'meeting slot withdraw' \
  'meeting book' 'meeting cancel' 'meeting move' 'meeting notice set' 'meeting notice list' 'promise list' 'promise done' \
  'webhook add' 'webhook list' 'webhook remove' 'audit list' 'audit verify'; do
  run --help
  grep -q "mingjing $words" "$root/out"
  report $? "--help lists $words"
  known=$((known + 1))
  # shellcheck disable=SC2086 # two words
  run $words --help
  test "$code" = 0 && grep -q -- --home "$root/out"
  report $? "$words --help tells its options"
done
# whatever words commands begin with tells which there are
"$mingjing" --help --json | node -e "
  const words = JSON.parse(require('fs').readFileSync(0, 'utf8')).commands.map(c => c.words.split(' '));
  const groups = new Set(words.flatMap(w => w.slice(1).map((_, i) => w.slice(0, i + 1).join(' '))));
  console.log([...groups].join('\n'));" >"$root/groups"
while read -r words; do
  # shellcheck disable=SC2086 # two words
  run $words --help
  test "$code" = 0 && test "$(grep -c "mingjing $words " "$root/out")" -ge 1
  report $? "$words --help tells which commands there are"
done <"$root/groups"
expect 'help of what is no command: exit 2' 2 hold frobnicate --help
# every help begins in the same column: two blanks stand before it and nowhere else
"$mingjing" --help | node -e "
  const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(l => l.startsWith('  mingjing '));
  const columns = new Set(lines.map(l => [...l].length - [...l.slice(2).replace(/^.*?  +/, '')].length));
  if (columns.size !== 1) { console.error([...columns]); process.exit(1); }" 2>"$root/err"
report $? '--help: one column'
listed=$("$mingjing" --help | grep -c '^  mingjing ')
test "$listed" = "$known"; report $? "this test knows all commands ($listed)"
expect 'unknown command: exit 2' 2 camera sell
expect 'half a command: exit 2' 2 camera
expect 'unknown option: exit 2' 2 camera list --colour
says 'unknown option: named' '--colour'
expect 'option of another command: exit 2' 2 camera list --role auditor
expect 'missing argument: exit 2' 2 camera add W07
says 'missing argument: usage' 'ID URL'
expect 'too many arguments: exit 2' 2 camera list W07
expect 'option without value: exit 2' 2 camera show W07 --home
expect 'find place without times: exit 2' 2 find place W07

# cameras
expect 'camera add' 0 camera add W07 "rtsp://admin:$password@192.0.2.7/1" --name 七号窗口
silent_on 'camera add: no password in the answer' "$password"
expect 'camera add twice: exit 1' 1 camera add W07 "rtsp://admin:$password@192.0.2.7/1"
silent_on 'camera add twice: no password in the error' "$password"
expect 'camera add with a bad URL: exit 1' 1 camera add W08 "http://admin:$password@192.0.2.7/1"
silent_on 'bad URL: no password in the error' "$password"
json 'camera list' "j.cameras.length === 1 && j.cameras[0].id === 'W07' && j.cameras[0].name === '七号窗口'
  && j.cameras[0].streams[0].url === 'rtsp://192.0.2.7/1'
  && j.cameras[0].streams[0].state === 'capture-down'" camera list
silent_on 'camera list: no password' "$password"
json 'camera show' "j.kind === 'window' && j.streams[0].name === 'main'" camera show W07
expect 'camera show for people' 0 camera show W07
silent_on 'camera show: no password' "$password"
expect 'camera show of none: exit 1' 1 camera show W99
says 'camera show of none: names it' 'W99'
expect 'camera set' 0 camera set W07 --kind hall
json 'camera set holds' "j.kind === 'hall'" camera show W07
expect 'camera add --record' 0 camera add W10 rtsp://192.0.2.10/1 --record none
expect 'camera set --record without such a stream: exit 1' 1 camera set W10 --kind hall --record both
says 'camera set --record says how to get one' '--sub'
expect 'camera set --record --sub' 0 camera set W10 --sub rtsp://192.0.2.7/2#udp --record sub
json 'camera set --record holds' "j.streams[0].record === false && j.streams[1].record === true" camera show W10
expect 'camera add --record with a bad word: exit 1' 1 camera add W09 rtsp://192.0.2.9/1 --record all
expect 'and nothing of it is there' 1 camera show W09
expect 'camera add of a pipeline' 0 camera add usb 'pipeline:v4l2src ! x264enc ! h264parse ! appsink name=video' --record none
json 'a pipeline is shown as it is' "j.streams[0].url.endsWith('! appsink name=video') && !j.streams[0].record" camera show usb
expect 'camera remove of both' 0 camera remove usb
expect 'camera remove of the other' 0 camera remove W10
expect 'a name that is not UTF-8: exit 1' 1 camera set W07 --name "$(printf '\377')"
expect 'an ID that is not UTF-8: exit 1' 1 camera show "$(printf '\377')"
! grep -rqa "$password" "$home"
report $? 'no password in any file of the home'

# a password on the command line is gone from the process list while the command runs
mkfifo "$root/stdin"
"$mingjing" camera add W09 - --sub "rtsp://u:$password@192.0.2.9/2" --home "$home" \
  <"$root/stdin" >"$root/out" 2>"$root/err" &
holding=$!
exec 3>"$root/stdin"
hidden() { # the command has started, and its password cannot be seen
  tr '\0' ' ' <"/proc/$holding/cmdline" >"$root/cmdline"
  grep -q 'camera add W09' "$root/cmdline" && ! grep -q "$password" "$root/cmdline"
}
tries=0
until hidden || [ $tries = 500 ]; do
  tries=$((tries + 1))
  sleep 0.01
done
hidden && grep -q '\*\*\*@192.0.2.9' "$root/cmdline"
report $? 'no password in the process list'
echo "rtsp://u:$password@192.0.2.9/1" >&3
exec 3>&-
wait "$holding"
code=$?
holding=
test $code = 0; report $? 'camera add reads its URL from standard input'
json 'the camera is there' "j.streams.length === 2 && j.streams[0].url === 'rtsp://192.0.2.9/1'" \
  camera show W09
expect 'camera remove' 0 camera remove W09
json 'camera list leaves it out' 'j.cameras.length === 1' camera list
json 'camera list --all has it' 'j.cameras.some(c => c.removed)' camera list --all

# places
expect 'place add' 0 place add 7 --name 七号
expect 'place add twice: exit 1' 1 place add 7
expect 'coverage add' 0 coverage add 7 W07 --from 2026-11-01
expect 'coverage add of an unknown camera: exit 1' 1 coverage add 7 W99
json 'place list' "j.places[0].code === '7' && j.places[0].cameras[0].from === '2026-11-01T00:00:00.000000+08:00'" \
  place list
json 'coverage list' "j.places[0].cameras[0].camera === 'W07' && j.places[0].cameras[0].to === null" \
  coverage list
expect 'a bad time: exit 1' 1 coverage end 7 W07 --to tomorrow
says 'a bad time: names the option' '--to'
expect 'place set' 0 place set 7 --name 七号窗口
expect 'place set without anything: exit 2' 2 place set 7
expect 'coverage end of a hall that is none: exit 1' 1 coverage end 7 W07 --hall H99
says 'which is said' 'no hall H99'
expect 'place renumber of a hall that is none: exit 1' 1 place renumber 7=17 --hall H99
json 'place renumber' "j.renumbered[0].from === '7' && j.renumbered[0].to === '17'" \
  place renumber 7=17 --from '2196-11-25 09:00'
expect 'place renumber of nonsense: exit 2' 2 place renumber 7
json 'coverage list of one' "j.places.length === 1 && j.places[0].code === '17' && j.places[0].name === '七号窗口'
  && j.places[0].cameras[0].from === '2196-11-25T09:00:00.000000+08:00'" coverage list 17
expect 'coverage list of an unknown place: exit 1' 1 coverage list 99
expect 'coverage remove' 0 coverage remove 17 W07
expect 'coverage remove of what is not: exit 1' 1 coverage remove 17 W07

# apply
run apply --print --home "$home"
cp "$root/out" "$root/hall.yaml"
test "$code" = 0 && grep -q '^  W07:$' "$root/hall.yaml"; report $? 'apply --print writes a file'
json 'apply: what is printed changes nothing' 'j.changes.length === 0 && j.applied === true' \
  apply "$root/hall.yaml" --prune
printf 'cameras:\n  W07: {main: rtsp://192.0.2.7/2}\n  W31:\n    main: rtsp://u:geheim@192.0.2.31/\n' >"$root/two.yaml"
json 'apply --dry-run' "j.added === 1 && j.changed === 1 && j.applied === false && j.changes[1].name === 'W31'
  && j.changes[1].line === 3" apply "$root/two.yaml" --dry-run
expect 'apply --dry-run has changed nothing' 1 camera show W31
expect 'apply' 0 apply "$root/two.yaml"
! grep -q geheim "$root/out" && grep -q '^+ camera W31$' "$root/out"; report $? 'apply shows what it did, no password'
expect 'apply has done it' 0 camera show W31
printf 'cameras:\n  W32: {main: rtsp://192.0.2.32/}\n  W31:\n    mian: x\n' >"$root/bad.yaml"
expect 'apply of a wrong line: exit 1' 1 apply "$root/bad.yaml"
says 'apply of a wrong line: names it' 'line 4: camera W31: "mian"'
printf 'halls: {H01: {places: {W31: {coverage: [W32, W99]}}}}\ncameras:\n  W32: {main: rtsp://192.0.2.32/, user: u, password_file: none}\n  W33: {mian: x}\n' >"$root/bad.yaml"
expect 'apply of several wrong lines: exit 1' 1 apply "$root/bad.yaml"
test "$(grep -c '^line ' "$root/err")" = 3 && grep -q '^line 1: no camera W99' "$root/err"; report $? 'apply names each, and none that follows'
printf 'halls: {H01: {places: {W31: }}}\n' >"$root/bare.yaml"
json 'apply of a place that no camera covers' 'j.added === 1 && j.warnings.length === 1' apply "$root/bare.yaml" --dry-run
says 'apply warns of it' 'warning: line 1: place W31: no camera covers it'
expect 'apply of a wrong line: nothing of it' 1 camera show W32
expect 'apply without a file: exit 2' 2 apply
expect 'apply of two things: exit 2' 2 apply "$root/two.yaml" --print
expect 'apply of a missing file: exit 1' 1 apply "$root/missing.yaml"
printf 'cameras: {W07: {main: rtsp://192.0.2.7/1}}\n' >"$root/one.yaml"
expect 'apply --prune' 0 apply "$root/one.yaml" --prune
json 'apply --prune retires' 'j.cameras.every(c => c.id !== "W31")' camera list

# events
event() { # ID TYPE TIME DATA
  printf '{"specversion":"1.0","id":"%s","source":"/queue","type":"hall.ticket.%s","time":"2026-11-22T%s+08:00","data":{"ticket_no":"A012"%s}}\n' "$@"
}
{
  event 1 called 09:31:00 ',"window_no":"7","approval_id":"SP1"'
  event 2 finished 09:35:00 ''
} >"$root/good.ndjson"
json 'event add' 'j.accepted === 2 && j.refused === 0 && j.results.length === 2' \
  event add "$root/good.ndjson"
json 'event add again' 'j.accepted === 0 && j.duplicates === 2' event add "$root/good.ndjson"
{ event 3 called 09:40:00 ''; event 4 rated 09:41:00 ''; } >"$root/mixed.ndjson"
expect 'a refused event: exit 1' 1 event add "$root/mixed.ndjson"
says 'a refused event: says why' 'data.window_no'
grep -q '1 accepted' "$root/out"; report $? 'a refused event: the good one is kept'
event 5 rated 09:42:00 '' | "$mingjing" event add - --home "$home" >"$root/out" 2>"$root/err"
report $? 'event add reads standard input'
echo 'not json' >"$root/bad"
expect 'not JSON: exit 1' 1 event add "$root/bad"
expect 'no such file: exit 1' 1 event add "$root/missing"
says 'no such file: named' "$root/missing"
expect 'a folder is no file: exit 1' 1 event add "$root"

# clocks of business systems
json 'source list' "j.sources.length === 1 && j.sources[0].clock.how === 'unknown'" source list
source=$(node -p 'JSON.parse(require("fs").readFileSync(0)).sources[0].source' <"$root/out")
expect 'source clock without an offset: exit 2' 2 source clock "$source"
expect 'source clock with a bad offset: exit 2' 2 source clock "$source" --offset twelve
expect 'source clock of none: exit 1' 1 source clock nobody --offset +1s
json 'source clock' 'j.events > 0' source clock "$source" --offset +12s --uncertainty 500ms
json 'and a dossier tells it' "j.sources[0].clock === 'set' && j.sources[0].offset_ms === 12000
  && j.sources[0].uncertainty_ms === 500 && j.visits[0].called.includes('09:31:12')
  && j.events.some(e => e.time.includes('09:31:00') && e.at.includes('09:31:12'))" find ticket A012
json 'source clock auto' 'j.events > 0' source clock "$source" --offset auto
json 'and it is as before' "j.visits[0].called.includes('09:31:00')" find ticket A012
json 'link' 'j.events === 0' link
json 'link --rebuild' 'j.events > 0' link --rebuild
json 'a rebuilt dossier is as before' "j.visits[0].called.includes('09:31:00')" find ticket A012

# events from a table, as a queue's vendor writes it
cat >"$root/queue.yaml" <<'END'
source: queue.csv
events:
- type: {column: 动作, values: {叫号: hall.ticket.called, 办结: hall.ticket.finished}}
  time: [日期, 时间]
  format: "%Y%m%d %H:%M:%S"
  data: {ticket_no: 票号, window_no: {column: 窗口, values: {七号: "7"}}}
END
{ echo '票号,动作,窗口,日期,时间'
  echo 'C001,叫号,七号,20261122,10:00:00'
  echo 'C001,办结,七号,20261122,10:05:00'
  echo 'C002,离开,七号,20261122,10:06:00'; } | iconv -t GB18030 >"$root/queue.csv"
expect 'event import without a mapping: exit 2' 2 event import "$root/queue.csv"
expect 'event import --dry-run of a table with a bad row: exit 1' 1 event import "$root/queue.csv" \
  --mapping "$root/queue.yaml" --dry-run
grep -q '2 events would be taken' "$root/out"; report $? 'and says what it would do'
expect 'event import: exit 1' 1 event import "$root/queue.csv" --mapping "$root/queue.yaml"
grep -q '3 rows: 2 events accepted' "$root/out"; report $? 'event import keeps the good rows'
says 'event import says where the others are, beside those of the dry run' "$root/queue.refused-2.csv"
grep -q '^# line 4: column 动作: "离开"' "$root/queue.refused-2.csv"; report $? 'with their reasons'
cmp -s "$root/queue.refused.csv" "$root/queue.refused-2.csv"; report $? 'the dry run said the same'
sed 's/离开/办结/' "$root/queue.refused.csv" >"$root/mended.csv"
before=$(cksum <"$root/queue.csv")
expect 'event import writes over no table: exit 1' 1 event import "$root/queue.csv" --mapping "$root/queue.yaml" --refused "$root/queue.csv"
says 'and says so' 'not written over; nothing was imported'
test "$before" = "$(cksum <"$root/queue.csv")"; report $? 'the table is as it was'
json 'what was mended is taken' 'j.rows === 1 && j.accepted === 1 && j.refused_file === null' \
  event import "$root/mended.csv" --mapping "$root/queue.yaml"
json 'event import again' 'j.duplicates === 1 && j.accepted === 0' \
  event import "$root/mended.csv" --mapping "$root/queue.yaml"
json 'a ticket of a table is found' 'j.visits.length === 1 && j.visits[0].place === "7"' find ticket C001
{ echo '票号,动作,窗口,日期,时间'
  for i in 1 2 3; do echo "C01$i,叫号,九九,20261122,11:0$i:00"; done
  echo 'C014,叫号,八八,20261122,11:04:00'; } >"$root/odd.csv"
json 'rows at places that nobody knows' 'j.accepted === 4 && j.warned === 4' event import "$root/odd.csv" --mapping "$root/queue.yaml"
says 'are told with their lines' 'line 2 accepted, but place 九九 is not known'
says 'each place' 'line 5 accepted, but place 八八 is not known'
says 'and counted' '4 events name a place that is not known'
test "$(wc -l <"$root/err")" = 3; report $? 'and each place once'
printf '%s\n%s\n' \
  '{"specversion":"1.0","id":"w1","source":"/warn","type":"hall.ticket.called","time":"2099-01-01T09:00:00+08:00","data":{"ticket_no":"Y1","window_no":"九九"}}' \
  '{"specversion":"1.0","id":"w2","source":"/warn","type":"hall.ticket.taken","time":"2026-11-22T09:00:00+08:00","data":{"ticket_no":"Y2","correction_of":"w2"}}' >"$root/warn.ndjson"
json 'events with warnings of several kinds' 'j.warned === 2' event add "$root/warn.ndjson"
says 'are counted by kind: places' '^mingjing: 1 events name a place that is not known'
says 'what is ahead' '^mingjing: 1 events are dated ahead of this machine.s clock'
says 'and what corrects itself' '^mingjing: 1 events name themselves as what they correct'
json 'source clock counts the events of its source alone' 'j.events === 2' source clock /warn --offset +3s
expect 'a mapping that is wrong: exit 1' 1 event import "$root/queue.csv" --mapping "$root/queue.csv"
says 'a mapping that is wrong: names file and line' 'queue.csv: mapping, line 1'

# from a number to the footage
json 'find ticket' "j.subject.key === 'A012' && j.subject.day === '2026-11-22' && j.events.length === 4
  && j.cameras[0].camera === 'W07' && j.cameras[0].spans[0].from === '2026-11-22T09:30:30.000000+08:00'
  && j.cameras[0].spans[0].to === '2026-11-22T09:36:00.000000+08:00'
  && j.cue === '2026-11-22T09:31:00.000000+08:00' && j.coverage === 0" find ticket a012 --day 2026-11-22
expect 'find ticket for people' 0 find ticket A012
grep -q '2026-11-22 09:31:00.000' "$root/out"; report $? 'find ticket shows the time of the hall'
grep -q 'clock of /queue: ' "$root/out"; report $? 'find ticket shows the clock of the source'
grep -q 'confidence ' "$root/out"; report $? 'find ticket says how sure a span is'
expect 'find ticket of another day: exit 1' 1 find ticket A012 --day 2026-11-20
says 'find ticket of another day: tells which has it' '2026-11-22'
expect 'find ticket with a bad day: exit 1' 1 find ticket A012 --day someday
json 'find approval' "j.subject.kind === 'approval' && j.related[0].key === 'A012'" find approval SP1
expect 'find approval of none: exit 1' 1 find approval SP9
json 'find place' "j.place === '7' && j.cameras.length === 1" \
  find place 7 --from '2026-11-22 09:00' --to '2026-11-22 09:10'
expect 'find place backwards: exit 1' 1 find place 7 --from 2026-11-22 --to 2026-11-21
json 'timeline' "j.camera === 'W07' && j.coverage === 0 && j.gaps.every(g => g.reason)" \
  timeline W07 --from -10m --to now
expect 'timeline for people' 0 timeline W07 --from -10m
grep -q 'MISSING' "$root/out"; report $? 'timeline says what is missing'
json 'timeline without a note' 'j.notes.length === 0' timeline W07 --from -10m --to now
"$test_note" "$home" W07 300 'the clock was set back by 5.000 s' 2>"$root/err"; report $? 'a note'
json 'timeline with a note' "j.notes.length === 1 && j.notes[0].at > j.from && j.notes[0].reason === 'clock'
  && j.notes[0].detail === 'the clock was set back by 5.000 s' && j.coverage === 0" timeline W07 --from -10m --to now
expect 'timeline with a note, for people' 0 timeline W07 --from -10m
grep -q 'noted *clock: the clock was set back by 5.000 s' "$root/out"; report $? 'timeline says what was noted'
json 'find place with a note' 'j.cameras[0].spans[0].notes.length === 1' find place 7 --from -10m --to now
expect 'find place with a note, for people' 0 find place 7 --from -10m --to now
grep -q 'noted .*: the clock was set back by 5.000 s' "$root/out"; report $? 'find place says what was noted'
expect 'timeline of a stream there is none of: exit 1' 1 timeline W07 --stream sub

json 'verify' "j.segments === 0 && j.findings.length === 0" verify --deep --rate 10
touch "$home/footage/stray.mp4"
expect 'verify with a stray file: exit 1' 1 verify
grep -q 'orphan *stray.mp4' "$root/out"; report $? 'verify names it'
rm "$home/footage/stray.mp4"

json 'backup' "j.cameras > 0 && j.kept === 1 && j.removed === 0 && j.path.startsWith('$root/copies/catalogue-')" \
  backup "$root/copies"
json 'backup: only the newest stay' "j.kept === 1 && j.removed === 1" backup "$root/copies" --keep 1
expect 'backup for people' 0 backup
grep -q 'checked: [0-9]* cameras' "$root/out" && grep -q 'keys/camera.key' "$root/out"
report $? 'backup says what it holds and what not'
ls "$home"/backups/catalogue-*Z.db >"$root/out" 2>"$root/err"; report $? 'backup: beside the home if not told where'
expect 'backup into a file: exit 1' 1 backup "$home/catalogue.db"
grep -rqF "$password" "$root/copies" "$home/backups"; test $? = 1; report $? 'backup: no password in a copy'

# people and programs
json 'user add' "j.user === '1023' && j.password.length === 20" user add 1023 --role auditor
echo 'correct-horse-1' | "$mingjing" user passwd 1023 --password-stdin --home "$home" \
  >"$root/out" 2>"$root/err"
report $? 'user passwd from standard input'
silent_on 'user passwd: not shown' 'correct-horse'
expect 'user passwd without input: exit 2' 2 user passwd 1023 --password-stdin
echo short | "$mingjing" user passwd 1023 --password-stdin --home "$home" >"$root/out" 2>"$root/err"
test $? = 1; report $? 'a short password: exit 1'
expect 'user add with an unknown role: exit 1' 1 user add 1024 --role boss
expect 'user disable' 0 user disable 1023
json 'user list' "j.users.length === 3 && j.users.find(u => u.name === 'security').role === 'secadmin' && j.users.find(u => u.name === '1023').disabled" user list
expect 'user enable' 0 user enable 1023
expect 'user disable of none: exit 1' 1 user disable 9999
expect 'user role: an auditor administers nothing: exit 1' 1 user role 1023 secadmin
expect 'user add for a scope' 0 user add 1025 --role investigator --lasting
expect 'place add for a scope' 0 place add W70
expect 'user scope' 0 user scope 1025 W70
json 'user list: its places, and no password to be changed' "
  JSON.stringify(j.users.find(u => u.name === '1025')) === JSON.stringify({name: '1025', role: 'investigator',
    disabled: false, must_change: false, second: false, places: ['H01/W70']})" user list
expect 'user scope with an unknown place: exit 1' 1 user scope 1025 W99
expect 'user scope: everything again' 0 user scope 1025
expect 'user role' 0 user role 1025 supervisor
expect 'user logout' 0 user logout 1025
expect 'user second-reset without one: exit 1' 1 user second-reset 1025
expect 'the last security administrator stays: exit 1' 1 user disable security
json 'session set' "j.rules.find(r => r.role === 'auditor').idle_minutes === 10" \
  session set auditor --idle 10 --longest 60
expect 'session set with nonsense: exit 1' 1 session set auditor --idle 10 --longest 5
json 'keys: they are there' "j.made === false && j.certificate.endsWith('web/tls.crt')" keys
json 'token add' "j.name === 'queue' && j.scope === 'events' && /^[0-9a-f]{64}\$/.test(j.token)" \
  token add queue
expect 'token add twice: exit 1' 1 token add queue
json 'token list' "j.tokens.length === 1 && j.tokens[0].name === 'queue' && j.tokens[0].scope === 'events'
  && Date.parse(j.tokens[0].created) > 0 && j.tokens[0].revoked === null && !('token' in j.tokens[0])" token list
expect 'token revoke' 0 token revoke queue
json 'token list: a revoked one' "Date.parse(j.tokens[0].revoked) >= Date.parse(j.tokens[0].created)" token list
expect 'token list for people' 0 token list
grep -qE '^queue +events +made [0-9: .-]{23}  used never  revoked [0-9: .-]{23}$' "$root/out"
report $? 'token list: name, scope, made, revoked'
expect 'token revoke twice: exit 1' 1 token revoke queue

# alarms: no API looks for them here, so the command does
json 'alarm list: a recorder that never ran' "j.watched === false && j.open >= 1
  && j.alarms.some(a => a.kind === 'recorder' && a.severity === 'red' && a.acknowledged === null)" alarm list
says 'alarm list: says that nobody else looks' 'mingjing-api is not running'
alarm=$(node -p 'JSON.parse(require("fs").readFileSync(0)).alarms.find(a => a.kind === "recorder").id' <"$root/out")
expect 'alarm ack' 0 alarm ack "$alarm" --note 'sent somebody'
expect 'alarm ack twice: exit 1' 1 alarm ack "$alarm"
says 'alarm ack twice: says who has it' 'has alarm'
expect 'alarm ack of no number: exit 2' 2 alarm ack x
json 'alarm list: who has it' "j.alarms.find(a => a.id === $alarm).note === 'sent somebody'" alarm list
expect 'alarm list for people' 0 alarm list --all
grep -q 'has it: sent somebody' "$root/out"; report $? 'alarm list for people: who has it'
expect 'alarm list --limit 0: exit 2' 2 alarm list --limit 0
json 'mark list' 'j.marks.length === 0 && j.next === null' mark list
json 'meeting add: a token for each leg, once' 'j.legs.length === 2 && j.legs.every(l => /^[0-9a-f]{64}$/.test(l.token))' \
  meeting add MS1 M1 citizen boss:official --name 不动产登记
expect 'meeting add twice: exit 1' 1 meeting add MS1 M1 citizen official
expect 'meeting add of one party: exit 2' 2 meeting add MS2 M1 citizen
json 'meeting list: no token' 'j.sessions.length === 1 && j.sessions[0].legs[1].role === "official" && !JSON.stringify(j).match(/[0-9a-f]{64}/)' meeting list
json 'meeting token: another one' '/^[0-9a-f]{64}$/.test(j.token)' meeting token MS1 boss
expect 'meeting end' 0 meeting end MS1
expect 'meeting token of what is over: exit 1' 1 meeting token MS1 boss
json 'meeting slot add: the link, once' 'j.state === "free" && /^[0-9a-f]{64}$/.test(j.link)' \
  meeting slot add D1 M2 社保 --from '2099-01-01 09:00' --to '2099-01-01 09:30' --owner 2001
slot=$(node -p "JSON.parse(require('fs').readFileSync('$root/out')).id")
expect 'meeting slot add in its time: exit 1' 1 meeting slot add D2 M2 --from '2099-01-01 09:10' --to '2099-01-01 10:00'
says 'meeting slot add in its time: which one' 'overlaps slot'
expect 'meeting book for another topic: exit 1' 1 meeting book "$slot" 婚姻登记
json 'meeting book: a link for each' 'j.legs.every(l => l.token) && j.dept === "D1" && j.citizen_ref === "c1"' \
  meeting book "$slot" 社保 --ref c1
booked=$(node -p "JSON.parse(require('fs').readFileSync('$root/out')).session")
expect 'meeting book twice: exit 1' 1 meeting book "$slot" 社保
expect 'meeting move to a slot that is taken: exit 1' 1 meeting move "$booked" "$slot"
json 'meeting cancel' 'j.state === "cancelled"' meeting cancel "$booked" --reason 改期
json 'meeting list: by a part of its number' 'j.sessions.length === 1 && j.sessions[0].dept === "D1"' meeting list "${booked#MM-}"
printf '全程录像。\n' >"$root/notice"
json 'meeting notice set' 'j.version === "v1" && j.zh === "全程录像。" && j.en === null' meeting notice set v1 "$root/notice"
printf '别的话' >"$root/notice"
expect 'meeting notice set with other words: exit 1' 1 meeting notice set v1 "$root/notice"
json 'meeting notice list' 'j.notices.length === 1 && /^[0-9a-f]{64}$/.test(j.notices[0].sha256)' meeting notice list
expect 'meeting slot withdraw' 0 meeting slot withdraw "$slot"
expect 'meeting slot withdraw of no number: exit 2' 2 meeting slot withdraw x
printf '%s' '{"specversion":"1.0","id":"pr1","source":"/q","type":"hall.session.promised","time":"2026-11-20T09:00:00+08:00","data":{"session_id":"S1","promise_id":"P7","text":"send it","owner":"2001","due":"2026-11-21"}}' >"$root/promised"
expect 'a promise of another system' 0 event add "$root/promised"
json 'promise list: overdue' 'j.promises.length === 1 && j.promises[0].promise_id === "P7"' promise list --state overdue
expect 'promise list of no state: exit 1' 1 promise list --state late
expect 'promise done without proof: exit 2' 2 promise done P7
json 'promise done' 'j.state === "done" && j.proof === "sent"' promise done P7 sent
json 'webhook add: the secret, once' "/^[0-9a-f]{64}\$/.test(j.secret)" webhook add https://hook.example/x --kinds camera,alert
json 'webhook list' "j.webhooks.length === 1 && j.webhooks[0].kinds === 'camera,alert' && !('secret' in j.webhooks[0])" webhook list
expect 'webhook add twice: exit 1' 1 webhook add https://hook.example/x
expect 'webhook add of no kind: exit 1' 1 webhook add https://hook.example/y --kinds weather
says 'webhook add of no kind: says which there are' 'retention'
expect 'webhook add over http: exit 1' 1 webhook add http://hook.example/y
says 'webhook add over http: says what to do' '--plain'
expect 'webhook add over http, meant so' 0 webhook add http://hook.example/y --plain
expect 'webhook add with a password: exit 1' 1 webhook add https://u:p@hook.example/y
expect 'webhook add of another scheme: exit 1' 1 webhook add ftp://hook.example/y
expect 'webhook remove' 0 webhook remove https://hook.example/x
expect 'webhook remove twice: exit 1' 1 webhook remove https://hook.example/x
echo "1..$n"
