// SPDX-License-Identifier: GPL-3.0-or-later
/* A hall in one file: what there is to be, compared with what there is, and made so.
 *
 *   halls:
 *     H01:                               # code: hall_code in events
 *       name: 市政务服务中心
 *       timezone: "+08:00"               # or Asia/Shanghai
 *       places:
 *         W07:                           # code: window_no in events
 *           name: 不动产登记
 *           coverage:                    # which cameras see it, and when they did
 *             - w07-desk                 # since ever, until told otherwise
 *             - camera: w07-face
 *               from: 2026-03-01         # a date or a time of the hall, or one with its offset
 *               to: 2026-06-30 18:00
 *   cameras:
 *     w07-face:                          # ID: folder name and part of URLs
 *       name: 七号窗口 面部              # else its ID
 *       kind: window                     # window (else), hall, room, session
 *       main: rtsp://192.0.2.7/stream1   # as in `camera add`
 *       sub: rtsp://192.0.2.7/stream2
 *       record: main                     # main, sub, both, none; else all that is given
 *       audio: aac                       # aac (else), original, none
 *       user: viewer
 *       password_file: secrets/w07       # first line; relative to this file
 *       # or password_env: W07_PASSWORD, or password: …, or rtsp://user:password@…
 *   links:                               # footage around what happened
 *     visit: {before: 30s, after: 60s, max: 2h}   # also: step, session
 *
 *   retention:                           # kind of camera (or any): purpose: days from the end of a segment
 *     any: {footage: {min: 30d, max: 90d}, ticket: {min: 90d, max: 180d}}
 *     room: {footage: {min: 90d}}        # no max: never by age; see retention/retention.h
 *
 *   marks:                               # what a person marks in a picture, in the order of the page's keys 1 to 9
 *     absent: {zh: 离岗, en: absent from post}
 *     smoking: {zh: 吸烟, en: smoking, level: yellow} # warning (else), yellow, red
 *     phone: {zh: 玩手机, en: on the phone, ended: true} # offered no more; old marks keep it; see mark/kind.h
 *
 *   notice:                              # what parties of meetings agree to before they are recorded; see meet/notice.h
 *     version: 2027-1                    # other words get another; those before stay as they were agreed to
 *     zh: |
 *       本次会话全程录音录像。
 *     en: This meeting is recorded.      # may be left out
 *
 *   workdays:                            # that are not as their weekday says; promises are due by them, see work_day.h
 *     off: {2027-01-01: 元旦, 2027-02-15..2027-02-21: 春节} # the days of a range, 31 at most
 *     worked: {2027-02-14: 春节调休}
 *
 * What a section says is the whole truth of its kind, what it leaves out of an entry is the value named
 * above; a section that is not there (halls, cameras, links, retention, marks, notice, workdays; places of a hall; coverage of a place) is
 * left alone. What is there and not in the file stays and is told, unless pruning is asked for: then
 * cameras are retired as `camera remove` does, statements of coverage are taken back, rules go, kinds of marks end, days are as their weekday says, places lose the
 * coverage that holds, and are deleted if nothing ever happened there. Footage is never touched.
 *
 * A password that the file does not give stays as it is stored, as long as the address stays on the same
 * host and port. None is ever shown; that it differs is.
 *
 * All of it happens in one transaction, or nothing. What concerns links is queued (link/place_link.h): the
 * caller runs that after. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

typedef struct IdxDeclaration IdxDeclaration;

/* Reads a file's text. Pure. MJ_ERROR_INVALID names each line that is wrong, the first
 * IDX_DECLARE_ERRORS of them, one a line. */
#define IDX_DECLARE_ERRORS 20
IdxDeclaration *idx_declare_parse(const char *text, size_t size, GError **error);

/* The same, but lines that are wrong only come out when it is applied, with all that cannot be followed beside them;
 * what only follows from a wrong line (no camera, where the camera's own lines are wrong) is not told. NULL: it is
 * no YAML. */
IdxDeclaration *idx_declare_read(const char *text, size_t size, GError **error);
void idx_declaration_free(IdxDeclaration *declaration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxDeclaration, idx_declaration_free)

typedef enum {
    IDX_CHANGE_ADD,    // +
    IDX_CHANGE_SET,    // ~
    IDX_CHANGE_REMOVE, // -
    IDX_CHANGE_KEPT,   // ! is there, is not in the file, and stays
} IdxChangeKind;

typedef struct IdxChangeField {
    char *name;
    char *from, *to; // as shown to people; NULL = nothing
} IdxChangeField;

typedef struct IdxChange {
    IdxChangeKind kind;
    const char *
        what; // "hall", "place", "coverage", "camera", "link", "retention", "mark", "notice", "workday"
    char *name;        // "W07", "W07 w07-face"
    int line;          // in the file; 0 if it is not there
    GPtrArray *fields; // IdxChangeField *
} IdxChange;

typedef struct IdxDeclareHow {
    const char *folder; // of the file: password_file is relative to it
    bool prune;         // take away what the file does not mention
    bool dry_run;       // all is tried, nothing stays
    int64_t now_us;
    GPtrArray *
        warnings; // char *, appended: "line 7: …", what is strange and not wrong; NULL = nobody asks
} IdxDeclareHow;

/* Makes it so. @cat: opened IDX_WRITE, no transaction open. Returns what changed, in order (element
 * type IdxChange *): empty if nothing had to. NULL with an error that names the lines that could not
 * be followed; then nothing has changed. */
GPtrArray *idx_declare_apply(IdxCatalogue *cat, const IdxDeclaration *declaration,
                             const IdxDeclareHow *how, GError **error);

/* {"changes": [{"change": "add", "what", "name", "line", "fields": [{"name", "from", "to"}]}],
 * "added", "changed", "removed", "kept"} */
json_t *idx_declare_json(const GPtrArray *changes);
/* For people: a line that begins with + ~ - or !, then one a field. Caller frees. */
char *idx_declare_words(const GPtrArray *changes);

/* What there is, as such a file: applying it changes nothing. Passwords are not in it. Caller frees. */
char *idx_declare_print(IdxCatalogue *cat, GError **error);
