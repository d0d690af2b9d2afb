#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `mingjing find` and `mingjing search` where there is more than one answer: two halls, several days, lists by who served
# what and where. What is ambiguous is shown and never guessed; every answer has its coverage, every gap its reason.
#   test-command-find.sh MINGJING
set -u
mingjing=$1
. "$(dirname "$0")/tap.sh"
event() { # ID TYPE TIME MEMBERS-OF-DATA
  printf '{"specversion":"1.0","id":"%s","source":"/q","type":"%s","time":"%s","data":{%s}}\n' "$1" "$2" "$3" "$4"
}

expect 'a home whose hall is H01 unless said' 0 init
cat >"$root/halls.yaml" <<'END'
halls:
  H01: {places: {W07: {name: 不动产登记}}}
  H02: {places: {W07: {name: 二号厅七号}, W08: {}}}
END
expect 'two halls' 0 apply "$root/halls.yaml"
expect 'a camera' 0 camera add CAM7 rtsp://192.0.2.7/1 --name 七号脸
expect 'that covers' 0 coverage add W07 CAM7
{
  event 1 hall.ticket.called 2026-11-20T09:00:00+08:00 '"ticket_no":"A012","window_no":"W07","staff_id":"1023"'
  event 2 hall.ticket.called 2026-11-22T09:31:00+08:00 '"ticket_no":"A012","window_no":"W07","staff_id":"1023","business_type":"婚姻登记"'
  event 3 hall.ticket.finished 2026-11-22T09:35:00+08:00 '"ticket_no":"A012","window_no":"W07","staff_id":"1023"'
  event 4 hall.ticket.called 2026-11-22T10:00:00+08:00 '"ticket_no":"a012","window_no":"W08","hall_code":"H02","staff_id":"2001"'
  event 5 hall.approval.accepted 2026-11-22T10:01:00+08:00 '"approval_id":"SP1","item_name":"营业执照","staff_id":"1023"'
  event 6 hall.approval.accepted 2026-11-22T10:02:00+08:00 '"approval_id":"SP1","hall_code":"H02","staff_id":"1099"'
  event 7 hall.approval.accepted 2026-11-22T10:03:00+08:00 '"approval_id":"A012","staff_id":"1099"'
} >"$root/events"
expect 'events' 0 event add "$root/events"

json_of 'a number that two halls have: exit 1, both' 1 "j.code === 'ambiguous' && j.candidates.map(c => c.hall).join() === 'H01,H02'
  && j.candidates.every(c => c.day === '2026-11-22' && 'coverage' in c && c.gaps.every(g => g.reason))" find ticket A012
says 'and says what to say' 'say which hall'
expect 'an empty number: exit 2' 2 find ticket ' '
tells 'an empty number: says so' 'its number is empty'
expect 'the same for people' 1 find ticket A012
shows 'with what to type' '--hall H02'
json_of 'with the hall, and why nothing is seen' 0 "j.subject.hall === 'H02' && j.hall.code === 'H02' && j.coverage === 0
  && j.gaps.length === 1 && j.gaps[0].camera === null && j.gaps[0].place === 'W08' && j.gaps[0].reason === 'no-camera'" find ticket A012 --hall H02
json_of 'the latest day, and the others' 0 "j.subject.day === '2026-11-22' && j.also.length === 3 && !j.also_more
  && j.also.some(a => a.day === '2026-11-20') && j.also.some(a => a.kind === 'approval' && a.day === null)
  && j.also.some(a => a.hall === 'H02')" find ticket A012 --hall H01
