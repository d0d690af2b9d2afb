// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/figures.h"

#include <math.h>
#include <pango/pangocairo.h>

typedef struct Colour {
    double r, g, b;
} Colour;

static const struct {
    Colour skin, hair, cloth;
    bool long_hair, glasses;
} PEOPLE[HALL_PEOPLE] = {
    {{0.93, 0.78, 0.66}, {0.16, 0.14, 0.14}, {0.27, 0.44, 0.55}, true, false},
    {{0.88, 0.72, 0.59}, {0.22, 0.18, 0.16}, {0.60, 0.41, 0.33}, false, true},
    {{0.95, 0.82, 0.71}, {0.45, 0.44, 0.44}, {0.38, 0.50, 0.40}, false, false},
    {{0.86, 0.70, 0.57}, {0.12, 0.11, 0.12}, {0.52, 0.45, 0.60}, true, true},
    {{0.91, 0.76, 0.63}, {0.27, 0.20, 0.15}, {0.72, 0.62, 0.42}, false, false},
};

static void set(cairo_t *cr, Colour c)
{
    cairo_set_source_rgb(cr, c.r, c.g, c.b);
}

static Colour shade(Colour c, double by)
{
    return (Colour){c.r * by, c.g * by, c.b * by};
}

static void box(cairo_t *cr, Colour c, double x, double y, double width, double height)
{
    set(cr, c);
    cairo_rectangle(cr, x, y, width, height);
    cairo_fill(cr);
}

static void rounded(cairo_t *cr, Colour c, double x, double y, double width, double height,
                    double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
    cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
    cairo_arc(cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
    cairo_arc(cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
    cairo_close_path(cr);
    set(cr, c);
    cairo_fill(cr);
}

static void ellipse(cairo_t *cr, Colour c, double x, double y, double rx, double ry)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, rx, ry);
    cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(cr);
    set(cr, c);
    cairo_fill(cr);
}

static void limb(cairo_t *cr, Colour c, double x0, double y0, double x1, double y1, double width)
{
    set(cr, c);
    cairo_set_line_width(cr, width);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

static void label(cairo_t *cr, const char *text, const char *font, Colour c, double x, double y)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *description = pango_font_description_from_string(font);
    int width, height;
    pango_layout_set_font_description(layout, description);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_pixel_size(layout, &width, &height);
    set(cr, c);
    cairo_move_to(cr, x - width / 2.0, y - height / 2.0);
    pango_cairo_show_layout(cr, layout);
    pango_font_description_free(description);
    g_object_unref(layout);
}

static void wall(cairo_t *cr, Colour top, Colour foot, double width, double height)
{
    cairo_pattern_t *pattern = cairo_pattern_create_linear(0, 0, 0, height);
    cairo_pattern_add_color_stop_rgb(pattern, 0, top.r, top.g, top.b);
    cairo_pattern_add_color_stop_rgb(pattern, 1, foot.r, foot.g, foot.b);
    cairo_set_source(cr, pattern);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
    cairo_pattern_destroy(pattern);
}

static void plant(cairo_t *cr, double x, double y, double size)
{
    for (int i = -3; i <= 3; i++) {
        cairo_save(cr);
        cairo_translate(cr, x, y);
        cairo_rotate(cr, 0.36 * i);
        ellipse(cr, (Colour){0.33 + 0.03 * (i & 1), 0.50 + 0.02 * i, 0.38}, 0, -size, size * 0.2,
                size);
        cairo_restore(cr);
    }
    rounded(cr, (Colour){0.72, 0.55, 0.45}, x - size * 0.45, y - 4, size * 0.9, size * 0.9, 6);
}

