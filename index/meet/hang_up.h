// SPDX-License-Identifier: GPL-3.0-or-later
/* Hanging up: recorders end their connections of a session that is over by themselves, when they look at the
 * catalogue next; told, they do it at once. The API and the command tell them. Of a party whose join link was replaced
 * they know nothing but what they are told. */
#pragma once

#include "index/catalogue.h"

/* The session, or what the party of @leg has in it (NULL: all). Every recorder of @home that answers within half a second; those that do not find out by themselves. */
void idx_meet_hang_up(IdxCatalogue *cat, const char *home, const char *session, const char *leg);
