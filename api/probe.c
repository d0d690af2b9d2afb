// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/probe.h"

#include "api/picture.h"
#include "index/base/error.h"
#include "index/link/link.h"
#include "index/segment/gap.h"

#define CONNECT_US INT64_C(2000000)
#define CHANNEL 1

typedef struct Probe {
    GByteArray *config; // of stream, whose pointers are into it
    IdxWireStream stream;
    GBytes *jpeg;
    json_t *about;
} Probe;

static void probe_clear(Probe *probe)
{
    g_clear_pointer(&probe->config, g_byte_array_unref);
    g_clear_pointer(&probe->jpeg, g_bytes_unref);
    json_decref(probe->about);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Probe, probe_clear)

static bool keep_stream(Probe *probe, const IdxWireFrame *frame, GError **error)
{
    if (!idx_wire_get_stream(frame, &probe->stream, error))
        return false;
    probe->config = g_byte_array_new();
    g_byte_array_append(probe->config, probe->stream.video_config,
                        (guint)probe->stream.video_config_size);
    probe->stream.video_config = probe->config->data;
    return true;
}

/* A picture that cannot be decoded is none; what was found is told all the same. */
static bool keep_picture(Probe *probe, const IdxWireFrame *frame, GError **error)
{
    IdxWirePacket packet;
    if (probe->config == NULL || !idx_wire_get_packet(frame, &packet, error))
        return probe->config != NULL ||
               mj_error_set(error, MJ_ERROR_FAILED, "the recorder sent a picture of nothing");
    probe->jpeg = api_picture_of_key(&probe->stream, &packet, API_PROBE_WIDTH, NULL);
    return true;
}

static bool use(Probe *probe, const IdxWireFrame *frame, GError **error)
{
    if (frame->type == IDX_WIRE_STREAM && probe->config == NULL)
        return keep_stream(probe, frame, error);
    if (frame->type == IDX_WIRE_PACKET && probe->jpeg == NULL)
        return keep_picture(probe, frame, error);
    if (frame->type == IDX_WIRE_ANSWER) {
        probe->about = idx_wire_get_json(frame, error);
        return probe->about != NULL;
    }
    return mj_error_set(error, MJ_ERROR_FAILED, "the recorder answers something else");
}

static json_t *found_json(const Probe *probe)
{
    gsize size = 0;
    const guchar *bytes = probe->jpeg != NULL ? g_bytes_get_data(probe->jpeg, &size) : NULL;
    g_autofree char *text = bytes != NULL ? g_base64_encode(bytes, size) : NULL;
    return json_pack("{s:O, s:s?, s:n}", "found", probe->about, "picture", text, "problem");
}

/* BUSY is ours; all else is the camera's. */
static json_t *failed_json(const IdxWireFrame *frame, GError **error)
{
    g_autoptr(GError) failed = NULL;
    idx_wire_get_error(frame, &failed);
    if (mj_error_is(failed, MJ_ERROR_BUSY)) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    return json_pack("{s:n, s:n, s:{s:s, s:s}}", "found", "picture", "problem", "reason",
                     idx_gap_reason(failed), "detail", failed->message);
}

static json_t *wait(IdxLink *link, GError **error)
{
    g_auto(Probe) probe = {0};
    int64_t until_us = g_get_monotonic_time() + API_PROBE_WITHIN_US;
    while (probe.about == NULL) {
        IdxWireFrame frame;
        if (!idx_link_next(link, until_us - g_get_monotonic_time(), &frame, error))
            return NULL;
        if (frame.type == IDX_WIRE_ERROR)
            return failed_json(&frame, error);
        if (!use(&probe, &frame, error))
            return NULL;
    }
    return found_json(&probe);
}

json_t *api_probe(const char *home, json_t *ask, GError **error)
{
    json_object_set_new(ask, "do", json_string("probe"));
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxLink) link = idx_link_any(home, CONNECT_US, &failed);
    if (link == NULL) {
        json_decref(ask);
        mj_error_set(error, MJ_ERROR_BUSY, "%s", failed->message);
        return NULL;
    }
    return idx_link_request(link, CHANNEL, ask, CONNECT_US, error) ? wait(link, error) : NULL;
}