/* Behind the citizen: the hall out of focus, with tall windows, a bench and a plant. */
static void draw_face_ground(cairo_t *cr, const HallCamera *camera)
{
    wall(cr, (Colour){0.86, 0.88, 0.87}, (Colour){0.74, 0.77, 0.76}, camera->width, 280);
    box(cr, (Colour){0.66, 0.66, 0.63}, 0, 250, camera->width, 110);
    for (int i = 0; i < 4; i++) {
        double x = 40 + 150 * i + 12 * (camera->number % 3);
        box(cr, (Colour){0.93, 0.96, 0.97}, x, 60, 90, 130);
        box(cr, (Colour){0.80, 0.89, 0.92}, x + 4, 64, 82, 122);
        box(cr, (Colour){0.70, 0.80, 0.76}, x + 4, 150, 82, 36);
        box(cr, (Colour){0.93, 0.96, 0.97}, x + 43, 60, 4, 130);
    }
    rounded(cr, (Colour){0.52, 0.60, 0.63}, 60, 214, 210, 20, 6);
    rounded(cr, (Colour){0.52, 0.60, 0.63}, 380, 214, 210, 20, 6);
    plant(cr, 600 - 20 * (camera->number % 3), 230, 44);
    rounded(cr, (Colour){0.16, 0.42, 0.44}, 262, 40, 116, 34, 5);
    g_autofree char *code = g_strndup(camera->places, 3);
    label(cr, code, "Noto Sans, sans-serif bold 15", (Colour){0.95, 0.97, 0.96}, 320, 57);
}

/* The clerk's desk from above: wood, keyboard, cup, stamp pad, a pile of files. */
static void draw_desk_ground(cairo_t *cr, const HallCamera *camera)
{
    wall(cr, (Colour){0.72, 0.60, 0.47}, (Colour){0.66, 0.54, 0.42}, camera->width, 360);
    for (int i = 0; i < 9; i++)
        limb(cr, (Colour){0.69, 0.57, 0.445}, -10, 24 + 42 * i, 650, 30 + 42 * i + 5 * (i % 3), 2);
    rounded(cr, (Colour){0.36, 0.39, 0.41}, 440, 44, 180, 76, 8);
    for (int row = 0; row < 4; row++)
        for (int key = 0; key < 10; key++)
            rounded(cr, (Colour){0.55, 0.58, 0.60}, 448 + 17 * key, 52 + 16 * row, 13, 12, 3);
    rounded(cr, (Colour){0.27, 0.30, 0.32}, 470, 150, 118, 84, 8);
    ellipse(cr, (Colour){0.70, 0.24, 0.22}, 528, 192, 40, 28);
    ellipse(cr, (Colour){0.90, 0.91, 0.90}, 92, 84, 40, 40);
    ellipse(cr, (Colour){0.55, 0.43, 0.28}, 92, 84, 31, 31);
    for (int i = 0; i < 4; i++)
        rounded(cr, shade((Colour){0.88, 0.86, 0.80}, 1 - 0.04 * i), 26 + 5 * i, 150 + 6 * i, 112,
                140, 4);
}

static void draw_counter(cairo_t *cr, int index)
{
    const char *const codes[] = {"W01", "W02", "W03"};
    double x = 50 + 190 * index;
    rounded(cr, (Colour){0.60, 0.73, 0.76}, x, 84, 160, 84, 4);
    rounded(cr, (Colour){0.70, 0.81, 0.83}, x + 4, 88, 152, 78, 3);
    ellipse(cr, PEOPLE[index + 1].hair, x + 80, 122, 15, 16);
    ellipse(cr, PEOPLE[index + 1].skin, x + 80, 127, 12, 13);
    rounded(cr, (Colour){0.22, 0.30, 0.42}, x + 54, 140, 52, 40, 14);
    box(cr, (Colour){0.58, 0.47, 0.36}, x - 8, 166, 176, 9);
    box(cr, (Colour){0.70, 0.60, 0.49}, x - 4, 175, 168, 36);
    rounded(cr, (Colour){0.16, 0.42, 0.44}, x + 50, 50, 60, 24, 4);
    label(cr, codes[index], "Noto Sans, sans-serif bold 11", (Colour){0.95, 0.97, 0.96}, x + 80,
          62);
}

