// SPDX-License-Identifier: GPL-3.0-or-later
/* What mapping.c reads and mapping_use.c goes by; for nobody else. */
#pragma once

#include "index/import/mapping.h"

typedef struct Column {
    char *name;
    int line;  // of the mapping
    int index; // in a row; set by idx_mapping_bind
} Column;

typedef struct Value { // of type, or of a field of data
    char *name;        // of the field
    Column *column;    // NULL: the same in every row
    char *text;        // then this
    GHashTable *words; // char * → char *; may be NULL
} Value;

typedef struct Recipe { // of one event
    Value *type;
    GPtrArray *time;   // Column *
    char *format;      // NULL = what idx_stamp_parse knows
    GPtrArray *fields; // Value *
} Recipe;

struct IdxMapping {
    char *source;
    IdxCsvEncoding encoding;
    char separator;
    int skip;
    GTimeZone *zone;   // as the mapping says, else the first hall's
    GHashTable *zones; // char * → GTimeZone: by the code of a hall, where the mapping says none
    bool zone_said;
    GPtrArray *key;     // Column *
    GPtrArray *recipes; // Recipe *
    guint columns;      // of the file; set by idx_mapping_bind
};
