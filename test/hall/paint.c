// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/paint.h"

#include <pango/pangocairo.h>
#include <string.h>

#define TEXT_HEIGHT 24
#define TEXT_PAD 8

/* Planes hold colour x alpha / 255, so that a blit is one multiplication: out = colour + under x
 * (255 - alpha) / 255. Alpha is kept at both resolutions. */
struct HallSprite {
    int width, height;
    uint8_t *plane[3];
    uint8_t *alpha[2]; // luma, chroma
};

struct HallGlyphs {
    char *alphabet;
    int cell_width;
    GPtrArray *sprites;
};

size_t hall_canvas_size(int width, int height)
{
    return (size_t)width * (size_t)height * 3 / 2;
}

HallCanvas hall_canvas_wrap(uint8_t *data, int width, int height)
{
    size_t luma = (size_t)width * (size_t)height;
    return (HallCanvas){.plane = {data, data + luma, data + luma + luma / 4},
                        .stride = {width, width / 2, width / 2},
                        .width = width,
                        .height = height};
}

/* BT.601 of premultiplied colour; the constant part is scaled by alpha as the colour already is. */
static uint8_t luma_of(int r, int g, int b, int a)
{
    return (uint8_t)((66 * r + 129 * g + 25 * b + 128) / 256 + 16 * a / 255);
}

static uint8_t u_of(int r, int g, int b, int a)
{
    return (uint8_t)CLAMP((-38 * r - 74 * g + 112 * b + 128 * 256 * a / 255) / 256, 0, 255);
}

static uint8_t v_of(int r, int g, int b, int a)
{
    return (uint8_t)CLAMP((112 * r - 94 * g - 18 * b + 128 * 256 * a / 255) / 256, 0, 255);
}

static void convert_luma(HallSprite *sprite, const uint8_t *argb, int stride)
{
    for (int y = 0; y < sprite->height; y++)
        for (int x = 0; x < sprite->width; x++) {
            const uint8_t *p = argb + y * stride + 4 * x; // B G R A on little-endian
            sprite->plane[0][y * sprite->width + x] = luma_of(p[2], p[1], p[0], p[3]);
            sprite->alpha[0][y * sprite->width + x] = p[3];
        }
}

static void convert_chroma(HallSprite *sprite, const uint8_t *argb, int stride)
{
    int width = sprite->width / 2;
    for (int y = 0; y < sprite->height / 2; y++)
        for (int x = 0; x < width; x++) {
            const uint8_t *top = argb + 2 * y * stride + 8 * x, *low = top + stride;
            int mean[4];
            for (int c = 0; c < 4; c++)
                mean[c] = (top[c] + top[4 + c] + low[c] + low[4 + c]) / 4;
            sprite->plane[1][y * width + x] = u_of(mean[2], mean[1], mean[0], mean[3]);
            sprite->plane[2][y * width + x] = v_of(mean[2], mean[1], mean[0], mean[3]);
            sprite->alpha[1][y * width + x] = (uint8_t)mean[3];
        }
}

HallSprite *hall_sprite_new(int width, int height, HallDraw draw, const void *data)
{
    HallSprite *sprite = g_new0(HallSprite, 1);
    sprite->width = width = (width + 1) & ~1;
    sprite->height = height = (height + 1) & ~1;
    size_t luma = (size_t)width * (size_t)height;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cr = cairo_create(surface);
    draw(cr, data);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    for (int i = 0; i < 3; i++)
        sprite->plane[i] = g_malloc(i ? luma / 4 : luma);
    for (int i = 0; i < 2; i++)
        sprite->alpha[i] = g_malloc(i ? luma / 4 : luma);
    const uint8_t *argb = cairo_image_surface_get_data(surface);
    convert_luma(sprite, argb, cairo_image_surface_get_stride(surface));
    convert_chroma(sprite, argb, cairo_image_surface_get_stride(surface));
    cairo_surface_destroy(surface);
    return sprite;
}

void hall_sprite_free(HallSprite *sprite)
{
    if (!sprite)
        return;
    for (int i = 0; i < 3; i++)
        g_free(sprite->plane[i]);
    for (int i = 0; i < 2; i++)
        g_free(sprite->alpha[i]);
    g_free(sprite);
}

