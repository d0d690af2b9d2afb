#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds, retention and purge as a person and a script meet them. TAP.
# test-command-retention.sh PATH-OF-MINGJING PATH-OF-TEST-PAST PATH-OF-TEST-FOOTAGE
set -u
mingjing=$1
past=$2
footage=$3
. "$(dirname "$0")/tap.sh"

event() { # ID TYPE TIME
  printf '{"specversion":"1.0","id":"%s","source":"/queue","type":"hall.ticket.%s","time":"2026-11-22T%s+08:00","data":{"ticket_no":"A012","window_no":"7","approval_id":"SP1"}}\n' "$@"
}

"$mingjing" init --home "$home" >/dev/null
for camera in W07 W08; do
  "$mingjing" camera add $camera rtsp://192.0.2.7/$camera --home "$home" >/dev/null
done
"$mingjing" place add 7 --home "$home" >/dev/null
"$mingjing" coverage add 7 W07 --home "$home" >/dev/null
{ event 1 called 09:31:00; event 2 finished 09:35:00; } | "$mingjing" event add - --home "$home" >/dev/null

# holds
json 'hold add ticket' "j.hold.kind === 'ticket' && j.hold.subject.key === 'A012' && j.hold.subject.day === '2026-11-22'
  && j.hold.case === '2026-7' && j.hold.review === '2099-01-01' && j.hold.owner === '1023' && j.hold.spans.length === 1
  && j.hold.spans[0].camera === 'W07' && j.hold.spans[0].from === '2026-11-22T09:30:30.000000+08:00'
  && j.keeps.segments === 0 && j.gone.length === 0 && j.journals.written === 1 && j.journals.of === 1" \
  hold add ticket a012 --day 2026-11-22 --reason complaint --case 2026-7 --review 2099-01-01 --owner 1023
id=$(node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).hold.id' <"$root/out")
grep -q '"do":"hold"' "$home/footage/.mingjing-holds" && grep -q '"camera":"W07"' "$home/footage/.mingjing-holds"
report $? 'the journal beside the footage has it'
expect 'hold add approval' 0 hold add approval SP1 --reason complaint --case 2026-7
tells 'hold add approval for people' 'case 2026-7: complaint'
json 'hold add camera, ahead' "j.hold.kind === 'camera' && j.hold.spans.length === 2 && j.hold.subject === null" \
  hold add camera W07,W08 --from 2030-01-01 --to 2030-01-02 --reason visit --case 8
expect 'hold with a review that is over: exit 1' 1 hold add ticket A012 --reason r --case 1 --review 2020-01-01
says 'which is said' '2020-01-01, is over'
expect 'hold without a case: exit 2' 2 hold add ticket A012 --reason complaint
tells 'hold without a case: says so' '--case'
says 'and that it alone is missing' 'needs --reason and --case: --case is missing'
expect 'hold without a reason: exit 2' 2 hold add ticket A012 --case 1
says 'hold without a reason: says so' ': --reason is missing'
expect 'hold without either: exit 2' 2 hold add ticket A012
says 'hold without either: says so' ': both are missing'
expect 'hold of no ticket: exit 1' 1 hold add ticket Z999 --reason complaint --case 1
tells 'hold of no ticket: named' 'Z999'
expect 'hold of no camera: exit 1' 1 hold add camera W99 --from -1h --to now --reason r --case 1
tells 'hold of no camera: named' 'W99'
expect 'hold without a time: exit 2' 2 hold add camera W07 --reason r --case 1
expect 'hold backwards: exit 1' 1 hold add camera W07 --from now --to -1h --reason r --case 1
json 'hold list' 'j.holds.length === 3 && j.holds.every(h => h.released === null)' hold list
json 'search counts those in force' "j.results.length === 1 && j.results[0].holds === 2" search a01
json 'so does what a place had' 'j.items.every(i => i.holds === 2)' find visits 7
expect 'search for people' 0 search a01
shows 'search for people shows it' 'HELD (2)'
json 'find tells who holds' "j.holds.length === 2 && j.holds[0].id === $id" find ticket A012
json 'find place tells it too' "j.holds.length === 2" find place 7 --from '2026-11-22 09:00' --to '2026-11-22 10:00'
expect 'hold release without a reason: exit 2' 2 hold release "$id"
expect 'hold release' 0 hold release "$id" --reason 'case closed'
expect 'hold release twice: exit 1' 1 hold release "$id" --reason again
expect 'hold release of none: exit 1' 1 hold release 7 --reason none
expect 'hold release of what is no number: exit 2' 2 hold release seven --reason none
json 'hold list leaves it out' 'j.holds.length === 2' hold list
json 'hold list --all keeps the record' "j.holds.find(h => h.id === $id).released_reason === 'case closed'" hold list --all
expect 'hold list for people' 0 hold list --all
tells 'hold list says who released it' 'released by cli:'
json 'the audit log knows' "['hold.add', 'hold.release'].every(w => j.rows.some(r => r.what === w && r.object === '$id' && r.case === '2026-7' || r.what === w && r.object === '$id'))" audit list

