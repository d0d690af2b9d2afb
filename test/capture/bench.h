// SPDX-License-Identifier: GPL-3.0-or-later
/* What the tests of the recorder share: the synthetic hall, a home with a recorder, questions to its
 * catalogue, and checks of what lies on the disk. HALL and CAPTURE in the environment are the paths of
 * the two programs. One hall a program; helpers fail the test when something is not as it should be. */
#pragma once

#include <gio/gio.h>
#include <jansson.h>

#include "index/base/clock.h"
#include "index/camera.h"
#include "index/segment/gap.h"
#include "index/segment/segment.h"
#include "index/segment/timeline.h"
#include "index/state.h"

#define USER "viewer"
#define PASSWORD "Wx7%2Fnever-shown"
#define PASSWORD_PLAIN "Wx7/never-shown"
#define POLL_US 20000

typedef struct Hall {
    GSubprocess *process;
    GOutputStream *in;
    GDataInputStream *out;
    int port;
    char *dump; // folder
} Hall;

extern Hall hall;

void hall_start(void);
void hall_tell(const char *verb, const char *camera);
void hall_end(void);

typedef struct Bench { // a home with a recorder
    char *home, *log;
    IdxCatalogue *cat;
    GSubprocess *process;
} Bench;

void capture_start(Bench *bench);
/* One of several: @shard as --shard takes it. Ended by its own handle, which is returned. */
GSubprocess *capture_start_shard(Bench *bench, const char *shard);
int64_t capture_stop(Bench *bench);
void capture_kill(Bench *bench);
Bench bench_new(void);
void bench_end(Bench *bench);

int64_t now_us(void);
void add_camera_at(const Bench *bench, const char *code, const char *url);
void add_camera(const Bench *bench, const char *code);
int64_t stream_of(const Bench *bench, const char *code);
IdxState *state_of(const Bench *bench, const char *code);
IdxState *wait_for(const Bench *bench, const char *code, const char *state, int seconds);
void wait_recording(const Bench *bench, const char *code);
void wait_footage(const Bench *bench, const char *code, int64_t us);
GPtrArray *segments_of(const Bench *bench, const char *code);
char *file_of(const Bench *bench, const IdxSegment *segment);
void check_adds_up(const Bench *bench, const char *code);

/* Checks of the footage of one camera. */
void check_ffprobe(const char *path);
int check_pictures(const Bench *bench, const char *code);
void check_hashes(const Bench *bench, const char *code);
void check_byte_exact(const Bench *bench, const char *code);
