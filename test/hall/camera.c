// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/camera.h"

#include <glib.h>
#include <string.h>

#define PICTURE .width = 640, .height = 360
/* Two rates and two distances between key frames, so that nothing comes to rely on one. */
#define FACE PICTURE, .scene = HALL_SCENE_FACE, .fps_num = 15, .fps_den = 1, .gop = 30
#define DESK PICTURE, .scene = HALL_SCENE_DESK, .fps_num = 25, .fps_den = 2, .gop = 15
#define LOBBY PICTURE, .scene = HALL_SCENE_LOBBY, .fps_num = 25, .fps_den = 2, .gop = 20

static const HallCamera CAMERAS[] = {
    {"w01-face", 1, "W01 窗口 面部 / face", "window", "W01", "h264", "aac", FACE},
    {"w01-desk", 2, "W01 窗口 台面 / desk", "window", "W01", "h264", NULL, DESK},
    {"w02-face", 3, "W02 窗口 面部 / face", "window", "W02", "h264", "pcma", FACE},
    {"w02-desk", 4, "W02 窗口 台面 / desk", "window", "W02", "h264", NULL, DESK},
    {"w03-face", 5, "W03 窗口 面部 / face", "window", "W03", "h264", NULL, FACE},
    {"lobby", 6, "大厅 全景 / lobby", "hall", "W01,W02,W03", "h265", NULL, LOBBY},
    {"secret", 20, "保密室 / secret room", "room", "", "h264", NULL, DESK, .extra = true,
     .guarded = true},
    {"mjpeg", 21, "MJPEG 摄像机 / MJPEG camera", "room", "", "jpeg", NULL, DESK, .extra = true},
    {"audio-only", 22, "拾音器 / microphone", "room", "", NULL, "pcmu", .scene = HALL_SCENE_NONE,
     .fps_den = 1, .extra = true},
};

const HallCamera *hall_cameras(size_t *ret_count)
{
    *ret_count = G_N_ELEMENTS(CAMERAS);
    return CAMERAS;
}

const HallCamera *hall_camera_by_id(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CAMERAS); i++)
        if (strcmp(CAMERAS[i].id, id) == 0)
            return &CAMERAS[i];
    return NULL;
}

const HallCamera *hall_camera_by_number(int number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CAMERAS); i++)
        if (CAMERAS[i].number == number)
            return &CAMERAS[i];
    return NULL;
}