expect 'for people' 0 find ticket A012 --hall H01
shows 'the other days' 'also:.*ticket 2026-11-20 in H01'
expect 'another hall has none: exit 1' 1 find ticket A012 --hall H02 --day 2026-11-20
says 'and says so' 'in hall H02; the newest day that has it is 2026-11-22'
json_of 'an approval that two halls have' 1 'j.candidates.length === 2' find approval SP1
json_of 'of one of them' 0 "j.subject.title === null && j.subject.hall === 'H02'" find approval SP1 --hall H02
expect 'a place that two halls have, for people' 1 find place W07 --from '2026-11-22 09:00' --to '2026-11-22 10:00'
shows 'the hall to type, and how it is called there' '^--hall H02 .*place W07  二号厅七号$'
json_of 'a place that two halls have' 1 "j.candidates.map(c => c.name).join() === '不动产登记,二号厅七号'" \
  find place W07 --from '2026-11-22 09:00' --to '2026-11-22 10:00'
json_of 'of one of them' 0 "j.hall.code === 'H01' && j.coverage === 0 && j.cameras[0].spans[0].gaps.every(g => g.reason)" \
  find place W07 --hall H01 --from '2026-11-22 09:00' --to '2026-11-22 10:00'
json_of 'of what is still to come nothing is covered, and nothing missing' 0 "j.coverage === null && j.gaps.length === 0 && j.cameras.length > 0
  && j.cameras.every(c => c.coverage === null && c.spans.every(s => s.coverage === null))" \
  find place W07 --hall H01 --from '2099-01-01 09:00' --to '2099-01-01 10:00'
expect 'a hold on what is ambiguous: exit 1' 1 hold add approval SP1 --reason why --case 1
says 'and says so' 'say which hall'
shows 'and shows which there are' '^--hall H02 .*approval SP1'
json_of 'a hold on one of them' 0 "j.hold.subject.hall === 'H02'" hold add approval SP1 --hall H02 --reason why --case 1

json_of 'find staff' 0 "j.by === 'staff' && j.value === '1023' && j.complete && j.next === null
  && j.items.map(i => i.kind + i.key + i.day).join() === 'approvalSP1null,ticketA0122026-11-22,ticketA0122026-11-20'
  && j.items[1].coverage === 0 && j.items[1].places[0] === 'W07'
  && j.items[1].gaps.every(g => g.reason && g.camera === 'CAM7') && j.items[1].gaps.length > 0" find staff 1023
json_of 'find staff of a day' 0 "j.items.length === 1 && j.items[0].day === '2026-11-20'" find staff 1023 --day 2026-11-20
json_of 'find staff in a time' 0 "j.items.length === 1 && j.items[0].key === 'A012'" \
  find staff 1023 --from '2026-11-22 09:34' --to '2026-11-22 09:50'
json_of 'find staff, the first' 0 'j.items.length === 1 && j.next' find staff 1023 --limit 1
next=$(node -p 'JSON.parse(require("fs").readFileSync(0)).next' <"$root/out")
json_of 'and the next' 0 "j.items.length === 2 && j.items[0].key === 'A012' && j.next === null" find staff 1023 --after "$next"
expect 'for people' 0 find staff 1023 --limit 1
shows 'where it goes on' "--after $next"
json_of 'staff of two halls' 1 "j.candidates.map(c => c.hall).join() === 'H01,H02'" find staff 1099
json_of 'find business' 0 "j.items.length === 1 && j.items[0].title === '婚姻登记'" find business 婚姻登记
json_of 'find matter' 0 "j.items.length === 1 && j.items[0].key === 'SP1'" find matter 营业执照
json_of 'find visits' 0 "j.items.length === 2 && j.items.every(i => i.places[0] === 'W07')" find visits W07
expect 'find staff of none: exit 1' 1 find staff 9
expect 'a cursor of nowhere: exit 1' 1 find staff 1023 --after x
expect 'a day and a time: exit 2' 2 find staff 1023 --day today --from -1h
expect 'a limit beyond the limit: exit 2' 2 find staff 1023 --limit 101

