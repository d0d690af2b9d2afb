// SPDX-License-Identifier: GPL-3.0-or-later
/* avcC and hvcC are laid out as ISO/IEC 14496-15 5.3.3.1 and 8.3.3.1 say. */
#include "capture/video_params.h"

#include <string.h>

#include "capture/sps.h"
#include "capture/vp8.h"
#include "index/base/error.h"

typedef struct Set {
    const uint8_t *data;
    uint16_t size;
    int type;
} Set;

typedef struct Sets {
    Set set[CAP_PARAMETER_SETS_MAX];
    size_t count;
} Sets;

enum { AVC_SPS = 7, AVC_PPS = 8, HEVC_VPS = 32, HEVC_SPS = 33, HEVC_PPS = 34 };

static int nal_type(enum AVCodecID codec, const uint8_t *nal)
{
    return codec == AV_CODEC_ID_HEVC ? nal[0] >> 1 & 0x3f : nal[0] & 0x1f;
}

static CapNalKind kind_h264(int type)
{
    if (type == AVC_SPS || type == AVC_PPS)
        return CAP_NAL_SET;
    if (type == 5)
        return CAP_NAL_KEY;
    return type >= 1 && type <= 4 ? CAP_NAL_PICTURE : CAP_NAL_OTHER;
}

static CapNalKind kind_h265(int type)
{
    if (type >= HEVC_VPS && type <= HEVC_PPS)
        return CAP_NAL_SET;
    if (type >= 16 && type <= 21) // BLA, IDR, CRA
        return CAP_NAL_KEY;
    return type < 32 ? CAP_NAL_PICTURE : CAP_NAL_OTHER;
}

bool cap_nal_is_foreign(enum AVCodecID codec, const uint8_t *nal, size_t size)
{
    static const uint8_t PROFILES[] = {66, 77, 88, 100, 110, 122, 244};
    if (size < 3)
        return false;
    if (codec == AV_CODEC_ID_H264)
        return nal[0] == 0x40 && nal[1] == 1;
    return (nal[0] & 0x9f) == 7 && memchr(PROFILES, nal[1], sizeof PROFILES);
}

CapNalKind cap_nal_kind(enum AVCodecID codec, const uint8_t *nal, size_t size)
{
    if (size == 0)
        return CAP_NAL_OTHER;
    int type = nal_type(codec, nal);
    return codec == AV_CODEC_ID_HEVC ? kind_h265(type) : kind_h264(type);
}

static bool split_sets(enum AVCodecID codec, const uint8_t *data, size_t size, Sets *ret)
{
    ret->count = 0;
    while (size >= 4) {
        size_t length =
            (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
        if (length > size - 4 || length == 0 || length > UINT16_MAX ||
            ret->count == CAP_PARAMETER_SETS_MAX)
            return false;
        ret->set[ret->count++] = (Set){data + 4, (uint16_t)length, nal_type(codec, data + 4)};
        data += 4 + length;
        size -= 4 + length;
    }
    return true;
}

static const Set *first_of(const Sets *sets, int type)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->set[i].type == type)
            return &sets->set[i];
    return NULL;
}

static void put_u8(GByteArray *out, unsigned value)
{
    guint8 byte = (guint8)value;
    g_byte_array_append(out, &byte, 1);
}

static void put_u16(GByteArray *out, unsigned value)
{
    put_u8(out, value >> 8);
    put_u8(out, value & 255);
}

static unsigned count_of(const Sets *sets, int type)
{
    unsigned count = 0;
    for (size_t i = 0; i < sets->count; i++)
        count += sets->set[i].type == type;
    return count;
}

static void put_sets(GByteArray *out, const Sets *sets, int type, unsigned limit)
{
    for (size_t i = 0; i < sets->count && limit > 0; i++) {
        if (sets->set[i].type != type)
            continue;
        put_u16(out, sets->set[i].size);
        g_byte_array_append(out, sets->set[i].data, sets->set[i].size);
        limit--;
    }
}

