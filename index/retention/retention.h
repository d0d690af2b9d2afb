// SPDX-License-Identifier: GPL-3.0-or-later
/* Retention: how long footage must be kept, and when it must be gone.
 *
 * A rule is for a kind of camera (or any) and a purpose: "footage", which all footage has, or the kind
 * of a subject that is linked to it by a span in force ("ticket", "approval", "session"), and "trade" if
 * events of a trade make that subject. What is linked to a ticket or a session of an approval is linked to
 * the approval. Where a segment's clock is in doubt by a second or more (clock_uncertainty_us), what it may have seen counts as
 * what it saw: it is linked to all spans that are no further from it than that, just as they are shown with it (find/footage.h). All rules that fit count, and the longest wins, both ways: the minimum is the longest
 * minimum, the maximum the longest maximum, where none is longer than any. Days count from the end of
 * a segment, 24 hours each. Footage that was recorded before its camera
 * became of another kind comes under the rules of the kind that it had then, too, and the longest wins again: a change of
 * kind makes nothing due that was not, and one that is undone before anything was recorded binds nothing. schema.sql has the rules a new home begins with, and their sources.
 *
 *   open      being written: stays
 *   held      a hold touches it (hold/hold.h), or may have and nobody knows (idx_retention_doubt()): stays, whatever else is true
 *   bound     younger than its minimum: stays, but for a disk that is full and whose policy is "oldest"
 *   spare     past its minimum: goes when its volume is short, the oldest first
 *   due       past its maximum: goes
 *
 * A volume is short when there is less room in it than purge/purge.h wants. When nothing spare is left, its
 * declared policy says what happens:
 *   keep      nothing. The volume fills, and the recorder stops there, which everybody is told.
 *   oldest    what is bound goes, the oldest first, and each disposition says so. */
#pragma once

#include "index/catalogue.h"

#define IDX_RETENTION_FOOTAGE "footage"
#define IDX_RETENTION_ANY "any"
#define IDX_RETENTION_KEEP "keep"
#define IDX_RETENTION_OLDEST "oldest"
#define IDX_RETENTION_DAYS_MAX 36500
#define IDX_RULES_MAX 63          // bits of a mask
#define IDX_RETENTION_LAW_DAYS 30 // least for any footage
#define IDX_RETENTION_LAW "the 30 days of State Council order 799, art. 17"

typedef struct IdxRule {
    char *kind, *purpose;
    int min_days;
    int max_days; // 0 = never by age
} IdxRule;

void idx_rule_free(IdxRule *rule);

/* By kind and purpose. Element type IdxRule *. */
GPtrArray *idx_rule_list(IdxCatalogue *cat, GError **error);

/* Whether one could be so, and whether it could go: MJ_ERROR_INVALID. */
bool idx_rule_check(const char *kind, const char *purpose, int64_t min_days, int64_t max_days,
                    GError **error);
bool idx_rule_check_removal(const char *kind, const char *purpose, GError **error);

/* Whether such a minimum is below IDX_RETENTION_LAW_DAYS, which whoever sets it is told. */
bool idx_rule_below_law(const char *purpose, int64_t min_days);

/* Makes or changes one. MJ_ERROR_INVALID says which of the values is wrong. */
bool idx_rule_set(IdxCatalogue *cat, const char *kind, const char *purpose, int64_t min_days,
                  int64_t max_days, GError **error);
/* MJ_ERROR_NOT_FOUND; MJ_ERROR_INVALID for any/footage, without which footage might have no minimum. */
bool idx_rule_remove(IdxCatalogue *cat, const char *kind, const char *purpose, GError **error);

/* The policy of a volume. @path as in the list of volumes. MJ_ERROR_NOT_FOUND, MJ_ERROR_INVALID. */
bool idx_retention_set_policy(IdxCatalogue *cat, const char *path, const char *policy,
                              GError **error);
/* Caller frees. */
char *idx_retention_policy(IdxCatalogue *cat, int64_t volume_id, GError **error);

/* --- judging, for purge/purge.c and forecast.c ------------------------------------------------------ */

typedef enum {
    IDX_VERDICT_OPEN,
    IDX_VERDICT_HELD,
    IDX_VERDICT_BOUND,
    IDX_VERDICT_SPARE,
    IDX_VERDICT_DUE,
} IdxVerdictKind;

/* "open", "held" …: as machines read it. Static string. */
const char *idx_verdict_name(IdxVerdictKind kind);

typedef struct IdxVerdict {
    IdxVerdictKind kind;
    int64_t hold_id;         // held: one of the holds; 0 if a record of one is lost
    int64_t min_us, max_us;  // when it becomes spare, and due; INT64_MAX = never
    const IdxRule *min_rule; // whence; belong to the IdxRetention
    const IdxRule *max_rule;
    const IdxRule *base_rule; // that would be max_rule without any link
} IdxVerdict;

/* Rules, holds and links, for many questions. One thread; belongs to one catalogue. */
typedef struct IdxRetention IdxRetention;

IdxRetention *idx_retention_new(IdxCatalogue *cat, GError **error);
void idx_retention_free(IdxRetention *retention);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxRetention, idx_retention_free)

/* Reads the rules again. In a transaction of writing, with idx_retention_aim() behind it, verdicts are
 * true until its end. */
bool idx_retention_refresh(IdxRetention *retention, GError **error);

/* Whether what verdicts depend on may be other than when it was refreshed last: the rules, a hold, a link, an event.
 * In a transaction of writing, verdicts of before are still true if not. */
bool idx_retention_changed(IdxRetention *retention, bool *ret, GError **error);

/* From now on all footage of that camera counts as held: a record of a hold that named it is lost. */
void idx_retention_doubt(IdxRetention *retention, const char *camera);

typedef struct IdxAim {
    int64_t camera_id;
    int64_t from_us, to_us; // INT64_MIN and INT64_MAX: of any time
    IdxVerdictKind
        level; // below it a verdict need not be exact, only be below: what a ticket keeps is not
               // asked about its approval, which could but keep it longer
    int64_t now_us; // that is judged at
} IdxAim;

/* Reads the holds and links of the camera that is asked about from now on, as far as they touch
 * [from, to). Segments are then asked about in the order of their start. */
bool idx_retention_aim(IdxRetention *retention, const IdxAim *aim, GError **error);

/* Whether the segment [start, end) of that stream of the camera may go at @now_us. @open: it is being written. */
IdxVerdict idx_retention_judge(IdxRetention *retention, int64_t stream_id, int64_t start_us,
                               int64_t end_us, bool open, int64_t now_us);

/* Nothing of the camera that begins later than *ret_us is past its maximum, whatever else is true: links make that
 * longer, never shorter. INT64_MIN: nothing of it ever is. */
bool idx_retention_due_before(IdxRetention *retention, int64_t camera_id, int64_t now_us,
                              int64_t *ret_us, GError **error);

/* The rules for footage of the camera's kind that is linked to nothing: days promised. */
int idx_retention_promised_days(const IdxRetention *retention, const char *camera_kind);
