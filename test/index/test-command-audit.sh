#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the mingjing command tells the audit log, and what it says of it. TAP.
# test-command-audit.sh PATH-OF-MINGJING
set -u
mingjing=$1
. "$(dirname "$0")/tap.sh"
who=cli:$(id -un)
password=s3cr3t-W07

at_home() { # ARGS…
  "$mingjing" "$@" --home "$home" >"$root/out" 2>"$root/err" </dev/null
  code=$?
}
last() { # NAME EXPRESSION-ON-r: the newest row but those of this test's own looks
  "$mingjing" audit list --json --limit 20 --home "$home" >"$root/out" 2>"$root/err" </dev/null
  holds "$1" "(r => r.who === '$who' && r.role === 'cli' && r.address === null && $2)(j.rows.find(r => r.what !== 'audit.read'))"
}
leaves() { # CODE WORD OBJECT|'*' EXPRESSION-ON-r ARGS…: what the command leaves
  wanted=$1 word=$2 object=$3 expression=$4
  shift 4
  at_home "$@"
  test "$code" = "$wanted"
  report $? "$1 ${2-}: exit $wanted"
  result=ok
  [ "$wanted" = 0 ] || result=failed
  last "$1 ${2-} leaves $word $result" "r.what === '$word' && r.result === '$result' && ('$object' === '*' || (r.object ?? '') === '$object') && ($expression)"
}

at_home init
last 'init leaves user.add' "r.what === 'user.add' && r.object === 'admin' && r.detail.role === 'sysadmin'"
leaves 0 camera.add W07 'r.camera === "W07" && r.detail.url === "rtsp://192.0.2.7/1"' \
  camera add W07 "rtsp://admin:$password@192.0.2.7/1"
leaves 1 camera.add W07 'r.words.includes("already")' camera add W07 "rtsp://admin:$password@192.0.2.7/1"
leaves 0 camera.change W07 'r.detail.kind === "hall"' camera set W07 --kind hall
leaves 1 camera.change W99 'r.words.includes("W99")' camera set W99 --kind hall
leaves 0 camera.record W07 'r.detail.streams === "none"' camera set W07 --record none
leaves 0 place.add W07 'r.object_kind === "place"' place add W07
leaves 0 place.rename W07 'r.detail.name === "七号"' place set W07 --name 七号
leaves 0 coverage.add W07 'r.camera === "W07" && r.from === "2026-11-01T00:00:00.000000+08:00" && r.to === null' \
  coverage add W07 W07 --from 2026-11-01
leaves 0 coverage.change W07 'r.to === "2026-11-02T00:00:00.000000+08:00"' coverage end W07 W07 --to 2026-11-02
leaves 1 coverage.add W07 'r.words.includes("W99")' coverage add W07 W99
leaves 0 coverage.remove W07 'r.camera === "W07"' coverage remove W07 W07
leaves 0 place.renumber W07 'r.detail.new_code === "W17"' place renumber W07=W17
printf 'links: {visit: {before: 31s}}\nhalls:\n  H01: {name: 北厅}\n' >"$root/hall.yaml"
leaves 0 apply "$root/hall.yaml" 'r.object_kind === "file"' apply "$root/hall.yaml" --dry-run
leaves 0 hall.change H01 'r.detail.name === "北厅"' apply "$root/hall.yaml"
printf 'links: {visit: {before: 32s}}\n' >"$root/hall.yaml"
leaves 0 link.change visit 'r.detail.before_us === 32000000' apply "$root/hall.yaml"
leaves 1 apply "$root/none.yaml" 'r.words.includes("none.yaml")' apply "$root/none.yaml"
leaves 1 clip W07 'r.object_kind === "camera" && r.reason === "why" && r.words.includes("nothing is recorded")' \
  clip W07 --from -10m --to now --reason why
leaves 0 timeline W07 'r.object_kind === "camera" && r.camera === "W07" && r.from === "2026-11-22T09:00:00.000000+08:00" && r.to' \
  timeline W07 --from '2026-11-22 09:00' --to '2026-11-22 10:00' --json
