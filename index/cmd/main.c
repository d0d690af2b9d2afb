// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/base/redact.h"
#include "index/cmd/audited.h"
#include "index/cmd/command.h"
#include "index/purge/ballast.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const Command COMMANDS[] = {
    {"init", "", 0, 0, "hall hall-name timezone admin", CMD_NO_CATALOGUE,
     "make the home: catalogue, keys, first administrator (random password, shown once)", cmd_init},
    {"camera add", "ID URL|-", 2, 2, "name kind sub audio record", CMD_WRITES,
     "record a camera (rtsp[s]://HOST/PATH[#udp|#tcp] or pipeline:DESCRIPTION); - reads its URL "
     "from standard input",
     cmd_camera_add},
    {"camera set", "ID", 1, 1, "url name kind sub audio record", CMD_WRITES, "change a camera",
     cmd_camera_set},
    {"camera list", "", 0, 0, "all", CMD_READS, "all cameras and what they are doing",
     cmd_camera_list},
    {"camera show", "ID", 1, 1, "", CMD_READS, "one camera", cmd_camera_show},
    {"camera remove", "ID", 1, 1, "", CMD_WRITES, "stop recording it; its footage stays",
     cmd_camera_remove},
    {"place add", "CODE", 1, 1, "name hall", CMD_WRITES, "a window, kiosk or room", cmd_place_add},
    {"place set", "CODE", 1, 1, "name hall", CMD_WRITES, "call it otherwise", cmd_place_set},
    {"place renumber", "OLD=NEW…", 1, 500, "from hall", CMD_WRITES,
     "windows have other numbers from a time on; all at once, so that two may swap",
     cmd_place_renumber},
    {"place list", "", 0, 0, "", CMD_READS, "all places", cmd_place_list},
    {"coverage add", "PLACE CAMERA", 2, 2, "from to hall", CMD_WRITES,
     "this camera sees this place (from when, to when)", cmd_coverage_add},
    {"coverage end", "PLACE CAMERA", 2, 2, "to hall", CMD_WRITES, "it does so no longer",
     cmd_coverage_end},
    {"coverage remove", "PLACE CAMERA", 2, 2, "from hall", CMD_WRITES,
     "it never did: take the statement back (the one that holds at --from, if there are several)",
     cmd_coverage_remove},
    {"coverage list", "[PLACE]", 0, 1, "", CMD_READS, "the coverage map", cmd_coverage_list},
    {"apply", "FILE|-", 0, 1, "dry-run prune print", CMD_WRITES,
     "make halls, places, cameras, coverage, links and retention as a YAML file says; shows what "
     "changes",
     cmd_apply},
    {"event add", "FILE|-", 1, 1, "", CMD_WRITES, "CloudEvents, one or many, JSON or NDJSON",
     cmd_event_add},
    {"event import", "FILE.csv|-", 1, 1, "mapping dry-run refused", CMD_WRITES,
     "events from a table, as --mapping tells; what is refused goes to a file of its own",
     cmd_event_import},
    {"source list", "", 0, 0, "", CMD_READS, "who sends events, and how far their clocks are off",
     cmd_source_list},
    {"source clock", "SOURCE", 1, 1, "offset uncertainty from", CMD_WRITES,
     "say how far a source's clock is off, or let it be measured; links anew what it concerns",
     cmd_source_clock},
    {"link", "", 0, 0, "rebuild", CMD_WRITES,
     "finish linking that was put off; --rebuild links everything anew from the events", cmd_link},
    {"find ticket", "NUMBER", 1, 1, "day hall ticket-id source reason case", CMD_READS,
     "footage of a ticket (the newest day that has it)", cmd_find_ticket},
    {"find approval", "ID", 1, 1, "hall reason case", CMD_READS, "footage of an approval",
     cmd_find_approval},
    {"find session", "ID", 1, 1, "hall reason case", CMD_READS,
     "footage of a session; of a trade: PROJECT:SECTION:TYPE", cmd_find_session},
    {"find place", "CODE", 1, 1, "from to hall reason case", CMD_READS, "footage of a place",
     cmd_find_place},
    {"find visits", "PLACE", 1, 1, "day from to hall limit after reason case", CMD_READS,
     "who was at a place: tickets, approvals and sessions, newest first", cmd_find_visits},
    {"find staff", "ID", 1, 1, "day from to hall limit after reason case", CMD_READS,
     "the same that a staff member served", cmd_find_staff},
    {"find business", "TYPE", 1, 1, "day from to hall limit after reason case", CMD_READS,
     "the same of a business type", cmd_find_business},
    {"find matter", "NAME", 1, 1, "day from to hall limit after reason case", CMD_READS,
     "the same of an item (code or name), a project or a topic", cmd_find_matter},
    {"search", "QUERY", 1, 1, "day limit after reason case", CMD_READS,
     "everything whose number, ticket_id or code begins so, or whose name or case has it",
     cmd_search},
    {"timeline", "CAMERA", 1, 1, "from to stream", CMD_READS, "what is recorded and what is not",
     cmd_timeline},
    {"clip", "CAMERA", 1, 1, "from to stream out reason case", CMD_READS,
     "a stretch of footage as one MP4 file, not coded anew, with its hash", cmd_clip},
    {"verify", "", 0, 0, "deep rate", CMD_READS,
     "catalogue against disk, both ways; --deep hashes every file again", cmd_verify},
    {"backup", "[DIR]", 0, 1, "keep", CMD_READS,
     "copy the catalogue while everybody writes, and look through the copy (DIR: "
     "/var/backups/mingjing, or HOME/backups of another home)",
     cmd_backup},
    {"rebuild", "", 0, 0, "copy volume hall hall-name timezone rate dry-run", CMD_NO_CATALOGUE,
     "bring back a lost or damaged catalogue, or add what is not in it: from a copy, and from the "
     "footage alone (mingjing-capture and mingjing-api stopped)",
     cmd_rebuild},
    {"hold add ticket", "NUMBER", 1, 1, "hall day ticket-id source all reason case review owner",
     CMD_WRITES,
     "keep the footage of a ticket from being deleted (the newest day that has it; --all: of each "
     "that has the number)",
     cmd_hold_ticket},
    {"hold add approval", "ID", 1, 1, "hall reason case review owner", CMD_WRITES,
     "the same of an approval with all its tickets", cmd_hold_approval},
    {"hold add session", "ID", 1, 1, "hall reason case review owner", CMD_WRITES,
     "the same of a session", cmd_hold_session},
    {"hold add camera", "ID[,ID…]", 1, 1, "from to reason case review owner", CMD_WRITES,
     "the same of cameras and a time, which may lie ahead", cmd_hold_camera},
    {"hold list", "", 0, 0, "all", CMD_READS, "what is held (--all: or ever was)", cmd_hold_list},
    {"hold release", "ID", 1, 1, "reason", CMD_WRITES, "hold it no longer; the record of it stays",
     cmd_hold_release},
    {"purge", "", 0, 0, "dry-run seconds after-pause camera from to limit", CMD_FREES,
     "delete what the rules let go and nobody holds, and say why (--dry-run: and why the rest "
     "stays; "
     "with --camera, why each of its segments)",
     cmd_purge},
    {"retention rules set", "KIND PURPOSE", 2, 2, "min-days max-days", CMD_WRITES,
     "how long footage of a kind of camera (or any) with a purpose is kept", cmd_retention_set},
    {"retention rules remove", "KIND PURPOSE", 2, 2, "", CMD_WRITES, "no such rule any more",
     cmd_retention_remove},
    {"retention rules list", "", 0, 0, "", CMD_READS, "the rules", cmd_retention_rules},
    {"retention rules", "", 0, 0, "", CMD_READS, "the rules", cmd_retention_rules},
    {"retention policy", "PATH keep|oldest", 2, 2, "", CMD_WRITES,
     "when a volume is full: keep the minimum and stop there, or let the oldest go",
     cmd_retention_policy},
    {"retention report", "", 0, 0, "", CMD_READS,
     "what was promised and achieved of each camera, and when disks will be full",
     cmd_retention_report},
    {"volume add", "PATH", 1, 1, "reserve max", CMD_WRITES,
     "record to this directory too (a disk of its own); again to change its limits: what is not "
     "said stays",
     cmd_volume_add},
    {"volume list", "", 0, 0, "", CMD_READS, "the directories that are recorded to",
     cmd_volume_list},
    {"volume remove", "PATH", 1, 1, "", CMD_WRITES,
     "record there no longer; what it holds stays findable", cmd_volume_remove},
    {"user add", "NAME", 1, 1, "role password-stdin lasting", CMD_WRITES,
     "an account (random password, shown once and changed at the first sign-in, unless read from "
     "standard input)",
     cmd_user_add},
    {"user list", "", 0, 0, "", CMD_READS, "all accounts", cmd_user_list},
    {"user passwd", "NAME", 1, 1, "password-stdin lasting", CMD_WRITES, "a new password",
     cmd_user_passwd},
    {"user disable", "NAME", 1, 1, "", CMD_WRITES, "no more signing in", cmd_user_disable},
    {"user enable", "NAME", 1, 1, "", CMD_WRITES, "signing in again", cmd_user_enable},
    {"user role", "NAME ROLE", 2, 2, "", CMD_WRITES,
     "another role; nobody both administers and audits", cmd_user_role},
    {"user scope", "NAME [PLACE…]", 1, 500, "", CMD_WRITES,
     "see these places alone, and what their cameras recorded while they covered them; without a "
     "place: everything again",
     cmd_user_scope},
    {"user second-reset", "NAME", 1, 1, "", CMD_WRITES, "take its second factor away",
     cmd_user_second},
    {"user logout", "NAME", 1, 1, "", CMD_WRITES, "sign it out everywhere", cmd_user_logout},
    {"session list", "", 0, 0, "", CMD_READS, "how long a login lasts, by role", cmd_session_list},
    {"session set", "ROLE", 1, 1, "idle longest", CMD_WRITES, "change it, for logins from now on",
     cmd_session_set},
    {"keys", "", 0, 0, "", CMD_WRITES,
     "make what is missing in HOME/web/: the key of second factors, a certificate signed by itself",
     cmd_keys},
    {"token add", "NAME", 1, 1, "scope expires", CMD_WRITES,
     "let a program call the API (shown once)", cmd_token_add},
    {"token list", "", 0, 0, "", CMD_READS, "all tokens by name, revoked ones too", cmd_token_list},
    {"token revoke", "NAME", 1, 1, "", CMD_WRITES, "no longer", cmd_token_revoke},
    {"alarm list", "", 0, 0, "all limit after", CMD_WRITES,
     "what somebody has to look at now (--all: or ever had to)", cmd_alarm_list},
    {"alarm ack", "ID", 1, 1, "note", CMD_WRITES, "take care of it", cmd_alarm_ack},
    {"mark list", "", 0, 0, "limit after", CMD_WRITES,
     "what people marked in pictures, newest first", cmd_mark_list},
    {"meeting add", "ID PLACE LEG[:ROLE]…", 4, 6, "name from to", CMD_WRITES,
     "plan a face-to-face session of two to four parties (citizen, official, observer); --name is "
     "its topic; "
     "shows the token of each join link",
     cmd_meeting_add},
    {"meeting list", "[PART-OF-ID]", 0, 1, "dept node day after", CMD_READS,
     "what is planned, goes on or is over, newest first", cmd_meeting_list},
    {"meeting token", "ID LEG", 2, 2, "", CMD_WRITES, "another join link; the one before is void",
     cmd_meeting_token},
    {"meeting end", "ID", 1, 1, "reason", CMD_WRITES, "it is over for everybody", cmd_meeting_end},
    {"meeting slot add", "DEPT PLACE [TOPIC…]", 2, 22, "from to owner", CMD_WRITES,
     "publish when a department has time for a session; --owner is the official; shows the link by "
     "which a citizen books it",
     cmd_slot_add},
    {"meeting slot list", "", 0, 0, "dept", CMD_READS, "slots from yesterday on", cmd_slot_list},
    {"meeting slot withdraw", "SLOT", 1, 1, "", CMD_WRITES, "nobody can book it any more",
     cmd_slot_withdraw},
    {"meeting book", "SLOT [TOPIC]", 1, 2, "ref ticket approval node", CMD_WRITES,
     "make a session of a slot; shows the join link of each party", cmd_meeting_book},
    {"meeting cancel", "ID", 1, 1, "reason", CMD_WRITES, "it will not be; its slot is free again",
     cmd_meeting_cancel},
    {"meeting move", "ID SLOT", 2, 2, "", CMD_WRITES, "to another free slot", cmd_meeting_move},
    {"meeting notice set", "VERSION FILE [ENGLISH-FILE]", 2, 3, "", CMD_WRITES,
     "what parties are told and agree to from now on", cmd_notice_set},
    {"meeting notice list", "", 0, 0, "", CMD_READS, "its versions; * is shown now",
     cmd_notice_list},
    {"promise list", "", 0, 0, "dept state csv after", CMD_READS,
     "what was promised in sessions, by the day it is due", cmd_promise_list},
    {"promise done", "ID PROOF", 2, 2, "sha256", CMD_WRITES, "it is done, and what shows it",
     cmd_promise_done},
    {"webhook add", "URL", 1, 1, "kinds plain", CMD_WRITES,
     "tell a program of alarms and marks, signed with a secret (shown once)", cmd_webhook_add},
    {"webhook list", "", 0, 0, "", CMD_READS, "who is told, and what waits", cmd_webhook_list},
    {"webhook remove", "URL", 1, 1, "", CMD_WRITES, "no longer", cmd_webhook_remove},
    {"audit list", "", 0, 0, "from to who what object case camera limit csv", CMD_WRITES,
     "who did, saw or was refused what, newest first", cmd_audit_list},
    {"audit verify", "", 0, 0, "head", CMD_WRITES,
     "whether the audit log is whole and unchanged; prints its head to be noted down",
     cmd_audit_verify},
};