static void draw_lobby_ground(cairo_t *cr, const HallCamera *camera)
{
    wall(cr, (Colour){0.88, 0.88, 0.85}, (Colour){0.80, 0.81, 0.79}, camera->width, 210);
    box(cr, (Colour){0.70, 0.71, 0.69}, 0, 208, camera->width, 152);
    for (int i = 0; i < 10; i++)
        limb(cr, (Colour){0.66, 0.67, 0.655}, 320 + 34 * (i - 5), 208, 320 + 120 * (i - 5), 362, 2);
    for (int i = 0; i < 3; i++)
        draw_counter(cr, i);
    plant(cr, 20, 196, 26);
    plant(cr, 622, 196, 26);
}

static void draw_background(cairo_t *cr, const void *data)
{
    const HallCamera *camera = data;
    if (camera->scene == HALL_SCENE_FACE)
        draw_face_ground(cr, camera);
    else if (camera->scene == HALL_SCENE_LOBBY)
        draw_lobby_ground(cr, camera);
    else
        draw_desk_ground(cr, camera);
}

HallSprite *hall_figure_background(const HallCamera *camera)
{
    return hall_sprite_new(camera->width, camera->height, draw_background, camera);
}

/* The counter between clerk and citizen: its glass edge, a card reader, a rating tablet. */
static void draw_front(cairo_t *cr, const void *data)
{
    const HallCamera *camera = data;
    box(cr, (Colour){0.77, 0.86, 0.87}, 0, 8, camera->width, 4);
    box(cr, (Colour){0.71, 0.58, 0.45}, 0, 12, camera->width, 84);
    box(cr, (Colour){0.62, 0.50, 0.38}, 0, 12, camera->width, 5);
    rounded(cr, (Colour){0.25, 0.28, 0.30}, 92, 22, 96, 46, 6);
    rounded(cr, (Colour){0.35, 0.62, 0.60}, 100, 28, 80, 28, 4);
    label(cr, "评价 / rate", "Noto Sans CJK SC, sans-serif 9", (Colour){0.95, 0.98, 0.97}, 140, 42);
    rounded(cr, (Colour){0.90, 0.90, 0.87}, 420, 24, 110, 44, 3);
    for (int i = 0; i < 4; i++)
        box(cr, (Colour){0.70, 0.71, 0.70}, 430, 31 + 8 * i, 70 + 7 * (i % 3), 2);
}

HallSprite *hall_figure_front(const HallCamera *camera)
{
    return camera->scene == HALL_SCENE_FACE
               ? hall_sprite_new(camera->width, HALL_FRONT_HEIGHT, draw_front, camera)
               : NULL;
}

typedef struct Pose {
    int person, step;
} Pose;

static void draw_head(cairo_t *cr, int person, bool open)
{
    Colour skin = PEOPLE[person].skin, dark = {0.20, 0.16, 0.15};
    ellipse(cr, PEOPLE[person].hair, 130, 84, 56, 64);
    if (PEOPLE[person].long_hair)
        rounded(cr, PEOPLE[person].hair, 76, 84, 108, 92, 26);
    box(cr, shade(skin, 0.92), 112, 130, 36, 46);
    ellipse(cr, skin, 130, 96, 46, 56);
    ellipse(cr, PEOPLE[person].hair, 130, 50, 46, 22);
    for (int side = -1; side <= 1; side += 2) {
        limb(cr, shade(PEOPLE[person].hair, 1.1), 130 + side * 12, 82, 130 + side * 26, 81, 3);
        ellipse(cr, dark, 130 + side * 19, 94, 4.5, open ? 4.5 : 0.8);
        ellipse(cr, shade(skin, 0.95), 130 + side * 27, 114, 8, 6);
    }
    if (PEOPLE[person].glasses) {
        set(cr, dark);
        cairo_set_line_width(cr, 2);
        for (int side = -1; side <= 1; side += 2) {
            cairo_new_sub_path(cr);
            cairo_arc(cr, 130 + side * 19, 94, 13, 0, 2 * G_PI);
            cairo_stroke(cr);
        }
    }
    limb(cr, shade(skin, 0.85), 130, 102, 128, 112, 3);
    set(cr, (Colour){0.70, 0.40, 0.38});
    cairo_set_line_width(cr, 3);
    cairo_arc(cr, 130, 116, 16, 0.6, G_PI - 0.6);
    cairo_stroke(cr);
}