leaves 1 timeline W99 'r.words.includes("W99")' timeline W99
leaves 0 camera.remove W07 'r.camera === "W07"' camera remove W07
mkdir "$root/disk"
leaves 0 volume.add "$root/disk" 'r.detail.max_bytes === 1048576' volume add "$root/disk" --max 1M
leaves 0 volume.remove "$root/disk" 'r.object_kind === "volume"' volume remove "$root/disk"
leaves 1 volume.remove "$root/none" 'r.words.includes("none")' volume remove "$root/none"
leaves 0 user.add 1023 'r.detail.role === "auditor"' user add 1023 --role auditor
leaves 0 user.passwd 1023 'r.object_kind === "user"' user passwd 1023
leaves 0 user.disable 1023 'r.words === null' user disable 1023
leaves 0 user.enable 1023 'r.words === null' user enable 1023
leaves 1 user.disable 9999 'r.words.includes("9999")' user disable 9999
leaves 0 user.role 1023 'r.detail.role === "operator"' user role 1023 operator
leaves 0 user.scope 1023 'r.detail.places.join() === "W17"' user scope 1023 W17
leaves 1 user.second 1023 'r.words.includes("1023")' user second-reset 1023
leaves 0 logout 1023 'r.detail.everywhere === "yes"' user logout 1023
leaves 0 user.session auditor 'r.object_kind === "role"' session set auditor --idle 10 --longest 60
leaves 0 keys '' 'r.words === null' keys
leaves 0 token.add queue 'r.detail.scope === "events"' token add queue
leaves 0 token.revoke queue 'r.detail === null' token revoke queue
printf '{"specversion":"1.0","id":"1","source":"/queue","type":"hall.ticket.taken","time":"2026-11-22T09:31:00+08:00","data":{"ticket_no":"A012"}}\n' >"$root/event"
leaves 0 event.add "$root/event" 'r.detail.accepted === 1' event add "$root/event"
printf 'number,when\nA014,2026-11-22 09:31:00\n' >"$root/table.csv"
leaves 0 source.clock /queue 'r.detail.offset_ms === 12000 && r.object_kind === "source"' \
  source clock /queue --offset +12s
leaves 0 link '' 'r.words === null' link --rebuild
leaves 1 event.import "$root/table.csv" 'r.words.includes("mapping")' \
  event import "$root/table.csv" --mapping "$root/no-mapping"
leaves 0 find A012 'r.object_kind === "ticket" && r.day === "2026-11-22" && r.reason === "投诉" && r.case_no === "7"' \
  find ticket a012 --reason 投诉 --case 7
leaves 1 find A013 'r.words.includes("A013")' find ticket A013
leaves 0 find W17 'r.object_kind === "place" && r.from === "2026-11-22T09:00:00.000000+08:00"' \
  find place W17 --from '2026-11-22 09:00' --to '2026-11-22 10:00'
leaves 0 hold.add '*' 'r.object_kind === "hold" && r.reason === "投诉" && r.case_no === "7" && r.detail.key === "A012" && r.day === "2026-11-22"' \
  hold add ticket A012 --reason 投诉 --case 7
hold=$(node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).rows.find(r => r.what === "hold.add").object' <"$root/out")
leaves 1 hold.add A099 'r.object_kind === "ticket" && r.words.includes("A099")' hold add ticket A099 --reason r --case 7
leaves 0 hold.list '' 'r.words === null' hold list
leaves 0 hold.release "$hold" 'r.reason === "case closed" && r.case_no === "7"' hold release "$hold" --reason 'case closed'
leaves 1 hold.release 7 'r.words.includes("no hold 7")' hold release 7 --reason none
leaves 0 purge '*' 'r.object_kind === "run" && r.detail.segments === 0' purge
leaves 0 purge '' 'r.detail === null' purge --dry-run
leaves 0 retention.set any/ticket 'r.object_kind === "rule" && r.detail.min_days === 100' \
  retention rules set any ticket --min-days 100 --max-days none
leaves 0 retention.remove any/ticket 'r.words === null' retention rules remove any ticket
leaves 0 retention.policy "$home/footage" 'r.detail.when_full === "oldest"' retention policy "$home/footage" oldest
leaves 0 catalogue.rebuild '' 'r.detail.catalogue === "sound" && r.detail.segments === 0' rebuild
leaves 1 find SP9 'r.object_kind === "approval"' find approval SP9
leaves 1 find S9 'r.object_kind === "session"' find session S9

leaves 0 alarm.list '' 'r.words === null' alarm list
leaves 1 alarm.acknowledge 7 'r.object_kind === "alarm" && r.words.includes("no alarm 7")' alarm ack 7
leaves 0 mark.list '' 'r.words === null' mark list
leaves 0 session.add MS1 'r.object_kind === "session" && !JSON.stringify(r).match(/[0-9a-f]{64}.*[0-9a-f]{64}/)' meeting add MS1 M1 citizen official
leaves 0 session.token MS1 'r.detail.leg === "citizen"' meeting token MS1 citizen
leaves 0 session.end MS1 'r.object_kind === "session"' meeting end MS1
leaves 0 slot.add '*' 'r.object_kind === "slot" && !JSON.stringify(r).match(/[0-9a-f]{64}.*[0-9a-f]{64}/)' \
  meeting slot add D1 M1 --from '2099-01-01 09:00' --to '2099-01-01 09:30'
leaves 1 slot.withdraw 7 'r.words.includes("no slot 7")' meeting slot withdraw 7
leaves 1 session.book 7 'r.words.includes("no slot 7")' meeting book 7
leaves 1 session.cancel S0 'r.words.includes("S0")' meeting cancel S0
printf 'x' >"$root/notice"
leaves 0 session.notice v1 'r.object_kind === "notice"' meeting notice set v1 "$root/notice"
leaves 1 session.move S0 'r.words.includes("S0")' meeting move S0 7
leaves 0 promise.list '' 'r.words === null' promise list
leaves 1 promise.done P9 'r.words.includes("no promise P9")' promise done P9 x
leaves 0 webhook.add https://hook.example/x 'r.detail.kinds === "alert" && !JSON.stringify(r).match(/[0-9a-f]{64}.*[0-9a-f]{64}/)' \
  webhook add https://hook.example/x --kinds alert
