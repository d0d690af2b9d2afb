// SPDX-License-Identifier: GPL-3.0-or-later
/* A home with two volumes besides its own, six cameras and a recorder, for the tests of disks.
 *
 * Volumes are folders, or file systems of their own where the test may mount: bench_may_mount() goes
 * into a mount namespace of its own, so that nothing is left behind whatever happens. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "index/segment/volume.h"

#define CAMERAS 6
#define VOLUMES 2
#define MEGABYTE (INT64_C(1) << 20)

typedef enum {
    BENCH_FOLDERS,
    BENCH_TMPFS,
    BENCH_EXT4, // images on loop devices; the image of the first lies in a tmpfs of its own
} BenchKind;

typedef struct Bench {
    char *home, *log, *faults, *broken;             // broken: exists while the fault lasts
    char *folder[VOLUMES], *image[VOLUMES], *below; // below: the tmpfs of the first image
    BenchKind kind;
    IdxCatalogue *cat;
    int64_t stream[CAMERAS], volume[VOLUMES];
    GSubprocess *capture;
} Bench;

/* Before there are threads. False: no mounting, and maybe no loop devices. */
bool bench_may_mount(BenchKind kind);
void bench_cameras_start(void);
void bench_cameras_stop(void);

/* @megabytes of a file system each. */
Bench *bench_new(BenchKind kind, int megabytes);
void bench_free(Bench *bench);
/* Makes folder @i a volume; as idx_volume_add(). */
void bench_add(Bench *bench, int i, int64_t reserve_bytes, int64_t max_bytes);
/* Without the home's own volume. @rule (faults.c) holds for the first volume while "broken" is
 * there; NULL = none. */
void bench_start(Bench *bench, const char *rule);
void bench_break(Bench *bench, bool broken);
/* Mounts ext4 volume @i again, checked as after a failure. */
void bench_repair(Bench *bench, int i);
/* Runs a command of the system. False if it failed. */
bool bench_run(const char *command, ...) G_GNUC_PRINTF(1, 2);
/* Somebody else fills volume 0, but for @left_bytes; frees it. */
void bench_fill(Bench *bench, int64_t left_bytes);
void bench_unfill(Bench *bench);
int64_t bench_free_bytes(const char *folder);

/* Freed by the caller. */
IdxVolume *bench_volume(const Bench *bench, int i);
/* How many streams have whole fragments in volume @i that begin at @from_us or later. */
int bench_streams_in(const Bench *bench, int i, int64_t from_us);
void bench_wait_streams(const Bench *bench, int i, int64_t from_us, int least, const char *what);
void bench_wait_state(const Bench *bench, int i, const char *state);
void bench_check_alive(const Bench *bench, const char *what, int64_t until_us);
/* Waits for all streams, and for them to be spread over both volumes. Where a stream goes is drawn by
 * its id, which is random: if all drew the same one, false, and @bench is ended and freed: another one
 * is needed. */
bool bench_wait_spread(Bench *bench);
/* Gives the second volume up: whoever is there must come to the first. */
void bench_give_up_second(Bench *bench);

/* Ends the recorder; as the next start would have it, verify finds nothing. */
void bench_check_end(Bench *bench);
/* Every hole in what the streams have is a gap named @reason (NULL: there is none), and none is
 * longer than @longest_us. How much in all. */
int64_t bench_check_holes(const Bench *bench, const char *reason, int64_t longest_us);