#define FIELD(name) offsetof(CmdOptions, name)

static const MjOption OPTIONS[] = {
    {"home", MJ_OPTION_STRING, FIELD(home), .text = MJ_HOME_DEFAULT, .value = "DIR",
     .help = "where everything is kept"},
    {"json", MJ_OPTION_FLAG, FIELD(json), .help = "answer for programs"},
    {"name", MJ_OPTION_STRING, FIELD(name), .value = "NAME", .help = "as people know it"},
    {"kind", MJ_OPTION_STRING, FIELD(kind), .value = "KIND",
     .help = "window, hall, room or session"},
    {"url", MJ_OPTION_STRING, FIELD(url), .value = "URL|-", .help = "of the main stream"},
    {"sub", MJ_OPTION_STRING, FIELD(sub), .value = "URL", .help = "of the sub stream"},
    {"audio", MJ_OPTION_STRING, FIELD(audio), .value = "HOW",
     .help = "sound no browser plays: aac, original or none"},
    {"record", MJ_OPTION_STRING, FIELD(record), .value = "WHICH",
     .help = "streams to be recorded, others are live only: main, sub, both or none"},
    {"from", MJ_OPTION_STRING, FIELD(from), .value = "TIME",
     .help = "2026-11-22T09:31:05+08:00, \"2026-11-22 09:31\", 09:31, -10m, +1d"},
    {"to", MJ_OPTION_STRING, FIELD(to), .value = "TIME", .help = "as --from; or now"},
    {"day", MJ_OPTION_STRING, FIELD(day), .value = "DAY", .help = "2026-11-22, today or yesterday"},
    {"stream", MJ_OPTION_STRING, FIELD(stream), .text = "main", .value = "NAME",
     .help = "main or sub"},
    {"role", MJ_OPTION_STRING, FIELD(role), .text = "operator", .value = "ROLE",
     .help = "operator, investigator, supervisor, auditor, sysadmin or secadmin"},
    {"scope", MJ_OPTION_STRING, FIELD(scope), .text = "events", .value = "SCOPE",
     .help = "events or read"},
    {"hall", MJ_OPTION_STRING, FIELD(hall), .value = "CODE",
     .help = "hall_code in events: which hall is meant; of a new home H01 unless said"},
    {"hall-name", MJ_OPTION_STRING, FIELD(hall_name), .value = "NAME", .help = "as people know it"},
    {"timezone", MJ_OPTION_STRING, FIELD(timezone), .text = "+08:00", .value = "ZONE",
     .help = "+08:00 or Asia/Shanghai"},
    {"admin", MJ_OPTION_STRING, FIELD(admin), .text = "admin", .value = "NAME",
     .help = "the first administrator"},
    {"password-stdin", MJ_OPTION_FLAG, FIELD(password_stdin),
     .help = "read the password from standard input"},
    {"lasting", MJ_OPTION_FLAG, FIELD(lasting),
     .help = "the random password need not be changed at the first sign-in"},
    {"expires", MJ_OPTION_STRING, FIELD(expires), .value = "TIME",
     .help = "not usable from then on, as --to; else it never ends"},
    {"idle", MJ_OPTION_INT, FIELD(idle), .number = 30, .max = 10080, .value = "MINUTES",
     .help = "signed out after so long without a request"},
    {"longest", MJ_OPTION_INT, FIELD(longest), .number = 720, .max = 10080, .value = "MINUTES",
     .help = "and after so long in any case"},
    {"dry-run", MJ_OPTION_FLAG, FIELD(dry_run),
     .help = "try everything and show it, change nothing"},
    {"prune", MJ_OPTION_FLAG, FIELD(prune),
     .help = "take away what the file does not mention; footage always stays"},
    {"print", MJ_OPTION_FLAG, FIELD(print),
     .help = "write what there is as such a file, without passwords"},
    {"deep", MJ_OPTION_FLAG, FIELD(deep), .help = "read and hash every file"},
    {"rate", MJ_OPTION_INT, FIELD(rate), .max = 1000000, .value = "MB/S",
     .help = "read at most so much; 0 = as fast as it goes"},
    {"copy", MJ_OPTION_STRING, FIELD(copy), .value = "FILE|none",
     .help = "of mingjing backup, to begin with; none = with nothing but the footage"},
    {"volume", MJ_OPTION_STRINGS, FIELD(volumes), .value = "PATH",
     .help = "that was recorded to besides HOME/footage and HOME/volumes/*; may be given several "
             "times"},
    {"keep", MJ_OPTION_INT, FIELD(keep), .number = 14, .max = 100000, .value = "N",
     .help = "how many of the newest copies stay; 0 = all"},
    {"reserve", MJ_OPTION_STRING, FIELD(reserve), .value = "SIZE|default",
     .help = "always left free there, as 20G; by default 1G or 2 %, whichever is more"},
    {"max", MJ_OPTION_STRING, FIELD(max), .value = "SIZE|none",
     .help = "of footage there, as 500G; none: as much as the reserve leaves"},
    {"offset", MJ_OPTION_STRING, FIELD(offset), .value = "+12s|auto",
     .help =
         "what is to be added to its times: +12s, -3m, 250ms; auto = as measured from arrivals"},
    {"uncertainty", MJ_OPTION_STRING, FIELD(uncertainty), .text = "1s", .value = "1s",
     .help = "by which that may be wrong; widens the footage at both ends"},
    {"rebuild", MJ_OPTION_FLAG, FIELD(rebuild), .help = "everything, from the events as they came"},
    {"mapping", MJ_OPTION_STRING, FIELD(mapping), .value = "FILE",
     .help = "YAML or JSON: which column means what (see index/import/mapping.h)"},
    {"refused", MJ_OPTION_STRING, FIELD(refused), .value = "FILE",
     .help = "where refused rows go; else beside the table, as NAME.refused.csv"},
    {"reason", MJ_OPTION_STRING, FIELD(reason), .value = "TEXT",
     .help = "why; it is kept in the audit log"},
    {"case", MJ_OPTION_STRING, FIELD(case_no), .value = "NUMBER",
     .help = "of the case that it is for"},
    {"who", MJ_OPTION_STRING, FIELD(who), .value = "NAME",
     .help = "an account, a token, or cli:USER"},
    {"what", MJ_OPTION_STRING, FIELD(what), .value = "WORD",
     .help = "find, view, login, hold.add …"},
    {"object", MJ_OPTION_STRING, FIELD(object), .value = "KEY",
     .help = "a ticket, an approval, an account …"},
    {"camera", MJ_OPTION_STRING, FIELD(camera), .value = "ID", .help = "of this camera"},
    {"limit", MJ_OPTION_INT, FIELD(limit), .number = -1, .max = 1000000000, .value = "N",
     .help =
         "at most so many; of the audit log 0 = all, else 100, or all as JSON and CSV; of what is "
         "found 1 to 100, else 20; of segments 0 = all, else 1000"},
    {"after", MJ_OPTION_STRING, FIELD(after), .value = "NEXT",
     .help = "go on with a list where the one before ended: its `next`"},
    {"csv", MJ_OPTION_FLAG, FIELD(csv), .help = "answer as a table"},
    {"head", MJ_OPTION_STRING, FIELD(head), .value = "HASH",
     .help = "that was noted down before and must be there"},
    {"review", MJ_OPTION_STRING, FIELD(review), .value = "DAY",
     .help = "when somebody should look at it again; it goes on in any case"},
    {"owner", MJ_OPTION_STRING, FIELD(owner), .value = "NAME",
     .help = "who answers for it; else who runs the command"},
    {"min-days", MJ_OPTION_INT, FIELD(min_days), .min = 1, .max = 36500, .value = "N",
     .help = "kept at least so long; to be said"},
    {"max-days", MJ_OPTION_STRING, FIELD(max_days), .value = "N|none",
     .help = "gone by then; none = never by age"},
    {"seconds", MJ_OPTION_INT, FIELD(seconds), .number = 0, .max = 86400, .value = "N",
     .help = "leave the rest to the next run then; 0 = as long as it takes"},
    {"out", MJ_OPTION_STRING, FIELD(out), .value = "FILE",
     .help = "where it is written; else CAMERA_STREAM_TIME.mp4 here"},
    {"ticket-id", MJ_OPTION_STRING, FIELD(ticket_id), .value = "ID",
     .help = "ticket_id in events: which ticket is meant, where several have the number that day"},
    {"source", MJ_OPTION_STRING, FIELD(source), .value = "SOURCE",
     .help = "of events: the same where tickets have no ticket_id"},
    {"after-pause", MJ_OPTION_FLAG, FIELD(after_pause),
     .help = "the clock is right: nothing was purged for days because the machine was off"},
    {"note", MJ_OPTION_STRING, FIELD(note), .value = "TEXT", .help = "what is to be said of it"},
    {"kinds", MJ_OPTION_STRING, FIELD(kinds), .value = "KIND,…",
     .help = "of alarms: camera, recorder, volume, room, purge, retention, clock, promise, alert; "
             "else all"},
    {"ref", MJ_OPTION_STRING, FIELD(ref), .value = "HASH",
     .help = "of the citizen: a hash or number, never a name"},
    {"ticket", MJ_OPTION_STRING, FIELD(ticket), .value = "NUMBER", .help = "that it is about"},
    {"approval", MJ_OPTION_STRING, FIELD(approval), .value = "ID", .help = "that it is about"},
    {"dept", MJ_OPTION_STRING, FIELD(dept), .value = "NAME", .help = "of this department"},
    {"state", MJ_OPTION_STRING, FIELD(state), .value = "STATE",
     .help = "open, due, overdue or done"},
    {"sha256", MJ_OPTION_STRING, FIELD(sha256), .value = "HASH", .help = "of a file that shows it"},
    {"node", MJ_OPTION_STRING, FIELD(node), .value = "CODE",
     .help = "of the station (city, town, village) where the citizen sits"},
    {"plain", MJ_OPTION_FLAG, FIELD(plain),
     .help = "over http, which whoever is on the way can read"},
    {"all", MJ_OPTION_FLAG, FIELD(all),
     .help = "removed or released ones too; of a hold on a ticket: all that have the number"},
    {0}};

