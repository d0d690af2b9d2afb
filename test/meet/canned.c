// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/canned.h"

#include <gst/app/gstappsink.h>

static void unref_buffer(void *buffer)
{
    gst_buffer_unref(buffer);
}

GPtrArray *canned_new(int width, int height, int kbits)
{
    g_autofree char *text = g_strdup_printf(
        "videotestsrc pattern=snow num-buffers=%d ! video/x-raw,format=I420,width=%d,height=%d,"
        "framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast threads=1 "
        "sliced-threads=false key-int-max=100000 bitrate=%d ! "
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
        g_ptr_array_add(made, gst_buffer_copy_deep(gst_sample_get_buffer(sample)));
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    g_assert_cmpuint(made->len, ==, CANNED_PICTURES);
    return made;
}
