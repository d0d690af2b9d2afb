// SPDX-License-Identifier: GPL-3.0-or-later
/* What the files of declare.h share; for nobody else. */
#pragma once

#include "index/declare/declare.h"
#include "index/link/linker.h"

/* Lines that are wrong: the first of them, by line. */
typedef struct DeclErrors {
    GPtrArray *lines; // DeclError *, at most IDX_DECLARE_ERRORS
    guint count;      // of all
} DeclErrors;

typedef struct DeclCoverage {
    int line;
    bool wrong;               // what it says was told already, likewise below: it is not followed
    char *camera, *from, *to; // times as written, checked; NULL = open
} DeclCoverage;

typedef struct DeclPlace {
    int line;
    char *code, *name;
    GPtrArray *coverage; // DeclCoverage *; NULL = not said
} DeclPlace;

typedef struct DeclHall {
    int line;
    char *code, *name, *timezone; // name, timezone: NULL = as it is
    GPtrArray *places;            // DeclPlace *; NULL = not said
} DeclHall;

typedef struct DeclCamera {
    int line;
    bool wrong;
    char *code, *name, *kind, *main, *sub, *record, *audio;
    char *user, *password, *password_file, *password_env;
} DeclCamera;

typedef struct DeclLink {
    int line;
    bool wrong;
    IdxMethod method;
    int64_t before_us, after_us, max_us; // < 0 = as it is
} DeclLink;

typedef struct DeclRule {
    int line;
    bool wrong;
    char *kind, *purpose;
    int min_days, max_days; // max 0 = never by age
} DeclRule;

typedef struct DeclMark {
    int line;
    bool wrong, ended;
    char *code, *zh, *en, *level; // level NULL = warning
} DeclMark;

typedef struct DeclNotice {
    int line;
    bool wrong;
    char *version, *zh, *en; // en NULL = none
} DeclNotice;

struct IdxYaml;
/* NULL: no such section. */
DeclNotice *decl_read_notice(const struct IdxYaml *root, DeclErrors *errors);
void decl_notice_free(DeclNotice *notice); // NULL is allowed

/* Element type of workdays.c alone; NULL: no such section. */
GPtrArray *decl_read_workdays(const struct IdxYaml *root, DeclErrors *errors);

struct IdxDeclaration {
    GPtrArray *halls;   // DeclHall *; NULL = no such section, likewise below
    GPtrArray *cameras; // DeclCamera *
    GPtrArray *links;   // DeclLink *
    GPtrArray *rules;   // DeclRule *
    GPtrArray *marks;   // DeclMark *, in their order
    DeclNotice *notice;
    GPtrArray *workdays; // of workdays.c
    DeclErrors errors;
    bool cameras_lost; // there may be cameras in what could not be read
};

void decl_wrong(DeclErrors *errors, int line, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* All of them as one error; false if there are any. */
bool decl_none_wrong(const DeclErrors *errors, GError **error);
void decl_errors_copy(DeclErrors *errors, const DeclErrors *other);
void decl_errors_clear(DeclErrors *errors);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeclErrors, decl_errors_clear)

/* One run of idx_declare_apply(). */
typedef struct DeclRun {
    IdxCatalogue *cat;
    const IdxDeclareHow *how;
    GPtrArray *changes;
    DeclErrors errors;
    bool cameras_lost;         // as above
    GHashTable *wrong_cameras; // char *: those that would be there if their own lines were right
} DeclRun;

IdxChange *decl_change(DeclRun *run, IdxChangeKind kind, const char *what, const char *name,
                       int line);
void decl_field(IdxChange *change, const char *name, const char *from, const char *to);
/* A field only if the two differ; true if they do. */
bool decl_differs(IdxChange *change, const char *name, const char *from, const char *to);
/* Drops @change again, which must be the last one, if it has no field. True if it stays. */
bool decl_keep(DeclRun *run, IdxChange *change);

/* What became of what @line asked for: @ok, or @failed (taken). An error that is the file's fault is noted,
 * true; another one (busy, disk) goes to @error, false. */
bool decl_outcome(DeclRun *run, bool ok, GError *failed, int line, GError **error);

/* The section workdays, if there is anything to say. */
bool decl_put_workdays(GString *out, IdxCatalogue *cat, GError **error);

/* A time as the file writes it, by the clock of @zone. */
bool decl_time(const char *text, GTimeZone *zone, int64_t *ret_us, GError **error);

/* RFC 3339, without decimals if they are zero. Caller frees. */
char *decl_time_text(int64_t us, GTimeZone *zone);

/* "90s", "2h": as the file writes it. Caller frees. */
char *decl_length(int64_t us);

/* The parts of applying. False: the catalogue cannot be read or written, with @error; what is wrong
 * with the file goes to run->errors. */
bool decl_apply_cameras(DeclRun *run, const GPtrArray *cameras, GError **error);
bool decl_retire_cameras(DeclRun *run, const GPtrArray *cameras, GError **error);
bool decl_apply_retention(DeclRun *run, const GPtrArray *rules, GError **error);
bool decl_apply_marks(DeclRun *run, const GPtrArray *marks, GError **error);
bool decl_apply_notice(DeclRun *run, const DeclNotice *notice, GError **error);
bool decl_apply_workdays(DeclRun *run, const GPtrArray *days, GError **error);
bool decl_apply_places(DeclRun *run, int64_t hall_id, GTimeZone *zone, const GPtrArray *places,
                       GError **error);

/* "main", "sub", "both" or "none": what of @camera is recorded. Static string. */
struct IdxCamera;
const char *decl_recorded(const struct IdxCamera *camera);
