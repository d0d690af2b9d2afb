// SPDX-License-Identifier: GPL-3.0-or-later
/* A home with footage that the recorder's writer wrote, which loses its catalogue: for test-rebuild/rebuild.c and
 * test-rebuild/restore.c. Every helper asserts that what it does succeeds. */
#pragma once

#include "index/rebuild/rebuild.h"
#include "index/segment/segment.h"

#define START INT64_C(1795000000000000)
#define FRAME INT64_C(40000)
#define FRAMES 60
#define LONG (FRAMES * FRAME)
#define BYTES_OF_HEAD 100

typedef struct RebuildHome {
    char *home;
    IdxCatalogue *cat;
    GPtrArray *packets;
    int64_t now_us; // behind all footage
    GString *left;  // of the last rebuild: "KIND PATH\n" each
    GString *steps; // its points, a letter each
    int kill_at;    // at which one it is to end; 0 = none
    bool dry_run;
    const char *copy;
    GPtrArray *volumes; // given to it
    void (*meanwhile)(struct RebuildHome *h,
                      const char *step); // called at each point; NULL = nothing
} RebuildHome;

/* With camera cam1. */
RebuildHome *rebuild_home_new(void);
void rebuild_home_free(RebuildHome *h);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RebuildHome, rebuild_home_free)

/* A file that was written and not told to the catalogue; its row. Its end is moved by @slew_us. */
IdxSegment *rebuild_home_file(RebuildHome *h, const char *camera, const char *stream,
                              int64_t start_us, int64_t media_us, bool joins, int64_t slew_us);

/* The same, recorded: with its row. */
void rebuild_home_record(RebuildHome *h, const char *camera, const char *stream, int64_t start_us,
                         int64_t media_us, bool joins, int64_t slew_us);

/* Where a file lies. Caller frees. */
char *rebuild_home_path(const RebuildHome *h, const char *relative);

/* The catalogue and all that SQLite has beside it are gone. */
void rebuild_home_lose(RebuildHome *h);

/* `mingjing rebuild`. False with @error if it fails. */
bool rebuild_home_try(RebuildHome *h, IdxRestored *home, IdxRebuildSums *sums, GError **error);
/* It must not. */
void rebuild_home_run(RebuildHome *h, IdxRebuildSums *sums);

/* Segments with all their columns but id, stream_id and state. Caller frees. */
char *rebuild_home_segments(const RebuildHome *h);
/* All that a rebuild writes, but ids and the audit log. Caller frees. */
char *rebuild_home_all(const RebuildHome *h);

/* `verify --deep`: how many findings. */
int64_t rebuild_home_verify(const RebuildHome *h);

/* What a statement of the test answers, see fixture_dump(). Caller frees. */
char *rebuild_home_ask(const RebuildHome *h, const char *sql);
