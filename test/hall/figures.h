// SPDX-License-Identifier: GPL-3.0-or-later
/* The things and people in the synthetic hall's pictures, each drawn once by Cairo into a sprite
 * that the caller frees. Made on one thread (Pango's default font map), before pictures are drawn.
 */
#pragma once

#include "test/hall/camera.h"
#include "test/hall/paint.h"

#define HALL_PEOPLE 5        // different citizens
#define HALL_FRONT_HEIGHT 96 // of what stands before the people

/* The whole, opaque, still picture behind everything that moves. */
HallSprite *hall_figure_background(const HallCamera *camera);
/* What stands before the people, for the foot of the picture; NULL if nothing does. */
HallSprite *hall_figure_front(const HallCamera *camera);

/* Head and shoulders of citizen @person; about 260 x 280. */
HallSprite *hall_figure_bust(int person, bool eyes_open);
/* Citizen @person walking, legs in position @step 0 to 2; about 60 x 112. */
HallSprite *hall_figure_walker(int person, int step);
/* A forearm with a hand, from below; @pen: the right one, holding a pen. */
HallSprite *hall_figure_hand(int person, bool pen);
/* A form to be filled in; about 200 x 230. */
HallSprite *hall_figure_form(void);
