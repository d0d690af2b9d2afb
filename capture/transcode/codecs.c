// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/transcode/codecs.h"

#include <gst/gst.h>
#include <string.h>

typedef struct Part {
    const char *element, *description;
    bool hardware;
} Part;

/* Two seconds at 25 pictures; encoders count pictures. */
#define GOP "50"
#define KBITS "2000"

static const Part HEVC_DECODERS[] = {
    {"vah265dec", "vah265dec", true},
    {"nvh265dec", "nvh265dec", true},
    {"qsvh265dec", "qsvh265dec", true},
    {"msdkh265dec", "msdkh265dec", true},
    {"v4l2slh265dec", "v4l2slh265dec", true},
    {"avdec_h265", "avdec_h265 max-threads=2", false},
    {"libde265dec", "libde265dec max-threads=2", false},
    {NULL},
};
static const Part AVC_DECODERS[] = {
    {"vah264dec", "vah264dec", true},
    {"nvh264dec", "nvh264dec", true},
    {"avdec_h264", "avdec_h264", false},
    {"openh264dec", "openh264dec", false},
    {NULL},
};
static const Part VP8_DECODERS[] = {
    {"vavp8dec", "vavp8dec", true},
    {"vp8dec", "vp8dec", false},
    {"avdec_vp8", "avdec_vp8", false},
    {NULL},
};
static const Part ENCODERS[] = {
    {"vah264enc", "vah264enc b-frames=0 key-int-max=" GOP " bitrate=" KBITS, true},
    {"vah264lpenc", "vah264lpenc b-frames=0 key-int-max=" GOP " bitrate=" KBITS, true},
    {"nvh264enc", "nvh264enc bframes=0 zerolatency=true gop-size=" GOP " bitrate=" KBITS, true},
    {"qsvh264enc", "qsvh264enc b-frames=0 gop-size=" GOP " bitrate=" KBITS, true},
    {"msdkh264enc", "msdkh264enc b-frames=0 gop-size=" GOP " bitrate=" KBITS, true},
    {"v4l2h264enc", "v4l2h264enc", true},
    {"x264enc",
     "x264enc tune=zerolatency speed-preset=ultrafast threads=2 key-int-max=" GOP " bitrate=" KBITS,
     false},
    {"openh264enc", "openh264enc complexity=low gop-size=" GOP " bitrate=" KBITS "000", false},
    {NULL},
};

/* A device is opened on the way to READY. */
static bool works(const Part *part)
{
    GstElement *element = gst_element_factory_make(part->element, NULL);
    if (!element)
        return false;
    gst_object_ref_sink(element);
    bool ready = gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS;
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
    return ready;
}

static const Part *first_that_works(const Part *parts)
{
    while (parts->element && !works(parts))
        parts++;
    return parts->element ? parts : NULL;
}

const char *cap_transcode_decoder(const char *video)
{
    const Part *part = first_that_works(strcmp(video, "hevc") == 0  ? HEVC_DECODERS
                                        : strcmp(video, "vp8") == 0 ? VP8_DECODERS
                                                                    : AVC_DECODERS);
    return part ? part->description : NULL;
}

const char *cap_transcode_encoder(void)
{
    const Part *part = first_that_works(ENCODERS);
    return part ? part->description : NULL;
}

static bool is_hardware_of(const Part *parts, const char *description)
{
    for (; parts->element; parts++)
        if (strcmp(parts->description, description) == 0)
            return parts->hardware;
    return false;
}

bool cap_transcode_is_hardware(const char *part)
{
    return is_hardware_of(HEVC_DECODERS, part) || is_hardware_of(AVC_DECODERS, part) ||
           is_hardware_of(VP8_DECODERS, part) || is_hardware_of(ENCODERS, part);
}
