// SPDX-License-Identifier: GPL-3.0-or-later
/* The cameras of the synthetic hall: a table that the server plays, the scenes are drawn by, and
 * the stamp reader names cameras from. Everything here is constant and static. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { HALL_SCENE_FACE, HALL_SCENE_DESK, HALL_SCENE_LOBBY, HALL_SCENE_NONE } HallScene;

typedef struct HallCamera {
    const char *id;     // also the path of its URL
    uint8_t number;     // in the stamp; never 0
    const char *name;   // bilingual, for people
    const char *kind;   // window, hall …: as `mingjing camera add --kind` takes it
    const char *places; // codes it sees, separated by commas; may be empty
    const char *video;  // h264, h265, jpeg; NULL = sound only
    const char *audio;  // aac, pcma, pcmu; NULL = silent
    HallScene scene;
    int width, height;
    int fps_num, fps_den;
    int gop;      // frames from one key frame to the next
    bool extra;   // for tests of bad input: no part of the hall that is announced
    bool guarded; // wants digest authentication
} HallCamera;

/* All cameras, the hall's own first. */
const HallCamera *hall_cameras(size_t *ret_count);

/* NULL if there is none. */
const HallCamera *hall_camera_by_id(const char *id);
const HallCamera *hall_camera_by_number(int number);
