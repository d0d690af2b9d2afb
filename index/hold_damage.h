// SPDX-License-Identifier: GPL-3.0-or-later
/* Lines of journals of holds (hold_journal.h) that are not as they were written.
 *
 * A line counts as damaged as long as its record does not stand in the same file again: a torn write that was made good
 * does not, nor does one that a sync wrote anew because the catalogue or another volume had it. What is alike is the
 * same record: one byte may differ, or its end be missing. If nobody has it, it is lost, and what it held is not known:
 * rebuild.h then holds what it may have been. It is told until somebody moves the file away, which is written anew. */
#pragma once

#include "index/hold_journal.h"

typedef struct IdxHoldDamage {
    char *path;   // of the journal
    int line;     // from 1
    char *text;   // as it stands; only what is UTF-8 of it
    char *camera; // of a stretch, if that can be read still; else NULL
    bool lost;    // no record of the catalogue is alike
} IdxHoldDamage;

void idx_hold_damage_free(IdxHoldDamage *damage);

/* Appends what is damaged in a journal of which @records (IdxHoldRecord *) could be read. Pure. */
void idx_hold_damage_find(const char *path, const char *text, size_t size, const GPtrArray *records,
                          GPtrArray *damage);

/* Whether what is damaged is lost, once the catalogue knows all that can be read. */
bool idx_hold_damage_judge(IdxCatalogue *cat, GPtrArray *damage, GError **error);

/* "line 3 of PATH is damaged: …". Caller frees. */
char *idx_hold_damage_words(const IdxHoldDamage *damage);

typedef void (*IdxHoldDamageTold)(const char *path, const char *words, void *data);

/* For verify.h: tells of every volume that is there what is damaged in its journal, and which of the catalogue's
 * records it lacks though they were made longer ago than @young_us. Reads only. */
bool idx_hold_damage_look(IdxCatalogue *cat, int64_t now_us, int64_t young_us,
                          IdxHoldDamageTold told, void *data, GError **error);
