// SPDX-License-Identifier: GPL-3.0-or-later
/* Why somebody looks at footage, with the number of the case (国务院令799号 art 16, 调用登记; who has to say so:
 * idx_role_reason()).
 *
 * Said once of a subject, a place or a camera, it holds for the footage of that and for as long as the login lasts,
 * and every row that the looks leave in the audit log carries it. It is bound to the login on this side: its
 * number in an address is worth nothing to anybody else. For a subject it is good for the cameras and times that
 * the subject is linked to, and IDX_REASON_AROUND_US before and behind; for a place, for the cameras that cover it
 * then; for a camera, for all of it. Giving one leaves a row "reason" in the log. */
#pragma once

#include "index/find/naming.h"

#define IDX_REASON_AROUND_US (INT64_C(30) * 60 * 1000000)
#define IDX_REASON_TEXT_MAX 1024 // bytes
#define IDX_REASON_CASE_MAX 256  // bytes
#define IDX_REASONS_MAX 200      // of a login

typedef struct IdxReason {
    int64_t id;
    char *kind, *object; // as in the audit log
    int day;
    int64_t ref_id; // of the subject, the place or the camera
    char *reason, *case_no;
    int64_t given_us;
} IdxReason;

IdxReason *idx_reason_copy(const IdxReason *reason); // NULL of NULL
void idx_reason_free(IdxReason *reason);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxReason, idx_reason_free)

/* Whether the two say something: letters, not only blanks; no longer than the above. MJ_ERROR_INVALID. */
bool idx_reason_check(const char *reason, const char *case_no, GError **error);

/* As a header has it, "%E5%A4%8D…": decoded and checked; caller frees. NULL with @error (may be NULL). */
char *idx_reason_decode(const char *header, size_t max, GError **error);

/* @what->kind: of a subject, or "place", "camera" (then key is its code). MJ_ERROR_NOT_FOUND as ever. Caller
 * frees. */
IdxReason *idx_reason_give(IdxCatalogue *cat, const char *cookie, const IdxName *what,
                           const char *reason, const char *case_no, int64_t now_us, GError **error);

/* Of this login, newest first. Element type IdxReason *. */
GPtrArray *idx_reason_list(IdxCatalogue *cat, const char *cookie, GError **error);

/* MJ_ERROR_NOT_FOUND if this login has none of that number. */
IdxReason *idx_reason_get(IdxCatalogue *cat, const char *cookie, int64_t id, GError **error);

bool idx_reason_covers(IdxCatalogue *cat, const IdxReason *reason, const char *camera,
                       int64_t from_us, int64_t to_us, bool *ret_covers, GError **error);
