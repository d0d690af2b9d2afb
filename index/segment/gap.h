// SPDX-License-Identifier: GPL-3.0-or-later
/* Gaps: from when to when a stream that should have been recorded was not, and why.
 *
 * A stream has at most one open gap (to_us unknown). Capture writes gaps, and camera.h those
 * in which a stream was not to be recorded. What no gap row explains and no segment covers is
 * reported as IDX_REASON_PURGED (a disposition says that it was deleted, purge/disposition.h),
 * IDX_REASON_NOT_RECORDED (the camera did not exist, or was not to be recorded) or
 * IDX_REASON_UNKNOWN by timeline.h, never left out. */
#pragma once

#include "index/catalogue.h"

/* As stored and as the API spells them. */
#define IDX_REASON_OFFLINE "offline"           // no connection, or it broke
#define IDX_REASON_UNAUTHORIZED "unauthorized" // wrong or missing password
#define IDX_REASON_REFUSED "refused"           // it answers, but not as a camera should
#define IDX_REASON_UNSUPPORTED "unsupported"   // a codec we cannot store
#define IDX_REASON_STALLED "stalled"           // connected, and silent
#define IDX_REASON_ENDED "ended"               // the camera ended the stream
#define IDX_REASON_DISK "disk"                 // could not be written
#define IDX_REASON_CAPTURE_DOWN "capture-down" // the recorder was not running, or failed itself
#define IDX_REASON_LOST "lost"                 // packets or frames lost on the way
#define IDX_REASON_CLOCK "clock"               // the host's or the camera's clock was stepped
#define IDX_REASON_NOT_RECORDED "not-recorded" // stored when streams come and go, else derived
#define IDX_REASON_PURGED "purged"             // was recorded; derived from dispositions
#define IDX_REASON_UNKNOWN "unknown"           // derived; stored by rebuild/rebuild.h alone

/* Which of them it is when a camera gave @error. Static. */
const char *idx_gap_reason(const GError *error);

typedef struct IdxGap {
    int64_t from_us;
    int64_t to_us; // 0 while it lasts
    char *reason;
    char *detail; // in words; may be NULL
} IdxGap;

void idx_gap_free(IdxGap *gap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxGap, idx_gap_free)

/* Opens a gap at @from_us. If one is open with another reason it ends there; with the same reason
 * it goes on and only its detail is renewed. */
bool idx_gap_open(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, const char *reason,
                  const char *detail, GError **error);

/* Ends the open gap, if there is one. A gap that would be empty is deleted. */
bool idx_gap_close(IdxCatalogue *cat, int64_t stream_id, int64_t to_us, GError **error);

/* A gap whose both ends are known. Nothing is stored if it would be empty. */
bool idx_gap_add(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                 const char *reason, const char *detail, GError **error);

/* A gap without length: something happened at @at_us that is to be known, and nothing is missing.
 * Not among the gaps of timelines, but among their notes. */
bool idx_gap_note(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, const char *reason,
                  const char *detail, GError **error);

/* The notes in [from_us, to_us), in order. Element type IdxGap *, from_us == to_us. */
GPtrArray *idx_gap_notes(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                         GError **error);

/* Stored gaps that touch [from_us, to_us), by from_us. Element type IdxGap *. */
GPtrArray *idx_gap_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                         GError **error);
