// SPDX-License-Identifier: GPL-3.0-or-later
/* The store's inside, for store.c and store_lanes.c alone: store.c has the messages and the thread that
 * writes the catalogue, store_lanes.c the threads that make files durable. */
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
    int64_t id;               // store thread; 0 until the row is in
    bool abandoned;           // set before the message that ends it is posted
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
    int64_t volume_id; // with reason (its state) and detail
} Message;

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
    GQueue waiting;     // under lock: Message *
    int64_t lazy_until; // under lock: monotonic; when waiting lazy messages are due, 0 = none wait
    bool urgent;        // under lock: something in waiting should go at once
    bool stopping;      // under lock
    int64_t failing_us, failed_us; // under lock: own failures since, and last; 0 = none
    gint stuck;                    // atomic: bool
    bool complained; // store thread: the log knows that the catalogue cannot be written
};

Message *cap_message_new(MessageKind kind);
void cap_message_free(void *message);
void cap_store_post(CapStore *store, Message *message, bool urgent);

/* Takes @message, which has a row, to the lane of its volume, which is begun if there is none. */
void cap_lane_take(CapStore *store, Message *message);
/* Those that had no thread when they were to begin. */
void cap_lanes_begin(CapStore *store);
/* False if a lane hangs: then it is left to itself, and what it needs is not freed. */
bool cap_lanes_stop(CapStore *store);
