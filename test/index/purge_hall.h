// SPDX-License-Identifier: GPL-3.0-or-later
/* Two cameras with footage that lies in files, and a purge that can be stopped: for test-purge/purge.c and
 * test-purge-kill.c. Times in seconds from T0. */
#pragma once

#include "index/purge/purge.h"
#include "test/index/fixture.h"

#define DAYS(n) ((n)*INT64_C(86400))

typedef struct PurgeHall {
    Fixture *f;
    int64_t stream[2]; // of c1 and c2
    GString *said;     // decisions
    int steps, kill_at;
    bool really;        // kill the process
    int64_t free_bytes; // of the file system
} PurgeHall;

/* c1, which sees W07, and c2. */
PurgeHall *purge_hall_new(void);
void purge_hall_free(PurgeHall *h);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PurgeHall, purge_hall_free)

void purge_hall_sql(PurgeHall *h, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A segment of @camera (0, 1) with its file, which is as old as it should be. Its id. */
int64_t purge_hall_segment(PurgeHall *h, int camera, int64_t at_s, int seconds, const char *state);

/* A hold on a camera; *ret_id is its id. */
void purge_hall_hold(PurgeHall *h, const char *code, int64_t from_s, int64_t to_s, int64_t *ret_id);

/* A purge at @now_s: decisions are noted in h->said, steps counted. */
IdxPurge purge_hall_how(PurgeHall *h, int64_t now_s);

/* Runs it, and expects so many segments to go. */
void purge_hall_run_with(PurgeHall *h, const IdxPurge *p, int64_t segments);
void purge_hall_run(PurgeHall *h, int64_t now_s, int64_t segments);

/* Everything below footage/ but what begins with a dot, one a line. Caller frees. */
char *purge_hall_files(const PurgeHall *h);
bool purge_hall_has(const PurgeHall *h, const char *relative);