# rules
json 'retention rules' "j.rules.some(r => r.kind === 'any' && r.purpose === 'footage' && r.min_days === 30 && r.max_days === 90)" retention rules
json 'retention rules list is the same' 'j.rules.length > 3' retention rules list
json 'retention rules set' 'j.below_law === false' retention rules set window ticket --min-days 100 --max-days none
json 'and it is there' "j.rules.some(r => r.kind === 'window' && r.purpose === 'ticket' && r.min_days === 100 && r.max_days === null)" retention rules
expect 'retention rules for people' 0 retention rules
tells 'retention rules say what never goes' 'never by age'
expect 'a minimum below the law' 0 retention rules set hall footage --min-days 7 --max-days 30
tells 'a minimum below the law: warns' 'order 799'
expect 'a purpose that is none: exit 1' 1 retention rules set any tickets --min-days 400 --max-days none
says 'and says which there are' '"tickets" is no purpose of footage: footage (any), ticket, approval, session or trade'
expect 'a maximum below the minimum: exit 1' 1 retention rules set any ticket --min-days 30 --max-days 7
expect 'no maximum given: exit 2' 2 retention rules set any ticket --min-days 30
expect 'a maximum in words: exit 2' 2 retention rules set any ticket --min-days 30 --max-days many
run retention rules set --help
grep -q -- '--min-days' "$root/out" && ! grep -q 'min-days.*default' "$root/out"; report $? 'and help names no minimum that is refused'
expect 'a minimum of nothing: exit 2' 2 retention rules set any ticket --min-days 0 --max-days 30
says 'a minimum of nothing: says so' '--min-days takes a whole number from 1'
expect 'no minimum given: exit 2' 2 retention rules set any ticket --max-days 30
expect 'retention rules remove' 0 retention rules remove hall footage
expect 'retention rules remove twice: exit 1' 1 retention rules remove hall footage
expect 'the floor stays: exit 1' 1 retention rules remove any footage
expect 'retention policy' 0 retention policy "$home/footage" oldest
expect 'retention policy of a kind there is none of: exit 1' 1 retention policy "$home/footage" newest
json 'volume list shows it' "j.volumes[0].when_full === 'oldest'" volume list

# volumes
mkdir "$root/disk"
json 'volume add' '!j.known' volume add "$root/disk" --max 500G
expect 'volume list for people' 0 volume list
shows 'volume list shows what limits it' 'max 500G, reserve 1G or 2 %, when full: keep'
shows 'volume list shows the policy' 'max none, reserve 1G or 2 %, when full: oldest'
expect 'volume add of a known one' 0 volume add "$root/disk" --max 500G
shows 'it says that nothing changed' 'is known already; nothing changed'
expect 'volume add with other limits' 0 volume add "$root/disk" --max 20M --reserve 3T
shows 'it says what changed' 'is known already: reserve 1G or 2 % → 3T, max 500G → 20M$'
expect 'volume add with one limit' 0 volume add "$root/disk" --reserve 5G
shows 'the other one stays' 'is known already: reserve 3T → 5G$'
expect 'and the other way round' 0 volume add "$root/disk" --max 30M
shows 'that one stays too' 'is known already: max 20M → 30M$'
expect 'a limit is lifted in so many words' 0 volume add "$root/disk" --max none --reserve default
shows 'both are' 'is known already: reserve 5G → 1G or 2 %, max 30M → none$'
expect 'no other words: exit 2' 2 volume add "$root/disk" --max default
expect 'and they are back' 0 volume add "$root/disk" --max 20M --reserve 3T
expect 'volume remove' 0 volume remove "$root/disk"
expect 'volume add of one that was removed' 0 volume add "$root/disk" --max 20M --reserve 3T
shows 'it is back' 'known already, and is recorded to again$'
json 'and was known' 'j.known' volume add "$root/disk"
json 'its limits too' 'j.volumes.find(v => v.path.endsWith("/disk")).max_bytes === 20 * 1024 * 1024' volume list
expect 'volume remove again' 0 volume remove "$root/disk"