int hall_sprite_width(const HallSprite *sprite)
{
    return sprite->width;
}

typedef struct TextDraw {
    PangoLayout *layout;
    int width, text_width, text_height;
} TextDraw;

static void draw_text(cairo_t *cr, const void *data)
{
    const TextDraw *text = data;
    cairo_set_source_rgba(cr, 0.06, 0.09, 0.11, 0.72);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0.96, 0.97, 0.97);
    cairo_move_to(cr, (text->width - text->text_width) / 2.0,
                  (TEXT_HEIGHT - text->text_height) / 2.0);
    pango_cairo_show_layout(cr, text->layout);
}

HallSprite *hall_sprite_text(const char *text, const char *font, int cell_width)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout, description);
    pango_layout_set_text(layout, text, -1);
    TextDraw data = {.layout = layout};
    pango_layout_get_pixel_size(layout, &data.text_width, &data.text_height);
    data.width = ((cell_width > 0 ? cell_width : data.text_width + 2 * TEXT_PAD) + 1) & ~1;
    HallSprite *sprite = hall_sprite_new(data.width, TEXT_HEIGHT, draw_text, &data);
    pango_font_description_free(description);
    g_object_unref(layout);
    g_object_unref(context);
    return sprite;
}

/* One plane: @scale is 1 for luma and 2 for chroma; x and y are in luma pixels, even. */
static void blit_plane(const HallSprite *sprite, const HallCanvas *canvas, int index, int x, int y)
{
    int scale = index ? 2 : 1, width = sprite->width / scale;
    int left = MAX(0, -x / scale), right = MIN(width, (canvas->width - x) / scale);
    int top = MAX(0, -y / scale), bottom = MIN(sprite->height, canvas->height - y) / scale;
    const uint8_t *alpha = sprite->alpha[index ? 1 : 0];
    for (int row = top; row < bottom; row++) {
        const uint8_t *in = sprite->plane[index] + row * width, *a = alpha + row * width;
        uint8_t *out = canvas->plane[index] + (y / scale + row) * canvas->stride[index] + x / scale;
        for (int column = left; column < right; column++) {
            unsigned under = out[column] * (255u - a[column]) + 128;
            out[column] = (uint8_t)(in[column] + ((under + (under >> 8)) >> 8));
        }
    }
}

void hall_sprite_blit(const HallSprite *sprite, const HallCanvas *canvas, int x, int y)
{
    for (int i = 0; i < 3; i++)
        blit_plane(sprite, canvas, i, x & ~1, y & ~1);
}

void hall_sprite_copy(const HallSprite *sprite, const HallCanvas *canvas)
{
    g_assert(sprite->width == canvas->width && sprite->height == canvas->height);
    for (int i = 0; i < 3; i++) {
        int scale = i ? 2 : 1, width = sprite->width / scale;
        for (int y = 0; y < sprite->height / scale; y++)
            memcpy(canvas->plane[i] + y * canvas->stride[i], sprite->plane[i] + y * width,
                   (size_t)width);
    }
}

HallGlyphs *hall_glyphs_new(const char *alphabet, const char *font, int cell_width)
{
    HallGlyphs *glyphs = g_new0(HallGlyphs, 1);
    glyphs->alphabet = g_strdup(alphabet);
    glyphs->cell_width = cell_width;
    glyphs->sprites = g_ptr_array_new_with_free_func((GDestroyNotify)hall_sprite_free);
    for (const char *c = alphabet; *c; c++)
        g_ptr_array_add(glyphs->sprites, hall_sprite_text((char[]){*c, 0}, font, cell_width));
    return glyphs;
}

void hall_glyphs_free(HallGlyphs *glyphs)
{
    if (!glyphs)
        return;
    g_ptr_array_unref(glyphs->sprites);
    g_free(glyphs->alphabet);
    g_free(glyphs);
}

void hall_glyphs_blit(const HallGlyphs *glyphs, const HallCanvas *canvas, const char *text, int x,
                      int y)
{
    for (; *text; text++, x += glyphs->cell_width) {
        const char *at = strchr(glyphs->alphabet, *text);
        if (at)
            hall_sprite_blit(g_ptr_array_index(glyphs->sprites, at - glyphs->alphabet), canvas, x,
                             y);
    }
}
