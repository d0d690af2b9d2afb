// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meter.h"

#include <stdbool.h>
#include <string.h>

typedef struct Member { // of the public form
    const char *name, *from;
    json_type type; // JSON_TRUE: a boolean; JSON_NULL: a moment
} Member;

static const Member MEMBERS[] = {
    {"camera", "camera", JSON_STRING},
    {"stream", "stream", JSON_STRING},
    {"record", "record", JSON_TRUE},
    {"state", "state", JSON_STRING},
    {"detail", "detail", JSON_STRING},
    {"connected_since", "connected_since_us", JSON_NULL},
    {"restarts", "restarts", JSON_INTEGER},
    {"video", "video", JSON_STRING},
    {"audio", "audio", JSON_STRING},
    {"width", "width", JSON_INTEGER},
    {"height", "height", JSON_INTEGER},
    {"frame_rate", "frame_rate", JSON_REAL},
    {"bitrate", "bitrate", JSON_INTEGER},
    {"last_key", "last_key_us", JSON_NULL},
    {"last_picture", "last_picture_us", JSON_NULL},
    {"clock", "clock", JSON_STRING},
    {"clock_offset_us", "clock_offset_us", JSON_INTEGER},
    {"last_error", "last_error", JSON_STRING},
    {"last_error_at", "last_error_us", JSON_NULL},
    {"received_bytes", "received_bytes", JSON_INTEGER},
    {"received_pictures", "received_pictures", JSON_INTEGER},
    {"recorded_bytes", "recorded_bytes", JSON_INTEGER},
    {"recorded_pictures", "recorded_pictures", JSON_INTEGER},
    {"packets_lost", "packets_lost", JSON_INTEGER},
    {"viewers", "viewers", JSON_INTEGER},
    {"viewer_pictures_lost", "viewer_pictures_lost", JSON_INTEGER},
};

typedef struct Metric {
    const char *name, *from; // from NULL: the value is 1, and labels say it
    double scale;
    const char *type, *help;
    const char *labels[5]; // members that are told as labels, besides camera and stream
} Metric;

static const Metric METRICS[] = {
    {"info",
     NULL,
     1,
     "gauge",
     "What it is and does, in labels.",
     {"state", "video", "audio", "clock"}},
    {"last_error_seconds",
     "last_error_us",
     1e-6,
     "gauge",
     "When something last went wrong, and what; absent if nothing ever did.",
     {"last_error"}},
    {"connected_since_seconds", "connected_since_us", 1e-6, "gauge",
     "When the connection to the camera was made; absent without one."},
    {"restarts_total", "restarts", 1, "counter", "Connections after the first one."},
    {"width_pixels", "width", 1, "gauge", "Width of the picture."},
    {"height_pixels", "height", 1, "gauge", "Height of the picture."},
    {"frame_rate", "frame_rate", 1, "gauge", "Pictures a second."},
    {"bits_per_second", "bitrate", 1, "gauge", "What the camera sends."},
    {"last_key_seconds", "last_key_us", 1e-6, "gauge", "When the last key frame arrived."},
    {"last_picture_seconds", "last_picture_us", 1e-6, "gauge", "When the last picture arrived."},
    {"clock_offset_seconds", "clock_offset_us", 1e-6, "gauge",
     "The host's clock less the camera's, latency included."},
    {"received_bytes_total", "received_bytes", 1, "counter", "Bytes that the camera sent."},
    {"received_pictures_total", "received_pictures", 1, "counter", "Pictures that it sent."},
    {"recorded_bytes_total", "recorded_bytes", 1, "counter", "Bytes in whole fragments of files."},
    {"recorded_pictures_total", "recorded_pictures", 1, "counter", "Pictures in them."},
    {"packets_lost_total", "packets_lost", 1, "counter", "RTP packets that never came."},
    {"viewers", "viewers", 1, "gauge", "Subscriptions to the live pictures."},
    {"viewer_pictures_lost_total", "viewer_pictures_lost", 1, "counter",
     "Pictures that were left out for viewers too slow."},
    {"group_bytes", "group_bytes", 1, "gauge", "Memory of the kept group of pictures."},
};

/* Nothing that would need escaping in a label. */
static bool is_code(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && *text &&
           strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") == strlen(text);
}

static bool has_name(const json_t *stream)
{
    return is_code(json_object_get(stream, "camera")) && is_code(json_object_get(stream, "stream"));
}

static json_t *public_value(const json_t *value, json_type type, GTimeZone *zone)
{
    if (type == JSON_NULL && json_is_integer(value))
        return mj_json_time(json_integer_value(value), zone);
    if (type == JSON_TRUE && json_is_boolean(value))
        return json_boolean(json_is_true(value));
    if (type == JSON_REAL && json_is_number(value))
        return json_real(json_number_value(value));
    bool same = value && json_typeof(value) == type && type != JSON_NULL;
    return same ? json_deep_copy(value) : json_null();
}

json_t *idx_meter_public(const json_t *stream, GTimeZone *zone)
{
    if (!has_name(stream))
        return NULL;
    json_t *json = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(MEMBERS); i++) {
        const Member *member = &MEMBERS[i];
        json_object_set_new(
            json, member->name,
            public_value(json_object_get(stream, member->from), member->type, zone));
    }
    return json;
}

/* As the text format wants it: backslash, quote and line feed escaped. Members that are no strings
 * have the label empty. */
static void print_label(GString *text, const json_t *stream, const char *name)
{
    const char *value = json_string_value(json_object_get(stream, name));
    g_string_append_printf(text, ",%s=\"", name);
    for (const char *at = value ? value : ""; *at; at++)
        if (*at == '\n')
            g_string_append(text, "\\n");
        else if (*at == '"' || *at == '\\')
            g_string_append_printf(text, "\\%c", *at);
        else
            g_string_append_c(text, *at);
    g_string_append_c(text, '"');
}

static void print_value(GString *text, const Metric *metric, const json_t *stream, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE]; // a full stop in every locale
    g_ascii_formatd(number, sizeof number, "%.17g", value);
    g_string_append_printf(text, "mingjing_stream_%s{camera=\"%s\",stream=\"%s\"", metric->name,
                           json_string_value(json_object_get(stream, "camera")),
                           json_string_value(json_object_get(stream, "stream")));
    for (size_t i = 0; metric->labels[i]; i++)
        print_label(text, stream, metric->labels[i]);
    g_string_append_printf(text, "} %s\n", number);
}

static void print_metric(const json_t *streams, const Metric *metric, GString *text)
{
    bool begun = false;
    size_t i = 0;
    const json_t *stream = NULL;
    json_array_foreach(streams, i, stream)
    {
        const json_t *from = metric->from ? json_object_get(stream, metric->from) : NULL;
        if ((metric->from && !json_is_number(from)) || !has_name(stream))
            continue;
        if (!begun)
            g_string_append_printf(text,
                                   "# HELP mingjing_stream_%s %s\n# TYPE mingjing_stream_%s %s\n",
                                   metric->name, metric->help, metric->name, metric->type);
        begun = true;
        print_value(text, metric, stream, (from ? json_number_value(from) : 1) * metric->scale);
    }
}

void idx_meter_print(const json_t *streams, GString *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(METRICS); i++)
        print_metric(streams, &METRICS[i], text);
}