/* Passwords in URLs are for us, not for everyone who may list processes. */
static void hide_credentials(int argc, char **argv, char **copy)
{
    for (int i = 0; i < argc; i++) {
        copy[i] = g_strdup(argv[i]);
        g_autofree char *shown = mj_redact(argv[i]);
        if (strcmp(shown, argv[i]) != 0) {
            size_t length = strlen(argv[i]);
            memset(argv[i], 0, length);
            g_strlcpy(argv[i], shown, length + 1);
        }
    }
}

/* The options of one command: its own, --home and --json. Caller frees. */
static MjOption *options_of(const Command *command)
{
    g_auto(GStrv) names = g_strsplit(command->options, " ", -1);
    g_autoptr(GArray) table = g_array_new(TRUE, TRUE, sizeof(MjOption));
    for (const MjOption *o = OPTIONS; o->type != MJ_OPTION_END; o++)
        if (g_strv_contains((const char *const *)names, o->name) || o < OPTIONS + 2)
            g_array_append_val(table, *o);
    return (MjOption *)(void *)g_array_free(g_steal_pointer(&table), FALSE);
}

/* Letters, not bytes: "OLD=NEW…". */
static int columns_of(const Command *command)
{
    return (int)(g_utf8_strlen(command->words, -1) + 1 + g_utf8_strlen(command->args, -1));
}

