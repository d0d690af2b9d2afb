// SPDX-License-Identifier: GPL-3.0-or-later
/* The store's inside, for store*.c alone: store.c has the messages and the thread that writes the
 * catalogue, store_queue.c what waits for it, store_lanes.c the threads that make files durable. */
#pragma once

#include "capture/store.h"

#define CAP_STORE_FREE_US INT64_C(5000000) // how long what waits may still be tried at the end

typedef enum {
    MESSAGE_OPEN,
    MESSAGE_PROGRESS,
    MESSAGE_CLOSE,
    MESSAGE_GAP_OPEN,
    MESSAGE_GAP_CLOSE,
    MESSAGE_GAP_ADD,
    MESSAGE_DAMAGE,
    MESSAGE_STATE,
    MESSAGE_BEAT,
    MESSAGE_VOLUME,
    MESSAGE_STOP, // for the sync thread
} MessageKind;

struct CapStoreSegment {
    int64_t id;     // store thread; 0 until the row is in
    bool abandoned; // set before the message that ends it is posted
    bool left_out;  // immutable: there was no room for its row, the file alone tells of it
    struct Message *progress; // under lock: the one that waits
};

typedef struct Message {
    MessageKind kind;
    int64_t stream_id, from_us, to_us;
    char *reason, *detail; // of damage: the track
    CapStoreSegment *segment;
    IdxSegment *row;
    GByteArray *fragments;
    int fd;
    IdxState *state;
    IdxRecorder recorder;
    int64_t volume_id;     // with reason (its state) and detail
    GList *link;           // under lock, while it waits: its place
    struct Message **slot; // likewise: names it, so that a newer one can take its place
} Message;

#define KEPT_GAP 0
#define KEPT_DAMAGE 1 // and 2: of the pictures, of the sound
#define KEPT_KINDS 3

/* What waits of one stream, under the store's lock. */
typedef struct Waits {
    Message *state; // in the queue
    Message *
        kept[KEPT_KINDS]; // not in it, since it was full: the last open gap, and damage as one span
    bool gap_closed;      // the last that is on its way; else one may be open
} Waits;

/* Makes the files of one volume durable, so that one that hangs holds up no other. */
typedef struct Lane {
    struct CapStore *store;
    int64_t volume_id;
    GAsyncQueue *files; // Message *
    GThread *thread; // under the store's lock until it is there; NULL: the system had none to give
    bool ended, complained; // under the store's lock
} Lane;

struct CapStore {
    char *home;
    IdxCatalogue *cat; // store thread, once started
    CapDisks *disks;
    GThread *thread;
    GMutex lock;
    GPtrArray *lanes; // under lock: Lane *
    GCond wake, lane_ended;
    GQueue waiting;                      // under lock: Message *
    GHashTable *waits;                   // under lock: stream id → Waits *
    Message *beat;                       // under lock: the one that waits
    guint files_left_out, gaps_left_out; // under lock: since the log told of them
    int64_t lazy_until; // under lock: monotonic; when waiting lazy messages are due, 0 = none wait
    bool urgent;        // under lock: something in waiting should go at once
    bool stopping;      // under lock
    int64_t failing_us, failed_us; // under lock: own failures since, and last; 0 = none
    gint stuck;                    // atomic: bool
    bool complained; // store thread: the log knows that the catalogue cannot be written
    bool told_full;  // store thread: and that there is no more room to wait
};

Message *cap_message_new(MessageKind kind);
void cap_message_free(void *message);
/* Takes @message. A close of what was left out ends here. */
void cap_store_post(CapStore *store, Message *message, bool urgent);

void cap_queue_init(CapStore *store);
void cap_queue_clear(CapStore *store);
/* Waits for work. False when there is none and none will come. */
bool cap_queue_wait_locked(CapStore *store);
void cap_queue_take_locked(CapStore *store, GQueue *ret);
/* These take @message, which has its stream. @slot: where the one that waits is named; beyond the ceiling
 * progress that none waits for is left out. */
void cap_queue_replace(CapStore *store, Message **slot, Message *message, bool urgent);
void cap_queue_state(CapStore *store, Message *message);
void cap_queue_open_segment(CapStore *store, Message *message);
void cap_queue_gap(CapStore *store, Message *message);
void cap_queue_damage(CapStore *store, Message *message);
/* For the log, once: that nothing more can wait; and, when it went on, what was left out. */
void cap_queue_tell_full(CapStore *store);
void cap_queue_tell_left_out(CapStore *store);

/* Takes @message, which has a row, to the lane of its volume, which is begun if there is none. */
void cap_lane_take(CapStore *store, Message *message);
/* Those that had no thread when they were to begin. */
void cap_lanes_begin(CapStore *store);
/* False if a lane hangs: then it is left to itself, and what it needs is not freed. */
bool cap_lanes_stop(CapStore *store);
