// SPDX-License-Identifier: GPL-3.0-or-later
/* The `mingjing` command: one entry of the table in main.c per verb.
 *
 * main.c parses the options that a command names, opens the catalogue as it asks, calls run(),
 * prints the error. A run() prints its answer on standard output: JSON when ctx->options.json, else
 * for people in the hall's local time. Exit codes: 0, 1 (failed), 2 (usage). */
#pragma once

#include "index/audit/audit.h"
#include "index/base/json.h"
#include "index/base/options.h"
#include "index/catalogue.h"

typedef struct CmdOptions {
    char *reason, *case_no, *who, *what, *object, *camera, *head;
    char *home, *name, *kind, *sub, *audio, *from, *to, *day, *stream, *role, *scope, *hall,
        *hall_name, *timezone, *admin, *url, *record, *reserve, *max;
    bool json, password_stdin, all, deep, csv;
    int64_t rate, keep, limit;
    char *mapping, *refused;
    bool dry_run, prune, print;
    char *offset, *uncertainty;
    bool rebuild;
    char *owner, *review, *max_days, *after;
    char *copy, *out;
    char *ticket_id, *source;
    char *note, *kinds;
    bool plain, after_pause;
    char *ref, *ticket, *approval, *dept, *state, *sha256, *node; // sessions and promises
    GPtrArray *volumes;                                           // char *
    int64_t min_days, seconds;
    bool lasting;          // accounts: what follows
    char *expires;         // of a token
    int64_t idle, longest; // minutes
} CmdOptions;

typedef struct CmdContext {
    CmdOptions options;
    GPtrArray *args;   // char *: what stands behind the command's words
    IdxCatalogue *cat; // NULL for CMD_NO_CATALOGUE
    int64_t now_us;
    bool writes;       // whether cat does
    bool audited;      // cmd_audit() has written
    char *who, *login; // "cli:root"; who signed in, if somebody else
    GTimeZone
        *zone; // of the hall that is spoken of, as long as cat; NULL: of --hall, else of the first
} CmdContext;

/* CMD_FREES: writes, on a disk that is full to the last byte too (purge/ballast.h). */
typedef enum { CMD_NO_CATALOGUE, CMD_READS, CMD_WRITES, CMD_FREES } CmdAccess;

typedef struct Command {
    const char *words; // "camera add"
    const char *args;  // "ID URL"
    int min_args, max_args;
    const char *options; // names of those it takes besides --home and --json: "name kind"
    CmdAccess access;
    const char *help;
    bool (*run)(CmdContext *ctx, GError **error);
} Command;

/* The n-th argument, or NULL. */
const char *cmd_arg(const CmdContext *ctx, guint n);

/* Prints @json and a newline. Takes it. */
void cmd_print_json(json_t *json);

/* The text @name of @object, or "-". Valid as long as @object. */
const char *cmd_text_of(const json_t *object, const char *name);

/* By whose clock times are shown and read. Valid as long as the catalogue. */
GTimeZone *cmd_zone(const CmdContext *ctx);
/* From now on that of the hall @code; NULL: as before. */
void cmd_speak_of(CmdContext *ctx, const char *code);

/* Hall-local time for people: "2026-11-22 09:31:05.120", with its offset behind it where that is not the first hall's clock.
 * Caller frees. */
char *cmd_time(const CmdContext *ctx, int64_t us);
/* The same of an RFC 3339 text, or "-" for null. Caller frees. */
char *cmd_time_of(const CmdContext *ctx, const json_t *text);

/* Reads --from / --to; @fallback when the option is absent. */
bool cmd_parse_time(const CmdContext *ctx, const char *option, const char *text, int64_t fallback,
                    int64_t *ret_us, GError **error);

/* One line of standard input without its newline (a secret that must not stand on the command
 * line). On a terminal @prompt is shown and nothing is echoed. Caller frees. */
char *cmd_read_secret(const char *prompt, GError **error);

/* The hall of a catalogue that is made, H01 unless said; its name, the code unless said. */
const char *cmd_new_hall(const CmdOptions *o);
const char *cmd_new_hall_name(const CmdOptions *o);

/* Where copies of the catalogue are made unless told otherwise. Caller frees. */
char *cmd_backup_folder(const char *home);

/* A row in the audit log on behalf of who calls; on a connection of its own if the command's only reads.
 * What is shown must not be shown if this fails. */
bool cmd_audit(CmdContext *ctx, const IdxAudit *row, GError **error);

/* After the error that several are meant: shows which, with what tells them apart. Takes @candidates; NULL: none
 * could be read. */
/* How many events were warned of, kind by kind (IDX_WARNED_KINDS), on standard error. */
void cmd_show_warned(const int64_t *warned_of);

void cmd_show_candidates(CmdContext *ctx, json_t *candidates);
/* Between @before and @after that a ticket (JSON, may be NULL) is only named, and by what; nothing of any other. */
void cmd_print_named(const json_t *subject, const char *before, const char *after);
/* By what a ticket whose number others have too (JSON, "shared") is told from them. Valid as long as @subject. */
const char *cmd_which(const json_t *subject);