static void print_help(FILE *out)
{
    fprintf(out, "mingjing %s: from a ticket number to the footage\n\n", MJ_VERSION);
    int wide = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
        wide = MAX(wide, columns_of(&COMMANDS[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
        fprintf(out, "  mingjing %s %s%*s  %s\n", COMMANDS[i].words, COMMANDS[i].args,
                wide - columns_of(&COMMANDS[i]), "", COMMANDS[i].help);
    fprintf(out, "\nmingjing COMMAND --help tells its options.\n");
}

/* For tests and completions: the commands, and what the audit log is told of each. */
static void print_help_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        const CmdAudited *audited = cmd_audited(COMMANDS[i].words);
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s?, s:s?}", "words",
                                              COMMANDS[i].words, "args", COMMANDS[i].args, "writes",
                                              COMMANDS[i].access == CMD_WRITES, "audit",
                                              audited ? audited->what : NULL, "unaudited_because",
                                              audited ? audited->because : NULL));
    }
    cmd_print_json(json_pack("{s:o}", "commands", list));
}

static void print_command_help(const Command *command)
{
    g_autofree MjOption *table = options_of(command);
    g_autofree char *options = mj_options_help(table);
    printf("mingjing %s %s\n  %s\n\n%s", command->words, command->args, command->help, options);
}

