// SPDX-License-Identifier: GPL-3.0-or-later
/* What a camera of the synthetic hall sees at a moment: a window with a citizen in front of it, a
 * desk with hands at work, a lobby with people walking. What moves is a function of the time alone,
 * so that pictures of one moment agree between cameras and runs.
 *
 * On top: the camera's name, the time in UTC with milliseconds, and the stamp (stamp.h).
 * A scene is constant once made; any thread may draw with it. */
#pragma once

#include "test/hall/camera.h"
#include "test/hall/paint.h"

typedef struct HallPicture HallPicture;

HallPicture *hall_picture_new(const HallCamera *camera);
void hall_picture_free(HallPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallPicture, hall_picture_free)

/* Fills @canvas, which has the camera's size. */
void hall_picture_draw(const HallPicture *picture, const HallCanvas *canvas, int64_t utc_us,
                       uint32_t frame);