static void put_avcc(GByteArray *out, const Sets *sets, const Set *sequence, const CapSps *sps)
{
    unsigned sps_count = MIN(count_of(sets, AVC_SPS), 31U);
    unsigned pps_count = count_of(sets, AVC_PPS);
    put_u8(out, 1);
    g_byte_array_append(out, sequence->data + 1, 3); // profile, compatibility, level
    put_u8(out, 0xfc | 3);                           // lengths of four bytes
    put_u8(out, 0xe0 | sps_count);
    put_sets(out, sets, AVC_SPS, sps_count);
    put_u8(out, pps_count);
    put_sets(out, sets, AVC_PPS, pps_count);
    unsigned profile = sequence->data[1];
    if (profile == 66 || profile == 77 || profile == 88)
        return;
    put_u8(out, 0xfc | (unsigned)sps->chroma_format);
    put_u8(out, 0xf8 | (unsigned)(sps->luma_bits - 8));
    put_u8(out, 0xf8 | (unsigned)(sps->chroma_bits - 8));
    put_u8(out, 0); // no SPS extensions
}

static void put_hvcc(GByteArray *out, const Sets *sets, const CapSps *sps)
{
    static const int TYPES[] = {HEVC_VPS, HEVC_SPS, HEVC_PPS};
    put_u8(out, 1);
    g_byte_array_append(out, sps->profile, sizeof sps->profile);
    put_u16(out, 0xf000); // min_spatial_segmentation_idc: unknown
    put_u8(out, 0xfc);    // parallelismType: unknown
    put_u8(out, 0xfc | (unsigned)sps->chroma_format);
    put_u8(out, 0xf8 | (unsigned)(sps->luma_bits - 8));
    put_u8(out, 0xf8 | (unsigned)(sps->chroma_bits - 8));
    put_u16(out, 0); // avgFrameRate: unknown
    put_u8(out, (unsigned)sps->temporal_layers << 3 | (sps->temporal_nested ? 4U : 0U) | 3U);
    put_u8(out, G_N_ELEMENTS(TYPES));
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++) {
        unsigned count = count_of(sets, TYPES[i]);
        put_u8(out, 0x80 | (unsigned)TYPES[i]); // array_completeness
        put_u16(out, count);
        put_sets(out, sets, TYPES[i], count);
    }
}

CapVideoParams *cap_video_params_new(enum AVCodecID codec, const uint8_t *data, size_t size,
                                     GError **error)
{
    bool hevc = codec == AV_CODEC_ID_HEVC;
    if (!hevc && codec != AV_CODEC_ID_H264) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "only H.264 and H.265 can be stored");
        return NULL;
    }
    Sets sets;
    CapSps sps = {0};
    const Set *sequence = NULL;
    if (size <= CAP_PARAMETER_SETS_MAX_BYTES && split_sets(codec, data, size, &sets))
        sequence = first_of(&sets, hevc ? HEVC_SPS : AVC_SPS);
    bool good = sequence && first_of(&sets, hevc ? HEVC_PPS : AVC_PPS) &&
                (hevc ? first_of(&sets, HEVC_VPS) &&
                            cap_sps_parse_h265(sequence->data, sequence->size, &sps)
                      : cap_sps_parse_h264(sequence->data, sequence->size, &sps));
    if (!good) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "the camera's parameter sets do not describe a picture");
        return NULL;
    }
    GByteArray *record = g_byte_array_new();
    if (hevc)
        put_hvcc(record, &sets, &sps);
    else
        put_avcc(record, &sets, sequence, &sps);
    CapVideoParams *params = g_atomic_rc_box_new0(CapVideoParams);
    params->codec = codec;
    params->width = sps.width;
    params->height = sps.height;
    params->reorder = sps.reorder;
    params->record_size = record->len;
    params->record = g_byte_array_free(record, FALSE);
    return params;
}

CapVideoParams *cap_video_params_new_vp8(int width, int height)
{
    CapVideoParams *params = g_atomic_rc_box_new0(CapVideoParams);
    params->codec = AV_CODEC_ID_VP8;
    params->width = width;
    params->height = height;
    params->record_size = CAP_VP8_CONFIG_BYTES;
    params->record = g_malloc(CAP_VP8_CONFIG_BYTES);
    cap_vp8_config(params->record);
    return params;
}

CapVideoParams *cap_video_params_ref(CapVideoParams *params)
{
    return g_atomic_rc_box_acquire(params);
}

static void finish(void *data)
{
    g_free(((CapVideoParams *)data)->record);
}

void cap_video_params_unref(CapVideoParams *params)
{
    if (params)
        g_atomic_rc_box_release_full(params, finish);
}

bool cap_video_params_equal(const CapVideoParams *a, const CapVideoParams *b)
{
    if (a == b)
        return true;
    return a && b && a->codec == b->codec && a->width == b->width && a->height == b->height &&
           a->record_size == b->record_size && memcmp(a->record, b->record, a->record_size) == 0;
}
