// SPDX-License-Identifier: GPL-3.0-or-later
/* Hanging up: recorders end their connections of a session that is over by themselves, when they look at the
 * catalogue next; told, they do it at once. The API and the command tell them. */
#pragma once

#include "index/catalogue.h"

/* Every recorder of @home that answers within half a second; those that do not find out by themselves. */
void idx_meet_hang_up(IdxCatalogue *cat, const char *home, const char *session);
