// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/scene.h"

#include "test/hall/figures.h"
#include "test/hall/stamp.h"

#include <math.h>
#include <string.h>

#define MONO_FONT "Noto Sans Mono, DejaVu Sans Mono, monospace bold 11"
#define NAME_FONT "Noto Sans CJK SC, Noto Sans, sans-serif bold 11"
#define DIGIT_WIDTH 10
#define PEOPLE HALL_PEOPLE

struct HallPicture {
    const HallCamera *camera;
    HallSprite *background, *front, *name; // front may be NULL
    HallSprite *figures[3 * PEOPLE];       // what moves; which is which depends on the scene
    HallGlyphs *digits;
};

static void add_figures(HallPicture *picture)
{
    for (int i = 0; i < PEOPLE; i++)
        switch (picture->camera->scene) {
        case HALL_SCENE_FACE:
            picture->figures[2 * i] = hall_figure_bust(i, true);
            picture->figures[2 * i + 1] = hall_figure_bust(i, false);
            break;
        case HALL_SCENE_LOBBY:
            for (int step = 0; step < 3; step++)
                picture->figures[3 * i + step] = hall_figure_walker(i, step);
            break;
        default:
            break;
        }
    if (picture->camera->scene == HALL_SCENE_DESK) {
        picture->figures[0] = hall_figure_hand(picture->camera->number, true);
        picture->figures[1] = hall_figure_hand(picture->camera->number, false);
        picture->figures[2] = hall_figure_form();
    }
}

HallPicture *hall_picture_new(const HallCamera *camera)
{
    HallPicture *picture = g_new0(HallPicture, 1);
    picture->camera = camera;
    picture->background = hall_figure_background(camera);
    picture->front = hall_figure_front(camera);
    picture->name = hall_sprite_text(camera->name, NAME_FONT, 0);
    picture->digits = hall_glyphs_new("0123456789-:. Z", MONO_FONT, DIGIT_WIDTH);
    add_figures(picture);
    return picture;
}

void hall_picture_free(HallPicture *picture)
{
    if (!picture)
        return;
    hall_sprite_free(picture->background);
    hall_sprite_free(picture->front);
    hall_sprite_free(picture->name);
    for (size_t i = 0; i < G_N_ELEMENTS(picture->figures); i++)
        hall_sprite_free(picture->figures[i]);
    hall_glyphs_free(picture->digits);
    g_free(picture);
}

/* From 0 to 1 with a soft start and end. */
static double ease(double t)
{
    t = CLAMP(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

/* A citizen comes from the left, stays, leaves to the right; the next one comes. Windows are out of
 * step with each other. */
static void draw_face(const HallPicture *picture, const HallCanvas *canvas, double t)
{
    const double stay = 34, walk = 3;
    double shifted = t + 11.0 * picture->camera->number;
    int person = (int)fmod(floor(shifted / stay), PEOPLE);
    double phase = fmod(shifted, stay);
    double x = -260 + 450 * ease(phase / walk) + 470 * ease((phase - stay + walk) / walk);
    double y = 84 + 2.5 * sin(1.3 * t) + 5 * fabs(sin(5 * phase)) * (phase < walk);
    bool blink = fmod(t, 4.3) < 0.14;
    hall_sprite_blit(picture->figures[2 * person + blink], canvas, (int)(x + 6 * sin(0.55 * t)),
                     (int)y);
}

/* One hand writes along the lines of a form, the other keeps it still; every so often the form is
 * handed over. */
static void draw_desk(const HallPicture *picture, const HallCanvas *canvas, double t)
{
    double phase = fmod(t + 5.0 * picture->camera->number, 20);
    double out = ease((phase - 17) / 1.4) - ease((phase - 18.6) / 1.4);
    double form_y = 96 - 190 * out;
    double line = floor(fmod(phase, 16) / 2), along = fmod(phase, 2) / 2;
    hall_sprite_blit(picture->figures[2], canvas, 214, (int)form_y);
    double x = 250 + 110 * along + 3 * sin(17 * t), y = 120 + 18 * line + 4 * sin(23 * t);
    if (out > 0)
        x = 330, y = 200 - 120 * out;
    hall_sprite_blit(picture->figures[0], canvas, (int)x, (int)y);
    hall_sprite_blit(picture->figures[1], canvas, 140, (int)(form_y + 96 + 2 * sin(0.8 * t)));
}

static void draw_lobby(const HallPicture *picture, const HallCanvas *canvas, double t)
{
    for (int i = 0; i < PEOPLE; i++) {
        double speed = 22 + 7 * (i % 3), way = canvas->width + 120;
        double along = fmod(speed * t + 173.0 * i, way);
        bool leftward = i % 2;
        double x = leftward ? canvas->width + 20 - along : along - 80;
        double y = 138 + 20 * i + 1.5 * fabs(sin(4 * t + i));
        int step = (int)fmod(3 * t + i, 4);
        hall_sprite_blit(picture->figures[3 * i + (step == 3 ? 1 : step)], canvas, (int)x, (int)y);
    }
}

static void draw_time(const HallPicture *picture, const HallCanvas *canvas, int64_t utc_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(utc_us / G_USEC_PER_SEC);
    if (!time)
        return;
    g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%d %H:%M:%S");
    g_autofree char *text = g_strdup_printf("%s.%03dZ", seconds, (int)(utc_us / 1000 % 1000));
    hall_glyphs_blit(picture->digits, canvas, text,
                     canvas->width - 8 - DIGIT_WIDTH * (int)strlen(text), 8);
}

static void draw_stamp(const HallPicture *picture, const HallCanvas *canvas, int64_t utc_us,
                       uint32_t frame)
{
    HallStamp stamp = {.camera = picture->camera->number, .utc_us = utc_us, .frame = frame};
    hall_stamp_draw(canvas->plane[0], canvas->width, canvas->height, canvas->stride[0], &stamp);
    for (int i = 1; i < 3; i++)
        for (int y = hall_stamp_top(canvas->height) / 2; y < canvas->height / 2; y++)
            memset(canvas->plane[i] + y * canvas->stride[i], 128, (size_t)canvas->width / 2);
}

void hall_picture_draw(const HallPicture *picture, const HallCanvas *canvas, int64_t utc_us,
                       uint32_t frame)
{
    double t = (double)(utc_us % (G_USEC_PER_SEC * INT64_C(86400))) / G_USEC_PER_SEC;
    hall_sprite_copy(picture->background, canvas);
    if (picture->camera->scene == HALL_SCENE_FACE)
        draw_face(picture, canvas, t);
    else if (picture->camera->scene == HALL_SCENE_LOBBY)
        draw_lobby(picture, canvas, t);
    else
        draw_desk(picture, canvas, t);
    if (picture->front)
        hall_sprite_blit(picture->front, canvas, 0, canvas->height - HALL_FRONT_HEIGHT);
    hall_sprite_blit(picture->name, canvas, 8, 8);
    draw_time(picture, canvas, utc_us);
    draw_stamp(picture, canvas, utc_us, frame);
}
