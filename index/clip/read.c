// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/clip/clip_own.h"
#include "index/crypto.h"
#include "index/segment/fd.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

#define COPY_READ (1 << 20) // bytes at a time

struct IdxClipReader {
    const IdxClip *clip;
    int fd; // of @source; -1: none is open
    guint source;
};

IdxClipReader *idx_clip_reader_new(const IdxClip *clip)
{
    IdxClipReader *reader = g_new0(IdxClipReader, 1);
    reader->clip = clip;
    reader->fd = -1;
    return reader;
}

void idx_clip_reader_free(IdxClipReader *reader)
{
    if (reader && reader->fd >= 0)
        close(reader->fd);
    g_free(reader);
}

static bool open_source(IdxClipReader *reader, guint source, GError **error)
{
    if (reader->fd >= 0 && reader->source == source)
        return true;
    if (reader->fd >= 0)
        close(reader->fd);
    const ClipSource *s = &g_array_index(reader->clip->sources, ClipSource, source);
    reader->source = source;
    reader->fd = idx_segment_fd_at(s->path, s->name, s->bytes, error);
    return reader->fd >= 0;
}

/* The range that holds @at, which lies within the media. */
static const ClipRange *range_at(const IdxClip *clip, int64_t at)
{
    guint low = 0, high = clip->ranges->len;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        if (g_array_index(clip->ranges, ClipRange, middle).at <= at)
            low = middle;
        else
            high = middle;
    }
    return &g_array_index(clip->ranges, ClipRange, low);
}

static int64_t read_media(IdxClipReader *reader, int64_t at, uint8_t *buffer, size_t size,
                          GError **error)
{
    const ClipRange *range = range_at(reader->clip, at);
    int64_t inside = at - range->at;
    size_t wanted = (size_t)MIN((int64_t)size, range->bytes - inside);
    if (!open_source(reader, range->source, error))
        return -1;
    ssize_t n = 0;
    do
        n = pread(reader->fd, buffer, wanted, range->offset + inside);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        return n;
    const ClipSource *s = &g_array_index(reader->clip->sources, ClipSource, range->source);
    if (n < 0)
        mj_error_errno(error, errno, "reading the footage file %s", s->name);
    else
        mj_error_set(error, MJ_ERROR_CORRUPT, "the footage file %s ends too early", s->name);
    return -1;
}

int64_t idx_clip_read(IdxClipReader *reader, int64_t position, uint8_t *buffer, size_t size,
                      GError **error)
{
    const IdxClip *clip = reader->clip;
    size_t done = 0;
    while (done < size && position + (int64_t)done < clip->facts.bytes) {
        int64_t at = position + (int64_t)done, n = 0;
        if (at < clip->facts.head_bytes) {
            n = MIN((int64_t)(size - done), clip->facts.head_bytes - at);
            memcpy(buffer + done, clip->head->data + at, (size_t)n);
        } else {
            n = read_media(reader, at - clip->facts.head_bytes, buffer + done, size - done, error);
        }
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return (int64_t)done;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size, GError **error)
{
    for (size_t done = 0; fd >= 0 && done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno != EINTR)
            return mj_error_errno(error, errno, "writing the clip");
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool idx_clip_copy(const IdxClip *clip, int fd, IdxClipProgress progress, void *data,
                   uint8_t ret_sha256[IDX_CLIP_SHA256_BYTES], GError **error)
{
    g_autoptr(EVP_MD_CTX) md = EVP_MD_CTX_new();
    g_autoptr(IdxClipReader) reader = idx_clip_reader_new(clip);
    g_autofree uint8_t *buffer = g_malloc(COPY_READ);
    int64_t at = 0, n = 0;
    EVP_DigestInit_ex(md, idx_crypto_sha256(), NULL);
    while ((n = idx_clip_read(reader, at, buffer, COPY_READ, error)) > 0) {
        EVP_DigestUpdate(md, buffer, (size_t)n);
        if (!write_all(fd, buffer, (size_t)n, error))
            return false;
        at += n;
        if (progress && !progress(at, clip->facts.bytes, data))
            return mj_error_set(error, MJ_ERROR_CANCELLED, "the clip was given up");
    }
    return n == 0 && EVP_DigestFinal_ex(md, ret_sha256, NULL) == 1;
}
