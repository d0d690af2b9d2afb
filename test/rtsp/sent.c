// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/sent.h"

#include <errno.h>
#include <inttypes.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <string.h>

#include "index/base/error.h"
#include "test/rtsp/mark.h"

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_footage(const char *name)
{
    return g_str_has_suffix(name, ".mp4") || g_str_has_suffix(name, ".mov");
}

static bool find_below(const char *folder, GPtrArray *files, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return false;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!find_below(path, files, error))
                return false;
        } else if (is_footage(path)) {
            g_ptr_array_add(files, g_steal_pointer(&path));
        }
    }
    return true;
}

bool sent_find_files(const char *path, GPtrArray *files, GError **error)
{
    g_autofree char *footage = g_build_filename(path, "footage", NULL);
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_ptr_array_add(files, g_strdup(path));
        return true;
    }
    return find_below(g_file_test(footage, G_FILE_TEST_IS_DIR) ? footage : path, files, error);
}

typedef struct Reader {
    AVFormatContext *av;
    AVPacket *packet;
    int video, length_bytes;
    bool hevc;
    bool indexed; // the file says when it begins:
    int64_t start_us, media_start_us;
} Reader;

static void reader_clear(Reader *reader)
{
    avformat_close_input(&reader->av);
    av_packet_free(&reader->packet);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static bool tag(const Reader *reader, const char *key, int64_t *ret)
{
    const AVDictionaryEntry *entry = av_dict_get(reader->av->metadata, key, NULL, 0);
    return entry && sscanf(entry->value, "%" SCNd64, ret) == 1;
}

/* False without @error if the file has no video yet: nothing of it was written before a kill. */
static bool open_file(Reader *reader, const char *path)
{
    reader->av = avformat_alloc_context();
    reader->packet = av_packet_alloc();
    reader->av->flags |= AVFMT_FLAG_NOPARSE;
    if (avformat_open_input(&reader->av, path, NULL, NULL) < 0)
        return false;
    reader->video = av_find_best_stream(reader->av, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (reader->video < 0)
        return false;
    const AVCodecParameters *par = reader->av->streams[reader->video]->codecpar;
    reader->hevc = par->codec_id == AV_CODEC_ID_HEVC;
    int at = reader->hevc ? 21 : 4; // of hvcC or avcC
    reader->length_bytes = par->extradata_size > at ? (par->extradata[at] & 3) + 1 : 4;
    reader->indexed = tag(reader, "mingjing.start_us", &reader->start_us) &&
                      tag(reader, "mingjing.media_start_us", &reader->media_start_us);
    return true;
}

static void add_frame(const Reader *reader, guint file, GArray *stored)
{
    const AVPacket *packet = reader->packet;
    AVRational base = reader->av->streams[reader->video]->time_base;
    RtspMarkFound found;
    rtsp_mark_find(packet->data, (size_t)packet->size, reader->length_bytes, reader->hevc, &found);
    StoredFrame frame = {
        .mount = found.mark.mount,
        .frame = found.mark.frame,
        .utc_us = found.mark.utc_us,
        .camera_us = found.mark.camera_us,
        .pts_us = av_rescale_q(packet->pts, base, AV_TIME_BASE_Q),
        .file = file,
        .marked = found.marks == 1,
        .whole = found.whole,
        .key = found.key,
        .indexed = reader->indexed,
        .start_us = reader->start_us,
    };
    frame.index_us = reader->start_us + frame.pts_us - reader->media_start_us;
    g_array_append_val(stored, frame);
}

GArray *sent_stored_read(const GPtrArray *files, GError **error)
{
    g_autoptr(GArray) stored = g_array_new(FALSE, FALSE, sizeof(StoredFrame));
    for (guint i = 0; i < files->len; i++) {
        g_auto(Reader) reader = {0};
        if (!g_file_test(files->pdata[i], G_FILE_TEST_EXISTS)) {
            mj_error_set(error, MJ_ERROR_NOT_FOUND, "no file %s", (char *)files->pdata[i]);
            return NULL;
        }
        if (!open_file(&reader, files->pdata[i]))
            continue;
        while (av_read_frame(reader.av, reader.packet) >= 0) {
            if (reader.packet->stream_index == reader.video)
                add_frame(&reader, i, stored);
            av_packet_unref(reader.packet);
        }
    }
    return g_steal_pointer(&stored);
}

GArray *sent_log_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(SentFrame));
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        SentFrame frame = {0};
        char word[16] = "";
        int key = 0;
        int fields =
            sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNd64 " %d %" SCNu32 " %15s", &frame.mount,
                   &frame.frame, &frame.utc_us, &key, &frame.connection, word);
        if (fields < 5) {
            mj_error_set(error, MJ_ERROR_INVALID, "%s: cannot read \"%s\"", path, line);
            return NULL;
        }
        frame.key = key == 1;
        frame.spoiled = strcmp(word, "spoiled") == 0;
        g_array_append_val(sent, frame);
    }
    return g_steal_pointer(&sent);
}
