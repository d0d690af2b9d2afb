// SPDX-License-Identifier: GPL-3.0-or-later
/* Is the stamp read back exactly, whatever the picture went through? And never wrongly?
 * With `--sample WxH` writes one stamped picture as raw RGBA to standard output instead, for the
 * test of stamp.mjs: camera 6, frame 4000000000, 2026-11-22T01:31:05.120456Z. */
#include "test/hall/decode.h"
#include "test/hall/encode.h"
#include "test/hall/scene.h"
#include "test/hall/stamp.h"

#include <glib/gstdio.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_US INT64_C(1795311065120456)
#define FRAMES 40

static const HallStamp SAMPLE = {.camera = 6, .utc_us = SAMPLE_US, .frame = 4000000000u};

static void assert_same(const HallStamp *is, const HallStamp *should)
{
    g_assert_cmpint(is->camera, ==, should->camera);
    g_assert_cmpint(is->utc_us, ==, should->utc_us);
    g_assert_cmpuint(is->frame, ==, should->frame);
}

static void test_sizes(void)
{
    const int sizes[][2] = {{640, 360}, {320, 180}, {768, 576}, {1920, 1080}, {426, 240}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1], stride = width + 32;
        g_autofree uint8_t *luma = g_malloc((size_t)(stride * height));
        memset(luma, 128, (size_t)(stride * height));
        hall_stamp_draw(luma, width, height, stride, &SAMPLE);
        HallStamp read;
        g_assert_true(hall_stamp_read(luma, width, height, stride, &read));
        assert_same(&read, &SAMPLE);
        g_assert_cmpint(luma[(hall_stamp_top(height) - 1) * stride], ==, 128);
    }
}

static void test_nothing_there(void)
{
    enum { WIDTH = 640, HEIGHT = 360 };
    g_autofree uint8_t *luma = g_malloc(WIDTH * HEIGHT);
    HallStamp read;
    memset(luma, 16, WIDTH * HEIGHT);
    g_assert_false(hall_stamp_read(luma, WIDTH, HEIGHT, WIDTH, &read));
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        luma[i] = (uint8_t)g_rand_int(random);
    g_assert_false(hall_stamp_read(luma, WIDTH, HEIGHT, WIDTH, &read));
    hall_stamp_draw(luma, WIDTH, HEIGHT, WIDTH, &SAMPLE);
    g_assert_false(hall_stamp_read(luma, 100, 50, WIDTH, &read)); // too small to try
}

/* Any single block turned over is noticed, wherever it is. */
static void test_damage(void)
{
    enum { WIDTH = 640, HEIGHT = 360, BLOCK = 10 };
    g_autofree uint8_t *luma = g_malloc0(WIDTH * HEIGHT);
    for (int block = 0; block < HALL_STAMP_COLUMNS * HALL_STAMP_ROWS; block++) {
        hall_stamp_draw(luma, WIDTH, HEIGHT, WIDTH, &SAMPLE);
        int x = block % HALL_STAMP_COLUMNS * BLOCK;
        int y = hall_stamp_top(HEIGHT) + block / HALL_STAMP_COLUMNS * BLOCK;
        for (int i = 0; i < BLOCK * BLOCK; i++) {
            uint8_t *pixel = &luma[(y + i / BLOCK) * WIDTH + x + i % BLOCK];
            *pixel = *pixel > 128 ? 40 : 208;
        }
        HallStamp read;
        g_assert_false(hall_stamp_read(luma, WIDTH, HEIGHT, WIDTH, &read));
    }
}

static void draw_scene(const HallCanvas *canvas, int frame, void *data)
{
    hall_picture_draw(data, canvas, SAMPLE_US + INT64_C(80000) * frame, (uint32_t)frame);
}

typedef struct Reading {
    int camera, frames;
    int to_width, to_height; // 0 = as decoded
} Reading;