json_of 'search: numbers' 0 "j.results.length === 4 && j.results.every(r => 'coverage' in r && Array.isArray(r.gaps))" search a01
json_of 'search: the rest' 0 "j.places.length === 3 && j.staff.length === 0" search w0
json_of 'search: staff' 0 "j.staff.map(s => s.value + s.hall).join() === '1023H01,1099H01,1099H02'" search 10
json_of 'search: Chinese' 0 "j.business[0].value === '婚姻登记' && j.matters.length === 0" search 婚姻
json_of 'search: a camera by its name' 0 "j.cameras[0].id === 'CAM7'" search 七号
json_of 'search: no wildcards' 1 '["results","places","cameras","staff","business","matters"].every(g => j[g].length === 0)' search %
expect 'search for people' 0 search 10
shows 'search for people: staff' 'staff 1023'
expect 'search for nothing: exit 2' 2 search ''
expect 'search that finds nothing: exit 1, as find' 1 search zzz
says 'and says so' 'nothing begins with "zzz"'
for asked in 'ticket A012' 'approval SP1' 'session S1' 'staff 1023' 'visits W07' 'place W07 --from -2h --to -1h'; do
  # shellcheck disable=SC2086 # words of a command
  expect "find $asked of no such hall: exit 1" 1 find $asked --hall H09
  says 'which is said' 'no hall H09'
done

json_of 'every one of them is in the audit log' 0 "
  ['staff/1023', 'staff/1099', 'business/婚姻登记', 'matter/营业执照', 'place/W07', 'search/10', 'ticket/A012', 'approval/SP1', 'staff/9']
  .every(o => j.rows.some(r => r.what === 'find' && r.object_kind + '/' + r.object === o))" audit list
json_of 'with the time that was asked for' 0 "j.rows.some(r => r.object_kind === 'staff' && r.from && r.from.startsWith('2026-11-20T00:00:00'))" \
  audit list --what find
# what is still to come is no part of a share, and said to be
event now hall.ticket.called "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '"ticket_no":"N001","window_no":"W07"' >"$root/now"
expect 'somebody is called' 0 event add "$root/now"
expect 'an open visit' 0 find ticket N001
shows 'an open visit: so far' '^  coverage [0-9.]* % so far$'
shows 'an open visit: of its camera too' 'CAM7 (七号脸)  coverage [0-9.]* % so far$'
expect 'an old visit' 0 find ticket A012 --hall H01 --day 2026-11-22
test "$(grep -c 'so far' "$root/out")" = 0 && grep -q '  coverage ' "$root/out"
report $? 'an old visit: all of it'
# two queue systems give out one number on one day
told() { # SOURCE ID TYPE TIME MEMBERS-OF-DATA
  source=$1
  shift
  event "$@" | sed "s|\"source\":\"/q\"|\"source\":\"$source\"|"
}
{
  told /tax t1 hall.ticket.called 2026-11-21T09:31:00+08:00 '"ticket_no":"C7","window_no":"W07"'
  told /land l1 hall.ticket.called 2026-11-21T09:33:00+08:00 '"ticket_no":"C7","window_no":"W01","ticket_id":"9f-1"'
  told /tax t2 hall.ticket.finished 2026-11-21T09:35:00+08:00 '"ticket_no":"C7","window_no":"W07"'
} >"$root/two"
expect 'two systems, one number' 0 event add "$root/two"
json_of 'neither is chosen' 1 "j.code === 'ambiguous' && j.candidates.map(c => [c.source, c.ticket_id, c.places.join(), c.shared].join('|')).join(' ')
  === '/tax||W07|true /land|9f-1|W01|true'" find ticket C7
says 'and says what to say' '2 tickets have the number C7 of 2026-11-21 (H01): say which is meant by its ticket_id or its source$'
expect 'the same for people' 1 find ticket C7
shows 'what to type for one' "^--hall H01 .*--source '/tax' ticket C7  2026-11-21 .*  W07$"
shows 'and for the other' "^--hall H01 .*--ticket-id '9f-1' ticket C7 .*  W01$"
json_of 'one by its source' 0 "j.visits.length === 1 && j.visits[0].place === 'W07' && j.visits[0].finished && j.events.length === 2
  && j.also.some(a => a.ticket_id === '9f-1' && a.shared && a.day === '2026-11-21')" find ticket C7 --source /tax