/* The command whose words begin @argv[1..]; *ret_words = how many they are. */
static const Command *find_command(int argc, char **argv, int *ret_words)
{
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        g_auto(GStrv) words = g_strsplit(COMMANDS[i].words, " ", -1);
        int n = (int)g_strv_length(words);
        bool fits = argc > n;
        for (int j = 0; fits && j < n; j++)
            fits = strcmp(argv[1 + j], words[j]) == 0;
        *ret_words = n;
        if (fits)
            return &COMMANDS[i];
    }
    return NULL;
}

/* How many words of @argv[1..], before an option, a command begins with, none of which is it alone. */
static int count_group_words(int argc, char **argv, const Command *command)
{
    g_auto(GStrv) words = g_strsplit(command->words, " ", -1);
    int n = 0;
    while (1 + n < argc && words[n] && strcmp(argv[1 + n], words[n]) == 0)
        n++;
    return words[n] ? n : 0;
}

/* `mingjing hold add --help`: the commands that begin so. False if there are none. */
static bool print_group_help(int argc, char **argv)
{
    int given = 0, wide = 0;
    while (1 + given < argc && argv[1 + given][0] != '-')
        given++;
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
        if (given > 0 && count_group_words(argc, argv, &COMMANDS[i]) == given)
            wide = MAX(wide, columns_of(&COMMANDS[i]));
    for (size_t i = 0; wide > 0 && i < G_N_ELEMENTS(COMMANDS); i++)
        if (count_group_words(argc, argv, &COMMANDS[i]) == given)
            printf("  mingjing %s %s%*s  %s\n", COMMANDS[i].words, COMMANDS[i].args,
                   wide - columns_of(&COMMANDS[i]), "", COMMANDS[i].help);
    if (wide > 0)
        puts("\nEach of them tells its options with --help.");
    return wide > 0;
}

