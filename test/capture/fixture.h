// SPDX-License-Identifier: GPL-3.0-or-later
/* What the tests of capture share: pictures coded by libavcodec, a home, files. */
#pragma once

#include "capture/packet.h"

/* @count pictures of @codec ("libx264", "libx265") at 25 a second, as packets with length-prefixed NAL
 * units and parameter sets in front of each key frame, every @gop pictures. pts from 0. @frames_b: B-frames
 * between others. Element type CapPacket *; also the same bytes with start codes in @ret_annexb. */
GPtrArray *fixture_encode(const char *codec, int width, int height, int count, int gop,
                          int frames_b, GByteArray *ret_annexb);

/* A new home with a catalogue and camera "cam1" (rtsp://127.0.0.1:1/cam1), in a new folder. */
char *fixture_home(void);
int64_t fixture_stream_id(const char *home, const char *camera);
/* Removes the home that fixture_home() made, with the folder it is in, and frees the name. */
void fixture_home_remove(char *home);

/* Appends the NAL units of a video @file made by us to @all, with four-byte start codes. How many pictures. */
int fixture_read_annexb(const char *file, GByteArray *all);

/* The whole of a file. */
GBytes *fixture_read(const char *path);
