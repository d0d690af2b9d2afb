// SPDX-License-Identifier: GPL-3.0-or-later
/* Dispositions 处置记录: the lasting record that a segment was deleted, by which rule and run. Written
 * by purge.h, and by rebuild/rebuild.h for what a purge did; never changed, never deleted (schema.sql sees to it).
 *
 * The rule of a disposition is "WHY:KIND/PURPOSE:DAYS" of the rule that let it go:
 *   max      it was past its maximum of DAYS
 *   short    its volume was short, and it was past its minimum of DAYS
 *   policy   its volume was full, and its policy let it go below its minimum of DAYS
 *   gone     its file was not there when an older copy of the catalogue was put back, and a purge may have
 *            taken it, since it was past its minimum of DAYS, or its maximum (rebuild/rebuild.h writes it) */
#pragma once

#include "index/catalogue.h"
#include "index/retention/retention.h"

/* For statements of others: the dispositions d of a row r of disposition_run, in which a time is looked for. What
 * touches a time lies in those that begin less than IDX_DISPOSITION_BACK before it: an hour, and a day, which is
 * longer than any file. */
#define IDX_DISPOSITION_OF_RUN                                                                     \
    " CROSS JOIN disposition d ON d.id BETWEEN r.first_id AND r.last_id"                           \
    " AND d.stream_id = r.stream_id AND d.start_us / 3600000000 = r.from_us / 3600000000"
#define IDX_DISPOSITION_BACK "90000000000"

typedef struct IdxDisposition {
    int64_t start_us, end_us;
    int64_t bytes;
    char *rule;
    int64_t run_id, marked_us;
} IdxDisposition;

void idx_disposition_free(IdxDisposition *disposition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxDisposition, idx_disposition_free)

/* Disposes of segments: what is picked, each with its rule, gets its disposition, and the segment and its
 * index are deleted, all of them at once. All in one transaction of the caller's:
 *   idx_disposition_begin(), once for a connection, before it
 *   idx_disposition_pick() for each, none twice
 *   idx_disposition_store()
 * MJ_ERROR_CONFLICT, and the transaction is to be undone, if not all of them are there and closed, or if
 * one is held. */
bool idx_disposition_begin(IdxCatalogue *cat, GError **error);
bool idx_disposition_pick(IdxCatalogue *cat, int64_t segment_id, const char *rule, GError **error);
/* @segments: how many were picked, not 0. *ret_first: the id of the first disposition; they follow each
 * other. */
bool idx_disposition_store(IdxCatalogue *cat, int64_t batch_id, int segments, int64_t *ret_first,
                           GError **error);

/* Those of a stream that touch [from_us, to_us), by start. Element type IdxDisposition *. */
GPtrArray *idx_disposition_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                 int64_t to_us, GError **error);

/* The rule by which a segment goes whose verdict is @verdict; @level is how far its volume's need
 * goes: DUE, SPARE or BOUND. Caller frees. */
char *idx_disposition_rule(const IdxVerdict *verdict, IdxVerdictKind level);

/* "older than 90 days (rule any/footage)": for people. Caller frees. */
char *idx_disposition_words(const char *rule);

/* Whether the file @path is marked, and still to be removed by the next purge. */
bool idx_disposition_pending(IdxCatalogue *cat, const char *path, bool *ret, GError **error);

/* How long the footage of a stream that ended at @end_us was kept until it was marked; 0 if none was deleted. */
bool idx_disposition_kept(IdxCatalogue *cat, int64_t stream_id, int64_t end_us, int64_t *ret_us,
                          GError **error);

/* The end of the newest footage of a stream that was deleted; 0 if none was. */
bool idx_disposition_last(IdxCatalogue *cat, int64_t stream_id, int64_t *ret_end_us,
                          GError **error);
