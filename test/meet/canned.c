// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/canned.h"

#include <gst/app/gstappsink.h>
#include <inttypes.h>
#include <string.h>

/* An SEI of unregistered user data: a name and a time in digits, so that nothing in it looks like a start code. */
#define NAME "mingjing-bench-1"
#define DIGITS 16
static const char SEI[] = "\0\0\0\1\x06\x05\x20" NAME "0000000000000000\x80";

static char *find_digits(const uint8_t *data, size_t size)
{
    char *name = memmem(data, size, NAME, strlen(NAME));
    return name && name + strlen(NAME) + DIGITS <= (const char *)data + size ? name + strlen(NAME)
                                                                             : NULL;
}

void canned_stamp(uint8_t *packet, size_t size, int64_t now_us)
{
    char digits[DIGITS + 1];
    char *at = find_digits(packet, size);
    g_snprintf(digits, sizeof digits, "%016" PRIx64, now_us);
    if (at)
        memcpy(at, digits, DIGITS);
}

bool canned_stamp_read(const uint8_t *packet, size_t size, int64_t *ret_us)
{
    char digits[DIGITS + 1] = {0};
    const char *at = find_digits(packet, size);
    if (at)
        *ret_us = (int64_t)g_ascii_strtoull(memcpy(digits, at, DIGITS), NULL, 16);
    return at != NULL;
}

/* Before all, of which no access unit delimiter is. */
static GstBuffer *with_sei(GstBuffer *picture)
{
    GstBuffer *made = gst_buffer_new_memdup(SEI, sizeof SEI - 1);
    return gst_buffer_append(made, gst_buffer_copy_deep(picture));
}

static void unref_buffer(void *buffer)
{
    gst_buffer_unref(buffer);
}

GPtrArray *canned_new(int width, int height, int kbits)
{
    g_autofree char *text = g_strdup_printf(
        "videotestsrc pattern=snow num-buffers=%d ! video/x-raw,format=I420,width=%d,height=%d,"
        "framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast threads=1 "
        "sliced-threads=false key-int-max=100000 aud=false bitrate=%d ! "
        "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au ! "
        "appsink name=s sync=false",
        CANNED_PICTURES, width, height, kbits);
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(text, &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "s");
    GPtrArray *made = g_ptr_array_new_with_free_func(unref_buffer);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (GstSample *sample; (sample = gst_app_sink_pull_sample(GST_APP_SINK(sink)));) {
        g_ptr_array_add(made, with_sei(gst_sample_get_buffer(sample)));
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    g_assert_cmpuint(made->len, ==, CANNED_PICTURES);
    return made;
}
