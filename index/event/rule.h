// SPDX-License-Identifier: GPL-3.0-or-later
/* What each type of event may and must carry in data: one table (rule.c), which checks events,
 * turns the text of a CSV column into the right kind of value, and is the list of types we know.
 *
 * Pure. A type of a family that is not in the table is kept, and checked for what every event may carry only: it may come
 * of a newer system, or be misspelt, which whoever sends it is told (event/ingest.h). Types of no family are kept whatever they
 * carry; what of it is as it should be is used, so that they are linked where they can be. One of them that names a
 * hall which is not known here is kept among the events of the own hall, and linked to nothing: its numbers and
 * windows are those of another hall. */
#pragma once

#include "index/base/json.h"

#include <stdbool.h>

typedef enum {
    IDX_FIELD_TEXT,   // most: bytes
    IDX_FIELD_WHOLE,  // least..most
    IDX_FIELD_NUMBER, // least..most
    IDX_FIELD_FLAG,   // true or false
    IDX_FIELD_TIME,   // RFC 3339
    IDX_FIELD_DATE,   // 2026-11-22
    IDX_FIELD_CHOICE, // one of words
    IDX_FIELD_OBJECT,
    IDX_FIELD_LIST,
} IdxFieldKind;

typedef struct IdxField {
    const char *name;
    IdxFieldKind kind;
    double least, most;
    const char *words; // of a choice, parted by "|"
} IdxField;

/* The field of that name, whichever type carries it. NULL if none does. */
const IdxField *idx_field_find(const char *name);

/* Whether @value is what @field wants; MJ_ERROR_INVALID says what it is and what it should be. */
bool idx_field_check(const IdxField *field, const json_t *value, GError **error);

/* @text of a table's column as a value of the right kind; of no @field (NULL), a string. What cannot be
 * turned stays a string, for idx_field_check() to refuse. New reference. */
json_t *idx_field_from_text(const IdxField *field, const char *text);

/* Whether the table has @type: "hall.ticket.called". */
bool idx_event_type_known(const char *type);

/* Whether @type is of a family that the table has, so that its events are checked. */
bool idx_event_type_checked(const char *type);

/* The text of @data's field @name, if it is as it should be; else NULL. Belongs to @data. */
const char *idx_event_rule_text(const json_t *data, const char *name);

/* The first field that @type must carry and that is no member of @data; NULL if none. Static. */
const char *idx_event_rule_lacks(const char *type, const json_t *data);

/* @data with its identifiers (of what the table knows: numbers, codes and IDs, up to 64 bytes) as mj_identifier() has them;
 * NULL if that changes nothing. What is no object, or no string, stays. Pure; new reference. */
json_t *idx_event_rule_clean(json_t *data);

/* Whether @data may be that of an event of @type. @data may be NULL. A @cancelled event says that
 * what it corrects never was: it need not repeat what that carried. */
bool idx_event_rule_check(const char *type, const json_t *data, bool cancelled, GError **error);

/* What of the fields of every event @data has: all that there is, of a type that was checked; of one of no family
 * only what is as it should be. @data may be NULL or anything. New reference to an object. */
json_t *idx_event_rule_common(const char *type, const json_t *data);