bool cmd_init(CmdContext *ctx, GError **error);
bool cmd_alarm_list(CmdContext *ctx, GError **error);
bool cmd_alarm_ack(CmdContext *ctx, GError **error);
bool cmd_mark_list(CmdContext *ctx, GError **error);
bool cmd_meeting_add(CmdContext *ctx, GError **error);
bool cmd_meeting_list(CmdContext *ctx, GError **error);
bool cmd_meeting_token(CmdContext *ctx, GError **error);
bool cmd_meeting_end(CmdContext *ctx, GError **error);
bool cmd_slot_add(CmdContext *ctx, GError **error);
bool cmd_slot_list(CmdContext *ctx, GError **error);
bool cmd_slot_withdraw(CmdContext *ctx, GError **error);
bool cmd_meeting_book(CmdContext *ctx, GError **error);
bool cmd_meeting_cancel(CmdContext *ctx, GError **error);
bool cmd_meeting_move(CmdContext *ctx, GError **error);
bool cmd_notice_set(CmdContext *ctx, GError **error);
bool cmd_notice_list(CmdContext *ctx, GError **error);
bool cmd_promise_list(CmdContext *ctx, GError **error);
bool cmd_promise_done(CmdContext *ctx, GError **error);
bool cmd_webhook_add(CmdContext *ctx, GError **error);
bool cmd_webhook_list(CmdContext *ctx, GError **error);
bool cmd_webhook_remove(CmdContext *ctx, GError **error);
bool cmd_keys(CmdContext *ctx, GError **error);
bool cmd_user_role(CmdContext *ctx, GError **error);
bool cmd_user_scope(CmdContext *ctx, GError **error);
bool cmd_user_second(CmdContext *ctx, GError **error);
bool cmd_user_logout(CmdContext *ctx, GError **error);
bool cmd_session_list(CmdContext *ctx, GError **error);
bool cmd_session_set(CmdContext *ctx, GError **error);
bool cmd_audit_list(CmdContext *ctx, GError **error);
bool cmd_audit_verify(CmdContext *ctx, GError **error);
bool cmd_camera_add(CmdContext *ctx, GError **error);
bool cmd_camera_set(CmdContext *ctx, GError **error);
bool cmd_camera_list(CmdContext *ctx, GError **error);
bool cmd_camera_show(CmdContext *ctx, GError **error);
bool cmd_camera_remove(CmdContext *ctx, GError **error);
bool cmd_place_add(CmdContext *ctx, GError **error);
bool cmd_place_set(CmdContext *ctx, GError **error);
bool cmd_place_renumber(CmdContext *ctx, GError **error);
bool cmd_place_list(CmdContext *ctx, GError **error);
bool cmd_coverage_add(CmdContext *ctx, GError **error);
bool cmd_coverage_end(CmdContext *ctx, GError **error);
bool cmd_coverage_remove(CmdContext *ctx, GError **error);
bool cmd_coverage_list(CmdContext *ctx, GError **error);
bool cmd_apply(CmdContext *ctx, GError **error);
bool cmd_event_add(CmdContext *ctx, GError **error);
bool cmd_event_import(CmdContext *ctx, GError **error);
bool cmd_source_list(CmdContext *ctx, GError **error);
bool cmd_source_clock(CmdContext *ctx, GError **error);
bool cmd_link(CmdContext *ctx, GError **error);
bool cmd_find_ticket(CmdContext *ctx, GError **error);
bool cmd_find_approval(CmdContext *ctx, GError **error);
bool cmd_find_session(CmdContext *ctx, GError **error);
bool cmd_find_place(CmdContext *ctx, GError **error);
bool cmd_find_visits(CmdContext *ctx, GError **error);
bool cmd_find_staff(CmdContext *ctx, GError **error);
bool cmd_find_business(CmdContext *ctx, GError **error);
bool cmd_find_matter(CmdContext *ctx, GError **error);
bool cmd_search(CmdContext *ctx, GError **error);
bool cmd_backup(CmdContext *ctx, GError **error);
bool cmd_rebuild(CmdContext *ctx, GError **error);
bool cmd_hold_ticket(CmdContext *ctx, GError **error);
bool cmd_hold_approval(CmdContext *ctx, GError **error);
bool cmd_hold_session(CmdContext *ctx, GError **error);
bool cmd_hold_camera(CmdContext *ctx, GError **error);
bool cmd_hold_list(CmdContext *ctx, GError **error);
bool cmd_hold_release(CmdContext *ctx, GError **error);
bool cmd_purge(CmdContext *ctx, GError **error);
bool cmd_retention_rules(CmdContext *ctx, GError **error);
bool cmd_retention_set(CmdContext *ctx, GError **error);
bool cmd_retention_remove(CmdContext *ctx, GError **error);
bool cmd_retention_policy(CmdContext *ctx, GError **error);
bool cmd_retention_report(CmdContext *ctx, GError **error);
bool cmd_volume_add(CmdContext *ctx, GError **error);
bool cmd_volume_list(CmdContext *ctx, GError **error);
bool cmd_volume_remove(CmdContext *ctx, GError **error);
bool cmd_verify(CmdContext *ctx, GError **error);
bool cmd_timeline(CmdContext *ctx, GError **error);
bool cmd_clip(CmdContext *ctx, GError **error);
bool cmd_user_add(CmdContext *ctx, GError **error);
bool cmd_user_list(CmdContext *ctx, GError **error);
bool cmd_user_passwd(CmdContext *ctx, GError **error);
bool cmd_user_disable(CmdContext *ctx, GError **error);
bool cmd_user_enable(CmdContext *ctx, GError **error);
bool cmd_token_add(CmdContext *ctx, GError **error);
bool cmd_token_list(CmdContext *ctx, GError **error);
bool cmd_token_revoke(CmdContext *ctx, GError **error);
