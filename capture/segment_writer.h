// SPDX-License-Identifier: GPL-3.0-or-later
/* Writes one segment: a fragmented MP4 file that is valid at every instant.
 *
 *   ftyp moov | moof mdat | moof mdat | …
 *   footage/<camera>/<stream>/<YYYYMMDD>/<HHMMSS.mmm>Z.mp4
 *
 * A fragment begins at each key frame and ends after CAP_FRAGMENT_US at the latest; it goes out in
 * one piece when it is complete, so a file cut anywhere plays up to its last whole fragment. Bytes
 * are counted and hashed as they leave. tfdt is the media time of the run of segments, so joined files
 * need no discontinuity; there are no edit lists. Camera, stream, start and clock are in the file's
 * metadata ("mingjing.*"), from which a lost catalogue can be made again.
 *
 * Order of writes: fragments → (cap_segment_writer_finish) → fsync file → fsync folders → close
 * row; the last three are the store's (store.h).
 *
 * Order of calls: open → video, audio … → finish. One thread. Times of packets are media times. */
#pragma once

#include "capture/disk.h"
#include "capture/libav.h"
#include "capture/video_params.h"
#include "index/segment/segment.h"

/* What is not in a whole fragment is lost when the process is killed. With the two pictures that
 * wait to be known as complete this keeps the loss under a second, down to 10 pictures a second. */
#define CAP_FRAGMENT_US INT64_C(750000)

/* A coder holds sound back while the pictures go on: of 8 kHz some 0.4 s. What is of the pictures of the file before is
 * in the next one then, as it is in the next fragment everywhere else. */
#define CAP_SOUND_LATE_US INT64_C(1000000)

typedef struct CapSegmentConfig {
    const char *home, *camera, *stream; // codes
    CapDisk *disk;                      // where to; NULL = footage/ of the home
    int64_t stream_id;
    const CapVideoParams *video;
    const AVCodecParameters *audio; // as stored; NULL = no sound
    int64_t start_us;               // of the first picture
    int64_t media_start_us;         // its pts
    int64_t media_decode_us;        // its dts, <= media_start_us
    int64_t sound_late_us; // the run goes on: its sound may begin so long before the pictures
    bool joins;
    bool from_camera, has_offset;
    int64_t offset_us, uncertainty_us;
} CapSegmentConfig;

typedef struct CapSegmentWriter CapSegmentWriter;

/* Makes the init part in memory. Folders and file (never over another one) are made when the first
 * fragment is complete, in one write, so that no file is without pictures. */
CapSegmentWriter *cap_segment_writer_open(const CapSegmentConfig *config, GError **error);

/* Leaves the file as it is. NULL is allowed. */
void cap_segment_writer_free(CapSegmentWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSegmentWriter, cap_segment_writer_free)

typedef struct CapSample {
    const uint8_t *data; // borrowed during the call
    size_t size;
    bool key;
    int64_t pts_us, dts_us;
    int64_t end_us; // dts of the next one (video); pts + duration (audio)
} CapSample;

/* The first one is a key frame. MJ_ERROR_INVALID: the sample does not fit into a file;
 * MJ_ERROR_FAILED: no memory, or a library fails, for which neither camera nor disk can do anything;
 * others, as MJ_ERROR_IO: could not be written. In any case nothing more is to be given. */
bool cap_segment_writer_video(CapSegmentWriter *writer, const CapSample *sample, GError **error);

/* Sound that lies before what was written already, or before the file's beginning and what may be late, is left out. It goes with the fragment that is open, or else with the
 * next. */
bool cap_segment_writer_audio(CapSegmentWriter *writer, const CapSample *sample, GError **error);
/* Sound that still waits for a fragment of @before, which has none any more, goes with the first of @writer. */
void cap_segment_writer_take_sound(CapSegmentWriter *writer, CapSegmentWriter *before);

/* The row as far as whole fragments go; path (NULL before the first one), sizes, end. Changes when
 * a fragment is complete. Owned by the writer. */
const IdxSegment *cap_segment_writer_segment(const CapSegmentWriter *writer);
/* The fragments so far, in stored form (index/segment/fragment.h). Owned by the writer. */
const GByteArray *cap_segment_writer_fragments(const CapSegmentWriter *writer);
/* Where time would be now if the media ran on: the end of the last sample given. */
int64_t cap_segment_writer_end_us(const CapSegmentWriter *writer);
/* How long the last fragment is: what finish() may take from the end is less. */
int64_t cap_segment_writer_room_us(const CapSegmentWriter *writer);
/* A key frame comes next: what is there can go out at once. */
bool cap_segment_writer_flush(CapSegmentWriter *writer, GError **error);

/* Writes the last fragment, takes the hash, and makes the row end at @end_us (a slew: moved by less
 * than the last fragment is long, see recording.h). Then segment() and fragments() are final. */
bool cap_segment_writer_finish(CapSegmentWriter *writer, int64_t end_us, GError **error);

/* What a gap says (IDX_REASON_…) if @error of the calls above is why it is: the muxer may refuse what
 * the camera sends, which no disk mends, and this process may fail itself. */
const char *cap_segment_writer_reason(const GError *error);

/* Hands out the descriptor, which the caller closes after fsync. */
int cap_segment_writer_steal_fd(CapSegmentWriter *writer);
