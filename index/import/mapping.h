// SPDX-License-Identifier: GPL-3.0-or-later
/* How rows of a table become events: a file in YAML (or JSON, which is YAML too).
 *
 *   source: queue.h01                # CloudEvents source of all of them
 *   encoding: auto                   # auto, utf-8 or gb18030
 *   separator: ","                   # one character; "\t" is a tab
 *   skip: 0                          # lines before the one that names the columns
 *   timezone: "+08:00"               # of times without an offset; else that of the row's hall_code, or of the first hall
 *   key: [票号, 取号时间]             # columns that tell a row from others; else what an event says does
 *   events:                          # each row makes one of each whose time is not empty
 *     - type: hall.ticket.called     # or {column: 动作, values: {叫号: hall.ticket.called, …}}
 *       time: [日期, 叫号时间]        # a column, or several that are joined by a blank
 *       format: "%Y%m%d %H:%M:%S"    # else 2026-11-22 09:31:05, 2026/11/22 9:31 or RFC 3339
 *       data:
 *         ticket_no: 票号             # a column
 *         window_no: {column: 窗口, values: {一号窗口: W01}} # what values does not have stays as it is
 *         hall_code: {value: H01}    # the same in every row
 *
 * format: %Y %m %d %H %M %S as in strftime, %s seconds since 1970, %L milliseconds since 1970; anything else
 * must stand there as it is. Reading and use are pure. */
#pragma once

#include "index/base/json.h"
#include "index/import/csv.h"

typedef struct IdxMapping IdxMapping;

/* MJ_ERROR_INVALID names the line. @zone: of the first hall. */
IdxMapping *idx_mapping_parse(const char *text, size_t size, GTimeZone *zone, GError **error);
IdxMapping *idx_mapping_load(const char *path, GTimeZone *zone, GError **error);
void idx_mapping_free(IdxMapping *mapping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxMapping, idx_mapping_free)

/* Of another hall. Before idx_mapping_events(). */
void idx_mapping_add_hall(IdxMapping *mapping, const char *code, GTimeZone *zone);

char idx_mapping_separator(const IdxMapping *mapping);
IdxCsvEncoding idx_mapping_encoding(const IdxMapping *mapping);
int idx_mapping_skip(const IdxMapping *mapping);

/* Tells where the columns stand. MJ_ERROR_INVALID names a column that is not there, or is there twice, the line of the
 * mapping that wants it, and the columns that are. */
bool idx_mapping_bind(IdxMapping *mapping, const GPtrArray *header, GError **error);

/* The column that gives the field @name of data; NULL if none does. Owned by the mapping. */
const char *idx_mapping_column(const IdxMapping *mapping, const char *name);

/* The events of a row, after idx_mapping_bind(): array of CloudEvents, their ids made of key or content, so
 * that the same row makes the same ids. *ret_twice (may be NULL): one of its times came twice, as clocks were set back (stamp.h).
 * MJ_ERROR_INVALID names the column that is wrong, or says that the row has more
 * fields than there are columns: then something is in the wrong one, and nobody knows what. New reference. */
json_t *idx_mapping_events(const IdxMapping *mapping, const GPtrArray *fields, bool *ret_twice,
                           GError **error);