static bool check_args(const Command *command, const CmdContext *ctx, GError **error)
{
    int n = (int)ctx->args->len;
    return (n >= command->min_args && n <= command->max_args) ||
           mj_error_set(error, MJ_ERROR_USAGE, "usage: mingjing %s %s (%d arguments given)",
                        command->words, command->args, n);
}

/* A failure is told too; if that fails as well, the first one is what matters. */
static bool finish(CmdContext *ctx, const CmdAudited *audited, bool ok, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (cmd_audit_end(ctx, audited, ok ? NULL : *error, &local))
        return ok;
    if (ok)
        g_propagate_error(error, g_steal_pointer(&local));
    else
        mj_log_warning(NULL, "%s", local->message);
    return false;
}

static bool run(const Command *command, CmdContext *ctx, GError **error)
{
    const CmdAudited *audited = cmd_audited(command->words);
    if (!check_args(command, ctx, error))
        return false;
    if (!audited)
        return mj_error_set(error, MJ_ERROR_FAILED,
                            "nothing says what the audit log is told of this command (audited.c)");
    /* What only reads leaves no file, and may be asked to read or write where only root may. */
    if (command->access != CMD_READS && !mj_home_become_owner(ctx->options.home, error))
        return false;
    if (command->access == CMD_FREES)
        idx_ballast_release(ctx->options.home);
    if (command->access != CMD_NO_CATALOGUE) {
        ctx->cat = idx_catalogue_open(ctx->options.home,
                                      command->access == CMD_READS ? IDX_READ : IDX_WRITE, error);
        if (!ctx->cat)
            return false;
        ctx->writes = command->access != CMD_READS;
        if (ctx->writes)
            cmd_actor_set(ctx, ctx->cat);
    }
    bool ok = finish(ctx, audited, command->run(ctx, error), error);
    if (command->access == CMD_FREES)
        idx_ballast_keep(ctx->options.home);
    return ok;
}

