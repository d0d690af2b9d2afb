// SPDX-License-Identifier: GPL-3.0-or-later
/* A mount: one camera as the RTSP server offers it: its pictures or its file, its pipeline, its
 * dump and whether it is frozen. server.c puts mounts on the server.
 *
 * Made on the main thread. A pipeline made from its factory keeps it, since a client may keep that
 * longer than the server lives. */
#pragma once

#include "test/hall/camera.h"
#include "test/hall/dump.h"
#include "test/hall/feed.h"

#include <gst/rtsp-server/rtsp-server.h>

typedef struct HallMount {
    const HallCamera *camera;
    char *footage;        // file it plays; NULL = test pictures
    HallFootageInfo info; // what is sent: of the camera or of the file
    HallPicture *picture; // NULL when it plays a file or has no pictures
    HallDump *video_dump, *audio_dump;
    GstRTSPMediaFactory *factory;
    int frame;      // atomic: number of the next picture
    int frozen;     // atomic
    bool stopped;   // not on the server
    int references; // atomic: of the server, and of each pipeline's pumps
} HallMount;

/* @footage and @dump_dir may be NULL. */
HallMount *hall_mount_new(const HallCamera *camera, const char *footage, const char *dump_dir,
                          GError **error);
/* Drops a reference. */
void hall_mount_free(HallMount *mount);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallMount, hall_mount_free)

/* Asks all RTP sessions of @media for a sender report at once, for a client that begins to play. */
void hall_mount_report_now(GstRTSPMedia *media);
