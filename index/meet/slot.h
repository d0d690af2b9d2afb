// SPDX-License-Identifier: GPL-3.0-or-later
/* Slots 时段: when a department has time for a session. Departments publish them; book.h makes a session of one.
 *
 * A slot is at a place, of a department, and perhaps of one official; there can be no two at one place, nor of one
 * official, that overlap. It is for topics of certain categories, or for all. It is free until somebody books
 * it, and again when that is cancelled. Withdrawn, it stays in the catalogue, and nobody can book it.
 *
 * Who has a slot's link (a token, of which only the SHA-256 is stored) may book it without an account: it is
 * shown once, to whoever publishes the slot. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_SLOT_LONGEST_US (INT64_C(8) * 3600 * 1000000)
#define IDX_SLOT_TOPICS_MAX 20

typedef struct IdxSlot {
    int64_t id;
    char *dept, *official, *place; // official: staff_id, may be NULL
    json_t *topics;                // array of strings; empty: all
    int64_t start_us, end_us, created_us;
    int64_t withdrawn_us; // 0 = it is not
    char *session;        // who has it; NULL = free
} IdxSlot;

void idx_slot_free(IdxSlot *slot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxSlot, idx_slot_free)

typedef struct IdxSlotRequest { // borrowed
    const char *dept, *official, *place;
    const json_t *topics; // may be NULL
    int64_t start_us, end_us;
} IdxSlotRequest;

/* *ret_link: the token of its link, a secret; caller frees. MJ_ERROR_INVALID: what is wrong, or that it is past.
 * MJ_ERROR_CONFLICT names the slot that it overlaps. */
IdxSlot *idx_slot_add(IdxCatalogue *cat, const IdxSlotRequest *request, int64_t now_us,
                      char **ret_link, GError **error);
/* MJ_ERROR_NOT_FOUND. */
IdxSlot *idx_slot_get(IdxCatalogue *cat, int64_t id, GError **error);
/* Those that begin in [@from_us, @to_us), in the order of time; @dept may be NULL. Element type IdxSlot *. */
GPtrArray *idx_slot_list(IdxCatalogue *cat, int64_t from_us, int64_t to_us, const char *dept,
                         GError **error);
/* MJ_ERROR_CONFLICT: it is booked; cancel or move that first. */
bool idx_slot_withdraw(IdxCatalogue *cat, int64_t id, int64_t now_us, GError **error);

/* MJ_ERROR_DENIED unless @token is of the slot's link. */
bool idx_slot_check_link(IdxCatalogue *cat, int64_t id, const char *token, GError **error);

/* Schema Slot of api/openapi.yaml. New reference. */
json_t *idx_slot_json(const IdxSlot *slot, int64_t now_us, GTimeZone *zone);