json_of 'the other by its id' 0 "j.visits.length === 1 && j.visits[0].place === 'W01' && !j.visits[0].finished && j.subject.source === '/land'" \
  find ticket C7 --ticket-id 9F-1
expect 'the other, for people' 0 find ticket C7 --ticket-id 9f-1
shows 'which one it is' '^ticket C7 .*(9f-1)$'
shows 'and that there is another' 'also: ticket 2026-11-21 in H01 (/tax)'
expect 'one that a camera saw, for people' 0 find ticket C7 --source /tax
shows 'whose clock nobody measured' '(visit, confidence 1.00, clock not measured)'
expect 'an id that none has: exit 1' 1 find ticket C7 --ticket-id 9f-2
says 'and says so' 'no ticket C7 with that ticket_id on any day'
json_of 'search by the id' 0 "j.results.length === 1 && j.results[0].ticket_id === '9f-1'" search 9F-
expect 'a hold on both: exit 1' 1 hold add ticket C7 --reason why --case 2
shows 'and shows which there are' "--ticket-id '9f-1' ticket C7"
json_of 'a hold on one' 0 "j.hold.subject.source === '/tax' && j.hold.spans.length === 1 && j.hold.spans[0].camera === 'CAM7'" \
  hold add ticket C7 --source /tax --reason why --case 2
expect 'holds for people' 0 hold list
shows 'which one is held' 'ticket C7 of 2026-11-21 in hall H01, that of /tax alone'
json_of 'a hold on all of them' 0 "j.tickets.map(t => [t.source, t.ticket_id].join('|')).sort().join(' ') === '/land|9f-1 /tax|'
  && j.hold.subject.ticket_id === undefined && j.hold.spans.length === 1" \
  hold add ticket C7 --all --reason why --case 3
expect 'the same for people' 0 hold add ticket C7 --all --reason why --case 3
shows 'tells which' 'source /land, ticket_id 9f-1'
expect 'all, and one of them: exit 1' 1 hold add ticket C7 --all --source /tax --reason why --case 3
json_of 'what a hold was ambiguous about was seen, and is in the audit log' 0 "j.rows.filter(r => r.object === 'C7' && r.case_no === '2'
  && r.result === 'failed').length === 1" audit list --what hold.add
json_of 'which one was looked at is in the audit log' 0 "j.rows.some(r => r.object === 'C7' && r.detail && r.detail.ticket_id === '9f-1')" audit list --what find
json_of 'linking anew changes nothing' 0 "true" link --rebuild
json_of 'one by its source, as before' 0 "j.visits.length === 1 && j.visits[0].place === 'W07' && j.events.length === 2" find ticket C7 --source /tax

# what takes no number over from the visit it was given out for
{
  event f1 hall.ticket.called 2026-11-22T11:00:00+08:00 '"ticket_no":"F1","window_no":"W07"'
  event f2 hall.ticket.called 2096-01-01T11:00:00+08:00 '"ticket_no":"F1","window_no":"W07"'
  event f3 hall.ticket.rated 2026-11-23T08:00:00+08:00 '"ticket_no":"F1","evalevel":5'
  event f4 hall.ticket.called 2026-11-22T11:00:00+08:00 '"ticket_no":"Ｆ２ ","window_no":" Ｗ０７"'
  event f5 hall.ticket.called 2026-11-23T11:00:00+08:00 '"ticket_no":"F2","window_no":"W08","hall_code":"H02"'
} >"$root/events"
json_of 'what is dated ahead is warned of' 0 "j.accepted === 5 && j.warned === 1 && j.results.some(r => /days ahead of the clock/.test(r.warning ?? ''))" \
  event add "$root/events"
