// SPDX-License-Identifier: GPL-3.0-or-later
/* Promises 承诺: what somebody says in a session that they will do, who sees to it, and until which day.
 *
 * A promise is an event "hall.session.promised", and it is kept when "hall.session.fulfilled" comes with the
 * proof: words, and the SHA-256 of a file or the ID of an event. Both come from the page or from another system
 * alike, and may be corrected by who told them; the table is what they amount to (promise_told.h). A promise is
 *
 *   open      until the day on which it is due
 *   due       on that day and the one before
 *   overdue   when that day is over, until it is done: an alarm (alarm/alarm.h)
 *   done
 *
 * The department is the session's, as it was booked. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_PROMISE_TEXT_MAX                                                                       \
    2000 // bytes, as the proof's: 500 characters of any script, as the page takes
#define IDX_PROMISE_LIST_MAX 1000    // of a page
#define IDX_PROMISE_TABLE_MAX 100000 // of a table, which has no pages

typedef struct IdxPromiseRequest { // borrowed
    const char *session;
    const char *leg; // who says so; NULL: an account
    const char *text, *owner;
    const char *due;  // "2026-12-01": a day of the hall; NULL: working_days says it
    int working_days; // from today, which does not count (work_day.h); 0 = due says it
} IdxPromiseRequest;

/* *ret_code: its promise_id; caller frees. MJ_ERROR_INVALID, also for a day that is past; MJ_ERROR_NOT_FOUND. */
bool idx_promise_add(IdxCatalogue *cat, const IdxPromiseRequest *request, int64_t now_us,
                     char **ret_code, GError **error);

typedef struct IdxPromiseProof { // borrowed
    const char *text;
    const char *sha256; // of a file, 64 hex digits; may be NULL
    const char *by;
} IdxPromiseProof;

/* MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT: it is done. */
bool idx_promise_done(IdxCatalogue *cat, const char *code, const IdxPromiseProof *proof,
                      int64_t now_us, GError **error);

typedef struct IdxPromiseFilter { // each may be NULL
    const char *session, *owner, *state;
    const char *dept;   // has it in it, without regard to ASCII case
    const char *cursor; // `next` of the answer before
    int limit;          // 0 = IDX_PROMISE_LIST_MAX
} IdxPromiseFilter;

/* {"promises": […], "departments": […], "next"}, schema Promise; by the day they are due, what is done behind the others; how many
 * each department has in each state, the one with most overdue first. What is done meanwhile is met again at its new place. MJ_ERROR_INVALID. New reference. */
json_t *idx_promise_list_json(IdxCatalogue *cat, const IdxPromiseFilter *filter, int64_t now_us,
                              GError **error);
/* One. MJ_ERROR_NOT_FOUND. */
json_t *idx_promise_json(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error);
/* The same list as CSV (RFC 4180), with a line of names. Caller frees. */
char *idx_promise_csv(const json_t *list);