static void draw_bust(cairo_t *cr, const void *data)
{
    const Pose *pose = data;
    Colour cloth = PEOPLE[pose->person].cloth;
    rounded(cr, cloth, 22, 162, 216, 130, 54);
    limb(cr, shade(cloth, 0.85), 62, 220, 62, 280, 3);
    limb(cr, shade(cloth, 0.85), 198, 220, 198, 280, 3);
    draw_head(cr, pose->person, pose->step == 0);
    limb(cr, shade(cloth, 1.15), 112, 170, 130, 190, 8);
    limb(cr, shade(cloth, 1.15), 148, 170, 130, 190, 8);
}

HallSprite *hall_figure_bust(int person, bool eyes_open)
{
    Pose pose = {.person = person, .step = eyes_open ? 0 : 1};
    return hall_sprite_new(260, 280, draw_bust, &pose);
}

static void draw_walker(cairo_t *cr, const void *data)
{
    const Pose *pose = data;
    Colour cloth = PEOPLE[pose->person].cloth, trousers = {0.25, 0.28, 0.33};
    double stride = 10.0 * (pose->step - 1);
    ellipse(cr, (Colour){0.60, 0.61, 0.60}, 30, 108, 22, 4);
    limb(cr, shade(trousers, 0.85), 30, 66, 30 - stride, 103, 10);
    limb(cr, trousers, 30, 66, 30 + stride, 103, 10);
    rounded(cr, cloth, 16, 28, 28, 44, 12);
    limb(cr, shade(cloth, 0.85), 30, 36, 30 - 0.8 * stride, 64, 8);
    ellipse(cr, PEOPLE[pose->person].hair, 30, 15, 12, 13);
    ellipse(cr, PEOPLE[pose->person].skin, 30, 18, 10, 11);
}

HallSprite *hall_figure_walker(int person, int step)
{
    Pose pose = {.person = person, .step = step};
    return hall_sprite_new(60, 112, draw_walker, &pose);
}

static void draw_hand(cairo_t *cr, const void *data)
{
    const Pose *pose = data;
    int person = pose->person % HALL_PEOPLE;
    Colour skin = PEOPLE[person].skin;
    double lean = pose->step ? 60 : -30;
    limb(cr, PEOPLE[person].cloth, 40 + lean, 210, 42 + 0.3 * lean, 110, 48);
    limb(cr, skin, 42 + 0.3 * lean, 92, 42 + 0.1 * lean, 60, 32);
    ellipse(cr, skin, 42, 46, 24, 22);
    for (int i = 0; i < 4; i++)
        limb(cr, shade(skin, 0.97 - 0.02 * i), 28 + 9 * i, 36, 24 + 11 * i, pose->step ? 24 : 10,
             9);
    if (pose->step)
        limb(cr, (Colour){0.18, 0.24, 0.38}, 30, 14, 74, 58, 5);
}

HallSprite *hall_figure_hand(int person, bool pen)
{
    Pose pose = {.person = person, .step = pen};
    return hall_sprite_new(150, 240, draw_hand, &pose);
}

static void draw_form(cairo_t *cr, const void *data)
{
    box(cr, (Colour){0.55, 0.46, 0.37}, 4, 4, 196, 228);
    box(cr, (Colour){0.95, 0.94, 0.91}, 0, 0, 196, 228);
    label(cr, "申请表", "Noto Sans CJK SC, sans-serif bold 12", (Colour){0.25, 0.28, 0.30}, 98, 18);
    for (int i = 0; i < 9; i++)
        box(cr, (Colour){0.72, 0.74, 0.75}, 18, 48 + 18 * i, 160 - 14 * (i % 3), 1.5);
    ellipse(cr, (Colour){0.80, 0.45, 0.42}, 154, 200, 18, 18);
    ellipse(cr, (Colour){0.95, 0.94, 0.91}, 154, 200, 14, 14);
}

HallSprite *hall_figure_form(void)
{
    return hall_sprite_new(200, 232, draw_form, NULL);
}
