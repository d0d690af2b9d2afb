// SPDX-License-Identifier: GPL-3.0-or-later
/* Kinds of marks 标记类型: what a person may say of a picture (mark.h), as the hall declares it.
 *
 * A kind has a code, words in Chinese and English, and a level, which is that of the alert that a mark makes. They
 * are offered in their order, the first nine under the keys 1 to 9. A new home begins with absent 离岗, attitude 态度,
 * phone 玩手机, dispute 纠纷 and other 其他, all of them warnings (schema.sql).
 *
 * A kind is never deleted: it is ended, which can be taken back. One that is ended is offered no more and marks
 * nothing. A mark keeps the code, the words and the level of its time, whatever becomes of its kind: they are in its
 * event. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_MARK_KINDS_MAX 60      // with those that are ended
#define IDX_MARK_KIND_CODE_MAX 32  // small letters, digits, - and _, the first one a letter
#define IDX_MARK_KIND_WORDS_MAX 32 // characters of zh and of en

typedef struct IdxMarkKind {
    char *code; // "absent"
    char *zh;   // 离岗
    char *en;
    char *level;      // "warning", "yellow" or "red"
    int64_t rank;     // 1 is the first
    int64_t ended_us; // 0 = it is offered
} IdxMarkKind;

void idx_mark_kind_free(IdxMarkKind *kind);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxMarkKind, idx_mark_kind_free)

/* All of them, also those that are ended, in order. Element type IdxMarkKind *. */
GPtrArray *idx_mark_kind_list(IdxCatalogue *cat, GError **error);

/* The one of that code, if it is offered. MJ_ERROR_INVALID names those that are. */
IdxMarkKind *idx_mark_kind_offered(IdxCatalogue *cat, const char *code, GError **error);

typedef struct IdxMarkKindChange {
    const char *code;
    const char *zh, *en,
        *level; // NULL = as it is; of a new one zh and en must be there, and "warning" is the level
    int64_t rank;    // 0 = where it is; a new one becomes the last. Beyond the last: the last
    bool end, offer; // the one, the other, or as it is
} IdxMarkKindChange;

/* Whether one could be so; what is NULL is not looked at. Pure. MJ_ERROR_INVALID. */
bool idx_mark_kind_check(const IdxMarkKindChange *change, GError **error);

/* Makes or changes one, with a row of the audit log; nothing, if that is how it is. MJ_ERROR_INVALID. */
bool idx_mark_kind_set(IdxCatalogue *cat, const IdxMarkKindChange *change, int64_t now_us,
                       GError **error);

/* {"kinds": [schema MarkKind of api/openapi.yaml]}, as listed. New reference. */
json_t *idx_mark_kinds_json(IdxCatalogue *cat, GError **error);
