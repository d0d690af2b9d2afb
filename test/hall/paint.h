// SPDX-License-Identifier: GPL-3.0-or-later
/* Cheap painting on I420 pictures: everything that takes time (curves, text, colours) is drawn once
 * by Cairo and Pango into sprites; a frame is a copied background and a few blits.
 *
 * Sprites are constant once made and may be blitted from any thread. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdint.h>

typedef struct HallCanvas {
    uint8_t *plane[3]; // Y, U, V; BT.601, limited range
    int stride[3];
    int width, height; // even
} HallCanvas;

/* The planes of a picture packed without padding (width a multiple of 8, as GstVideo lays it out).
 */
HallCanvas hall_canvas_wrap(uint8_t *data, int width, int height);
size_t hall_canvas_size(int width, int height);

typedef struct HallSprite HallSprite;
typedef void (*HallDraw)(cairo_t *cr, const void *data);

/* Draws once with @draw on transparent ground of @width x @height. */
HallSprite *hall_sprite_new(int width, int height, HallDraw draw, const void *data);
/* A line of text on a plate: @font is a Pango description. @cell_width > 0 centres it in a plate of
 * that width, so that digits stand still. */
HallSprite *hall_sprite_text(const char *text, const char *font, int cell_width);
void hall_sprite_free(HallSprite *sprite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallSprite, hall_sprite_free)

int hall_sprite_width(const HallSprite *sprite);

/* Lays @sprite with its upper left corner at (x, y), rounded down to even, clipped at the edges. */
void hall_sprite_blit(const HallSprite *sprite, const HallCanvas *canvas, int x, int y);

/* Fills @canvas with @sprite, which is opaque and of the same size. */
void hall_sprite_copy(const HallSprite *sprite, const HallCanvas *canvas);

/* A plate of text that changes: one sprite per character of @alphabet. */
typedef struct HallGlyphs HallGlyphs;
HallGlyphs *hall_glyphs_new(const char *alphabet, const char *font, int cell_width);
void hall_glyphs_free(HallGlyphs *glyphs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallGlyphs, hall_glyphs_free)
void hall_glyphs_blit(const HallGlyphs *glyphs, const HallCanvas *canvas, const char *text, int x,
                      int y);