# purge and report
json 'purge --dry-run' 'j.dry_run && j.run === 0 && j.segments === 0 && j.decisions.length === 0' purge --dry-run
json 'purge' 'j.run > 0 && j.segments === 0 && j.volumes.length > 0' purge
expect 'purge for people' 0 purge --seconds 60
tells 'purge says what it did' '0 segments'
json 'retention report' "j.cameras.length === 2 && j.cameras[0].promised_days === 30 && j.cameras[0].met && j.volumes[0].outlook.used_bytes === 0
  && j.volumes[0].outlook.warning === false" retention report
expect 'retention report for people' 0 retention report
tells 'retention report tells of each camera' 'W08'
shows 'and why there is no forecast' 'no forecast yet: less than an hour was recorded here in the last 3 days'
json 'volume list shows the outlook' "j.volumes[0].outlook.short === null" volume list

# why footage stays
for days in 40 10 2; do "$past" "$home" W07 $days 60; done; report $? 'footage of forty days'
expect 'purge --dry-run' 0 purge --dry-run
shows 'what is within its minimum' 'keep    W07/main  since .*  2 segments, 0 MB: rule any/footage keeps it 30 days: the oldest until .*, the newest until 20'
shows 'what is past it' 'keep    W07/main  since .*  1 segments, 0 MB: past its minimum, may go when the disk is short; by rule any/footage gone after 90 days'
json 'the same for programs' "j.kept.length === 2 && j.kept.every(k => k.camera === 'W07' && k.rule === 'any/footage' && k.oldest < k.first_until)
  && j.kept.find(k => k.because === 'bound').segments === 2 && j.kept.find(k => k.because === 'spare').days === 90" purge --dry-run
expect 'of one camera' 0 purge --dry-run --camera W07
shows 'each segment' 'keep    main  .* - .*  rule any/footage keeps it 30 days, until .*; rule any/footage lets it go after 90 days, at 20'
test "$(wc -l <"$root/out")" = 3; report $? 'which are three'
json 'of a time' "j.segments.length === 1 && j.segments[0].because === 'bound' && j.segments[0].do === 'keep' && !j.more" \
  purge --dry-run --camera W07 --from -15d --to -5d
json 'not more than asked for' 'j.segments.length === 2 && j.more' purge --dry-run --camera W07 --limit 2
expect 'of a time of which nothing is there' 0 purge --dry-run --camera W07 --from -25d --to -20d
shows 'which is said' 'mingjing timeline W07 says why'
expect 'a purge is of all cameras: exit 2' 2 purge --camera W07
expect 'retention report for people' 0 retention report
shows 'that nothing was deleted is no promise kept' 'nothing recorded yet'
shows 'gaps and their reasons' '  [0-9]* gaps: .* ([0-9.]* days)'
shows 'what there is of the promised days, and what is missing' 'W07 .* there 0.0 of 30 days  missing [0-9]* s '
json 'the same for programs' "(c => c.achieved_days > 0 && c.achieved_days < 0.1 && c.due_days < 1 && c.kept_days > 39 && c.promised_days === 30)(
  j.cameras.find(c => c.camera === 'W07'))" retention report

# what people marked, in the words of the hall
"$past" "$home" mark W07 absent; report $? 'a mark'
expect 'mark list for people' 0 mark list
shows 'by what the hall calls it' '离岗 / absent'
json 'by its code for programs' "j.marks[0].kind === 'absent' && j.marks[0].kind_words.zh === '离岗'" mark list

# a business system all of whose events are eight hours late
"$past" "$home" late 28800; report $? 'events that come late'
json 'source list says so' "(s => s.late_ms === 28800000 && s.delay_ms === null && s.remark.includes(s.command))(j.sources.find(s => s.source === '/late'))" source list
expect 'source list for people' 0 source list
shows 'what it may be' 'note: everything of this source arrives 8.0 h late: either it sends late, or its clock is 8.0 h behind'
shows 'what to do' "mingjing source clock '/late' --offset +8h"
expect 'a person says which' 0 source clock /late --offset +8h
json 'then it is said no more' "(s => s.late_ms === 28800000 && s.remark === null && s.clock.how === 'set')(j.sources.find(s => s.source === '/late'))" source list

