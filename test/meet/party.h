// SPDX-License-Identifier: GPL-3.0-or-later
/* A party of a meeting for tests, made of GStreamer's webrtcbin, ICE on 127.0.0.1: one that sends pictures
 * with stamps (test/hall/stamp.h) and a tone, or one that sees and hears what another sends and reads the
 * stamps of decoded pictures. Its encoder makes a key frame when it is asked for one and at no other time. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Party Party;

/* Carries the offer to wherever it is answered. The answer (caller frees), or NULL. */
typedef char *(*PartyExchange)(void *data, const char *offer);

typedef struct PartyConfig {
    bool watches;      // else it sends
    bool silent;       // sends no sound
    bool echoes;       // tells the round trip when it is asked (echo.h)
    GPtrArray *canned; // sends these over and over, as they are (canned.h)
    bool
        counts; // watches without decoding: "pictures" are packets, "stamps" and "late_p95_us" transit.h's
    bool vp8;          // instead of H.264
    bool pcma;         // watches and takes G.711 A-law besides Opus
    bool could_vp8;    // sends H.264 and offers VP8 besides
    const char *turn;  // "USER:PASSWORD@HOST:PORT": comes by this server alone; NULL = as it can
    int number;        // of the stamp
    int width, height; // of the pictures; 0 = 320 x 180
    int kbits;         // 0 = 500
    double tone_hz;
    PartyExchange exchange;
    void *data;
} PartyConfig;

/* NULL if there was no answer, or the connection did not come about within 10 s. */
Party *party_new(const PartyConfig *config);
/* Its microphone is off, or on again: a track of zeros. */
void party_mute(Party *party, bool off);
/* Each three of its packets of H.264 have another SSRC, or they have its own again. */
void party_stray(Party *party, bool on);
/* Its camera gives no picture, or does again; the sound goes on. */
void party_blind(Party *party, bool on);
/* Without a word. */
void party_free(Party *party);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Party, party_free)

/* An offer alone, of one that never goes on. Caller frees. */
char *party_offer(const PartyConfig *config);

typedef struct PartySeen {
    int pictures, key_frames, stamps;
    int64_t first_us, last_us; // stamps: UTC
    int64_t late_us;           // of the last picture: now less its stamp
    int64_t late_p95_us;
    int number;        // of the last stamp; -1 = none
    double tone_share; // of the energy of what was heard last second, that of the tone; 0…1
    double loudness;   // 0…1
    bool pcma;         // what is heard is G.711
} PartySeen;

/* What a party that watches has seen so far; @tone_hz is what it listens for. */
PartySeen party_seen(Party *party, double tone_hz);
/* Of a party that counts: appends how late each picture was (int64_t). */
void party_tell_late(Party *party, GArray *late);
/* late_p95_us is of what comes from now on. */
void party_forget_late(Party *party);