static int run_command(const Command *command, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree MjOption *table = options_of(command);
    CmdContext ctx = {.args = g_ptr_array_new_with_free_func(g_free),
                      .now_us = mj_clock_utc_us(mj_clock_system())};
    cmd_actor_find(&ctx);
    bool ok = mj_options_parse(table, &ctx.options, argc, argv, ctx.args, &error) &&
              run(command, &ctx, &error);
    bool unread = !ctx.cat && command->access != CMD_NO_CATALOGUE;
    idx_catalogue_free(ctx.cat);
    cmd_actor_clear(&ctx);
    g_ptr_array_unref(ctx.args);
    mj_options_clear(table, &ctx.options);
    if (ok)
        return 0;
    g_autofree char *shown = mj_redact(error->message);
    fprintf(stderr, "mingjing: %s\n", shown);
    if (unread && mj_error_is(error, MJ_ERROR_CORRUPT))
        fprintf(stderr, "mingjing: a catalogue that is damaged is set aside and made again, from a "
                        "copy or from the footage, by: mingjing rebuild\n");
    return mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}

int main(int argc, char **argv)
{
    char **copy = g_new0(char *, (gsize)argc + 1);
    hide_credentials(argc, argv, copy);
    g_auto(GStrv) args = copy;
    int words = 0;
    umask(0027); // catalogue and footage are nobody else's business
    /* SQLite frees what a transaction took at each commit; giving it back to the kernel each time and
     * faulting it in again costs a third of the time that taking in events takes. */
    mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024);
    mj_log_init();
    if (argc == 3 && strcmp(args[1], "--help") == 0 && strcmp(args[2], "--json") == 0) {
        print_help_json();
        return 0;
    }
    if (argc < 2 || strcmp(args[1], "--help") == 0 || strcmp(args[1], "help") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    if (strcmp(args[1], "--version") == 0) {
        puts("mingjing " MJ_VERSION);
        return 0;
    }
    const Command *command = find_command(argc, args, &words);
    bool helps = g_strv_contains((const char *const *)args, "--help");
    if (!command && helps && print_group_help(argc, args))
        return 0;
    if (!command) {
        fprintf(stderr, "mingjing: unknown command \"%s%s%s\"; see: mingjing --help\n", args[1],
                argc > 2 ? " " : "", argc > 2 ? args[2] : "");
        return 2;
    }
    if (helps) {
        print_command_help(command);
        print_group_help(argc, args);
        return 0;
    }
    return run_command(command, argc - words, args + words);
}