json_of 'the day of the visit, with its rating' 0 "j.subject.day === '2026-11-22' && j.events.length === 2 && j.also.length === 1
  && j.also[0].day === '2096-01-01'" find ticket F1
json_of 'and that is held' 0 "j.hold.subject.day === '2026-11-22' && j.hold.subject.hall === 'H01' && /keeps nothing now/.test(j.warning)" \
  hold add ticket F1 --reason why --case 4
expect 'for people' 0 hold add ticket F1 --reason why --case 4
shows 'which says that it keeps nothing' 'WARNING: it keeps nothing now: of ticket F1 of 2026-11-22 in hall H01'
expect 'a number of two halls on two days is not guessed: exit 1' 1 hold add ticket F2 --reason why --case 5
says 'and tells both' 'H02 on 2026-11-23, H01 on 2026-11-22'
json_of 'however it is typed' 0 "j.subject.key === 'F2' && j.visits[0].place === 'W07'" find ticket ' ｆ２' --hall H01

# what is only named
{
  event n1 hall.ticket.called 2026-11-22T11:10:00+08:00 '"ticket_no":"N1","window_no":"W07"'
  event n2 hall.approval.accepted 2026-11-24T09:00:00+08:00 '"approval_id":"SP9","ticket_no":"N1","ticket_day":"2026-11-24"'
} >"$root/events"
expect 'an approval names a number of a day on which no queue spoke of it' 0 event add "$root/events"
json_of 'it takes nothing over' 0 "j.subject.day === '2026-11-22' && j.subject.spoken && !('named_by' in j.subject)" find ticket N1
json_of 'and says who names it' 0 "!j.subject.spoken && j.subject.named_by.join() === 'SP9' && j.visits.length === 0" find ticket N1 --day 2026-11-24
expect 'the same for people' 0 find ticket N1 --day 2026-11-24
shows 'with what to think of it' '^  named by approval SP9: no queue ever spoke of it: the number may be wrong$'
expect 'in a search for people' 0 search N1
shows 'as well' '(named by approval SP9: no queue ever spoke of it)'

# a number that is not found: whether the queue is heard
json_of 'says whether those speak who would have told of it' 1 "j.code === 'not-found' && j.feed.day === '2026-11-22' && j.feed.told > 2
  && j.feed.sources.some(s => s.source === '/q') && j.feed.refused === 0" find ticket Q9 --day 2026-11-22
says 'and that there is none' 'no ticket Q9'
expect 'the same for people' 1 find ticket Q9 --day 2026-11-19
shows 'of each source' '^  when /q last spoke: '
shows 'and of that day' 'of 2026-11-19 no queue told of any ticket'
# a hall whose clocks show another time: what is told and typed of it is by its own
printf 'halls:\n  H03: {timezone: America/New_York, places: {N1: {}}}\n' >"$root/far.yaml"
expect 'a hall far away' 0 apply "$root/far.yaml"
event 9 hall.ticket.called 2026-11-22T10:31:00+08:00 '"ticket_no":"N001","window_no":"N1","hall_code":"H03"' >"$root/far"
expect 'its event' 0 event add "$root/far"
expect 'its ticket, on its own day' 0 find ticket N001 --day 2026-11-21 --hall H03
shows 'by its own clock, which is told' '^  2026-11-21 21:31:00.000 -05:00  hall.ticket.called'
json_of 'a time typed of it is by its own clock' 0 "j.hall.code === 'H03' && Date.parse(j.from) === Date.parse('2026-11-22T02:30:00Z')" \
  find place N1 --hall H03 --from '2026-11-21 21:30' --to '2026-11-21 21:40'
expect 'a ticket of the first hall' 0 find ticket A012 --hall H01
shows 'by the clock of here' '^  2026-11-22 09:31:00.000  hall.ticket.called'

echo "1..$n"