leaves 1 webhook.add 'http://hook.example/y?key=***' '!JSON.stringify(r).includes("S3cret")' webhook add 'http://hook.example/y?key=S3cret'
leaves 0 webhook.remove https://hook.example/x 'r.object_kind === "webhook"' webhook remove https://hook.example/x

at_home audit list --json --case 7
holds 'what was done for a case is found by its number' \
  'j.rows.length > 2 && j.rows.every(r => r.case_no === "7") && j.rows.some(r => r.what === "find") && j.rows.some(r => r.what === "hold.add")'

# every command says what it leaves, or why nothing
"$mingjing" --help --json >"$root/out" 2>"$root/err"
holds 'every command says what it leaves, or why nothing' \
  'j.commands.length > 30 && j.commands.every(c => !c.audit !== !c.unaudited_because)'
holds 'what writes the catalogue leaves something' 'j.commands.every(c => !c.writes || c.audit)'
node -e "
  const words = new Set(JSON.parse(require('fs').readFileSync(0, 'utf8')).commands.map(c => c.audit));
  for (const w of process.argv.slice(1)) words.delete(w);
  words.delete(null);
  if (words.size) { console.error('# not tried here: %s', [...words]); process.exit(1); }" \
  catalogue.make audit.read audit.verify $(sed -n 's/^leaves [01] \([a-z.]*\) .*/\1/p' "$0") <"$root/out" 2>"$root/err"
report $? 'each of those words was tried here'

# audit.head is only a note: without it nothing stops, and the log says so until the next row
rm "$home/audit.head"
at_home audit verify
test "$code" = 1 && grep -q 'there is no .*audit.head' "$root/err"; report $? 'no audit.head: exit 1'
rm "$home/audit.head"
at_home find ticket A012
test "$code" = 0; report $? 'audit.head is made anew'
at_home audit verify
test "$code" = 0; report $? 'and the log is whole'

# listing
at_home audit list
test "$code" = 0 && [ "$(wc -l <"$root/out")" -gt 40 ]; report $? 'audit list for people'
grep -q 'find  *failed  A013  no ticket A013' "$root/out"; report $? 'says what, with what result, why'
at_home audit list --what find --json
holds 'audit list --what' 'j.rows.length === 6 && j.rows.every(r => r.what === "find")'
at_home audit list --object a012 --json
holds 'audit list --object' 'j.rows.length === 2 && j.rows.every(r => r.object === "A012")'
at_home audit list --who nobody --json
holds 'audit list --who' 'j.rows.length === 0'
at_home audit list --from now --json
holds 'audit list --from' 'j.rows.length <= 1'
at_home audit list --limit 3 --json
holds 'audit list --limit' 'j.rows.length === 3 && j.rows[0].what === "audit.read"'
at_home audit list --csv
head -n 1 "$root/out" | grep -q '^seq,time,who,.*,hash' && [ "$(wc -l <"$root/out")" -gt 50 ]
report $? 'audit list --csv'
at_home audit list --csv --json
test "$code" = 2; report $? 'one form at a time: exit 2'
! grep -qa "$password" "$home/catalogue.db" "$home"/catalogue.db-* 2>/dev/null
report $? 'no password in the log'

# verifying
at_home audit verify --json
cp "$root/out" "$root/report"
holds 'audit verify' 'j.wrong === 0 && j.first_wrong === null && j.rows === j.head.seq && j.noted_seq === j.rows && j.set_back.rows === 0'
hash=$(node -p 'JSON.parse(require("fs").readFileSync(0)).head.hash' <"$root/report")
at_home audit verify --head "$hash"
test "$code" = 0; report $? 'audit verify --head of a former answer'
grep -q '0 wrong' "$root/out"; report $? 'audit verify for people'
at_home audit verify --head "$(echo "$hash" | tr 0-9a-f 1-9a-f0)"
test "$code" = 1 && grep -q 'no row has the hash' "$root/err"; report $? 'audit verify --head of another log: exit 1'
last 'what was found is in the log' 'r.what === "audit.verify" && r.result === "failed" && r.words.includes("hash")'
at_home audit verify --head 12
test "$code" = 2; report $? 'a hash that is none: exit 2'
sed 's/ 0000000000000/ 0000000000009/' "$home/audit.head" >"$root/head"
cp "$root/head" "$home/audit.head"
at_home audit verify --json
test "$code" = 1 && grep -q 'the end was cut off' "$root/err"; report $? 'an end that is missing: exit 1'
holds 'and is named' 'j.wrong === 1 && j.first_wrong.words.includes("knows of row 9000")'
echo "1..$n"
