// SPDX-License-Identifier: GPL-3.0-or-later
/* YAML 1.1 (libyaml) as a tree in which everything knows its line, so that what is wrong can be said
 * where it stands.
 *
 * Only what a declaration needs: mappings, sequences, scalars, comments. Anchors, aliases, merge keys,
 * tags and several documents are refused with a sentence, as are a key that stands twice, and anything
 * beyond the limits below; so no file can grow in memory. Every scalar is text ("no" stays "no"); an
 * empty one is NULL unless it is quoted. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IDX_YAML_MAX_BYTES (4 * 1024 * 1024)
#define IDX_YAML_MAX_DEPTH 12
#define IDX_YAML_MAX_NODES 200000

typedef enum { IDX_YAML_SCALAR, IDX_YAML_LIST, IDX_YAML_MAP } IdxYamlKind;

typedef struct IdxYaml {
    IdxYamlKind kind;
    int line;         // from 1: where it begins
    char *text;       // of a scalar; NULL if it is empty
    char *key;        // under which it stands in a mapping; else NULL
    int key_line;     // where its key stands; else its line
    GPtrArray *items; // IdxYaml *, of a list or a mapping, in their order; NULL for a scalar
} IdxYaml;

void idx_yaml_free(IdxYaml *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxYaml, idx_yaml_free)

/* MJ_ERROR_INVALID: "line 12: …". An empty text is an empty mapping. */
IdxYaml *idx_yaml_parse(const char *text, size_t size, GError **error);

/* The member @key of a mapping; NULL if there is none, or it is no mapping. */
const IdxYaml *idx_yaml_get(const IdxYaml *node, const char *key);

/* @text as a scalar on one line that reads back as the same text: plain where that is safe, else
 * quoted. Caller frees. */
char *idx_yaml_quote(const char *text);
