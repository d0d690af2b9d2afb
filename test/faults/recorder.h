// SPDX-License-Identifier: GPL-3.0-or-later
/* A mingjing-capture that is to be mistreated, the cameras that it records, and what must hold when it
 * is over: for the tests of faults, volumes and kills. What they start dies with them. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "index/catalogue.h"

int64_t test_now_us(void);

/* mingjing-test-rtsp with @count cameras (1 to 16) and @clip; @sent: its log of frames, or NULL.
 * @ret_urls: @count strings, the caller's. */
GSubprocess *test_cameras_start(int count, const char *clip, const char *sent, char **ret_urls);
/* Waits until what was sent is on disk. */
void test_cameras_stop(GSubprocess *cameras);

/* Files of 2 s. stderr is appended to @log. @rule (faults.c) with "%s" for @home, each call that is
 * hit a line in @hits; NULL = no faults. */
GSubprocess *test_recorder_start(const char *home, const char *log, const char *rule,
                                 const char *hits);
/* In good order; takes it. */
void test_recorder_stop(GSubprocess *recorder);
/* Takes it. */
void test_recorder_kill(GSubprocess *recorder);
bool test_recorder_lives(GSubprocess *recorder);

/* Fails the test, with what the log says. */
void test_recorder_blame(const char *who, const char *what, const char *log) G_GNUC_NORETURN;

/* What the next start does before it records. How many segments it closed. */
int test_recover(IdxCatalogue *cat);
/* `mingjing verify --deep`, at @at_us: how many findings, which are printed after @who. */
int64_t test_verify(IdxCatalogue *cat, const char *who, int64_t at_us);
/* Recovered, no recorder counting as alive: verify finds nothing. */
void test_check_home(IdxCatalogue *cat, const char *who);
/* covered + gaps = asked between the first picture and the last, and every gap has a reason; one has
 * @reason, unless that is NULL. */
void test_check_gaps(IdxCatalogue *cat, int64_t stream, const char *who, const char *reason);