# a disk that a hold on what is to come fills: told at once
expect 'a short minimum' 0 retention rules set any footage --min-days 1 --max-days none
expect 'a small disk' 0 volume add "$home/footage" --max 200K
json 'it is not short' "(o => o.short === null && o.used_bytes === 93000)(j.volumes[0].outlook)" retention report
expect 'a hold on what is to come' 0 hold add camera W07 --from -60d --to "$(date -u -d '+300 days' +%F)" --reason inquiry --case 9
json 'it will be, because of that' "(o => o.short !== null && o.cause === 'held' && o.warning)(j.volumes[0].outlook)" retention report
expect 'retention report for people' 0 retention report
shows 'and says so' 'WARNING: full at .*, with nothing left that may go: it is held'
expect 'a rule as it was' 0 retention rules set any footage --min-days 30 --max-days 90

# a clock that was set, and is not linked by
"$past" "$home" clock 60; report $? 'a clock whose command was killed'
expect 'purge --dry-run' 0 purge --dry-run
shows 'says that something waits' 'wait to be linked anew. A purge links them first'
json 'to programs too' 'j.complete === false' purge --dry-run
json 'of one camera' 'j.complete === false' purge --dry-run --camera W07
json 'and the report' 'j.complete === false' retention report
expect 'retention report for people' 0 retention report
shows 'it says so' 'wait to be linked anew'
json 'so does a dossier' "j.complete === false && j.visits[0].called === '2026-11-22T09:32:00.000000+08:00'
  && j.cameras[0].spans[0].from === '2026-11-22T09:31:30.000000+08:00'" find ticket A012
expect 'find ticket for people' 0 find ticket A012
shows 'it says so too' 'wait to be linked anew: what is held, and lists, may be'
json 'and a search' 'j.complete === false' search a01
json 'purge links' 'j.complete && j.segments === 0' purge
json 'and the report is whole' 'j.complete' retention report

# a clock that is ahead, or a machine that was off
"$past" "$home" purge 200; report $? 'the last purge was long ago'
expect 'purge: exit 1' 1 purge
expect 'its dry run: the same' 1 purge --dry-run
says 'which says so' "a purge would be refused: by this machine's clock the last purge that is known of"
shows 'and promises nothing' 'would be deleted with --after-pause; without it, none'
json_of 'nor to programs' 1 'j.dry_run && j.refused.includes("--after-pause")' purge --dry-run
json 'but for a machine that was off' 'j.dry_run && j.refused === null' purge --dry-run --after-pause

# a line of a journal of holds that is damaged, and may have been a hold on anything
journal=$home/footage/.mingjing-holds
{ [ ! -f "$journal" ] || cat "$journal"; } >"$root/journal"
echo torn >>"$journal"
expect 'a dry run of what would be refused: exit 1' 1 purge --dry-run --after-pause
shows 'it says that nothing would go' 'nothing would be deleted: line '
json_of 'and programs are told' 1 'j.dry_run && j.refused.includes("nothing is deleted") && j.segments === 0' \
  purge --dry-run --after-pause
json 'of one camera, too' 'j.refused.includes("nothing is deleted")' purge --dry-run --after-pause --camera W07
mv "$root/journal" "$journal"

# forecasts of a home that has just begun
long=$home home=$root/young
"$mingjing" init --home "$home" >/dev/null
for camera in W07 W08; do
  "$mingjing" camera add $camera rtsp://192.0.2.7/$camera --home "$home" >/dev/null
done
"$footage" "$home" W07 20 10 1000000
expect 'purge after twenty minutes of recording' 0 purge
expect 'retention report after that' 0 retention report
shows 'it knows of the footage' 'footage 1 MB'
shows 'that is too short for a forecast' 'no forecast yet: less than an hour was recorded here in the last 3 days'
"$footage" "$home" W08 2880 2820 3000000
expect 'purge after two days' 0 purge
expect 'retention report after two days' 0 retention report
shows 'two days tell of a year' '; 1 MB a day'
shows 'that the disk does for' 'forecast: not full within 400 days; room for [0-9]* days of recording if nothing were deleted'
json 'for programs too' 'j.volumes[0].outlook.day_bytes > 1990000 && j.volumes[0].outlook.day_bytes < 2010000 && j.volumes[0].outlook.short === null' retention report
home=$long

# a home whose catalogue is lost holds what it held
"$mingjing" init --home "$root/second" >/dev/null
cp "$home/footage/.mingjing-holds" "$root/second/footage/"
home=$root/second
expect 'purge of a new catalogue' 0 purge
tells 'purge says that it learnt of holds' 'came from the journals'
json 'and they are in force' 'j.holds.length === 3' hold list
echo "1..$n"