static bool read_scaled(const HallFrame *frame, int width, int height, HallStamp *ret)
{
    g_autofree uint8_t *luma = g_malloc((size_t)(width * height));
    struct SwsContext *scaler =
        sws_getContext(frame->width, frame->height, AV_PIX_FMT_GRAY8, width, height,
                       AV_PIX_FMT_GRAY8, SWS_BILINEAR, NULL, NULL, NULL);
    const uint8_t *in[4] = {frame->luma};
    int in_stride[4] = {frame->stride}, out_stride[4] = {width};
    uint8_t *out[4] = {luma};
    sws_scale(scaler, in, in_stride, 0, frame->height, out, out_stride);
    sws_freeContext(scaler);
    return hall_stamp_read(luma, width, height, width, ret);
}

static bool check_frame(const HallFrame *frame, void *data)
{
    Reading *reading = data;
    HallStamp stamp, should = {.camera = (uint8_t)reading->camera,
                               .utc_us = SAMPLE_US + INT64_C(80000) * reading->frames,
                               .frame = (uint32_t)reading->frames};
    bool read =
        reading->to_width
            ? read_scaled(frame, reading->to_width, reading->to_height, &stamp)
            : hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp);
    g_assert_true(read);
    assert_same(&stamp, &should);
    reading->frames++;
    return true;
}

/* Real pictures, coded so badly that a face is mush, at full size, at 320 wide and squeezed. */
static void check_coded(const char *codec, int crf)
{
    const HallCamera *camera = hall_camera_by_id("lobby");
    g_autoptr(HallPicture) picture = hall_picture_new(camera);
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("stamp-XXXXXX", &error);
    g_autofree char *path = g_build_filename(dir, "picture.mp4", NULL);
    HallEncode spec = {.codec = codec,
                       .width = camera->width,
                       .height = camera->height,
                       .fps = 25,
                       .gop = 25,
                       .crf = crf,
                       .frames = FRAMES,
                       .draw = draw_scene,
                       .data = picture};
    g_assert_true(hall_encode(path, &spec, &error));
    const int sizes[][2] = {{0, 0}, {320, 180}, {352, 360}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Reading reading = {
            .camera = camera->number, .to_width = sizes[i][0], .to_height = sizes[i][1]};
        g_assert_true(hall_decode(path, check_frame, &reading, &error));
        g_assert_cmpint(reading.frames, ==, FRAMES);
    }
    g_unlink(path);
    g_rmdir(dir);
}

static void test_h264(void)
{
    check_coded("libx264", 40);
}

static void test_h265(void)
{
    check_coded("libx265", 40);
}

static int write_sample(const char *size)
{
    int width = 0, height = 0;
    if (sscanf(size, "%dx%d", &width, &height) != 2 || width % 8 || height % 2)
        return 2;
    g_autofree uint8_t *planes = g_malloc(hall_canvas_size(width, height));
    g_autofree uint8_t *rgba = g_malloc((size_t)(4 * width * height));
    HallCanvas canvas = hall_canvas_wrap(planes, width, height);
    memset(planes, 128, hall_canvas_size(width, height));
    hall_stamp_draw(canvas.plane[0], width, height, width, &SAMPLE);
    struct SwsContext *scaler = sws_getContext(width, height, AV_PIX_FMT_YUV420P, width, height,
                                               AV_PIX_FMT_RGBA, SWS_BILINEAR, NULL, NULL, NULL);
    const uint8_t *in[4] = {canvas.plane[0], canvas.plane[1], canvas.plane[2]};
    uint8_t *out[4] = {rgba};
    int out_stride[4] = {4 * width};
    sws_scale(scaler, in, canvas.stride, 0, height, out, out_stride);
    sws_freeContext(scaler);
    size_t length = (size_t)(4 * width * height);
    return fwrite(rgba, 1, length, stdout) == length ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--sample") == 0)
        return write_sample(argv[2]);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/stamp/sizes", test_sizes);
    g_test_add_func("/hall/stamp/nothing-there", test_nothing_there);
    g_test_add_func("/hall/stamp/damage", test_damage);
    g_test_add_func("/hall/stamp/h264", test_h264);
    g_test_add_func("/hall/stamp/h265", test_h265);
    return g_test_run();
}
