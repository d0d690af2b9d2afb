// SPDX-License-Identifier: GPL-3.0-or-later
/* The handlers of the route table: one file each, named alike. */
#pragma once

#include "api/request.h"

bool api_delete_clip(ApiRequest *request, GError **error);
bool api_get_alarms(ApiRequest *request, GError **error);
bool api_get_marks(ApiRequest *request, GError **error);
bool api_get_still(ApiRequest *request, GError **error);
bool api_post_acknowledge(ApiRequest *request, GError **error);
bool api_post_marks(ApiRequest *request, GError **error);
bool api_get_approval(ApiRequest *request, GError **error);
bool api_get_audit(ApiRequest *request, GError **error);
bool api_get_cameras(ApiRequest *request, GError **error);
bool api_get_clip(ApiRequest *request, GError **error);
bool api_get_clip_media(ApiRequest *request, GError **error);
bool api_get_find(ApiRequest *request, GError **error);
bool api_get_frame(ApiRequest *request, GError **error);
bool api_get_health(ApiRequest *request, GError **error);
bool api_get_holds(ApiRequest *request, GError **error);
bool api_get_retention(ApiRequest *request, GError **error);
bool api_post_holds(ApiRequest *request, GError **error);
bool api_post_release(ApiRequest *request, GError **error);
bool api_get_live(ApiRequest *request, GError **error);
bool api_get_me(ApiRequest *request, GError **error);
bool api_get_metrics(ApiRequest *request, GError **error);
bool api_get_page(ApiRequest *request, GError **error);
bool api_get_place_footage(ApiRequest *request, GError **error);
bool api_get_places(ApiRequest *request, GError **error);
bool api_get_playlist(ApiRequest *request, GError **error);
bool api_get_search(ApiRequest *request, GError **error);
bool api_get_segment(ApiRequest *request, GError **error);
bool api_get_segment_again(ApiRequest *request);
bool api_get_session(ApiRequest *request, GError **error);
bool api_get_status(ApiRequest *request, GError **error);
bool api_get_streams(ApiRequest *request, GError **error);
bool api_get_ticket(ApiRequest *request, GError **error);
bool api_get_timeline(ApiRequest *request, GError **error);
bool api_get_calendar(ApiRequest *request, GError **error);
bool api_get_outline(ApiRequest *request, GError **error);
bool api_post_clips(ApiRequest *request, GError **error);
bool api_post_events(ApiRequest *request, GError **error);
bool api_post_login(ApiRequest *request, GError **error);
bool api_post_logout(ApiRequest *request, GError **error);

// accounts
bool api_get_login_rules(ApiRequest *request, GError **error);
bool api_get_reasons(ApiRequest *request, GError **error);
bool api_get_layouts(ApiRequest *request, GError **error);
bool api_put_layout(ApiRequest *request, GError **error);
bool api_delete_layout(ApiRequest *request, GError **error);
bool api_put_shared_layout(ApiRequest *request, GError **error);
bool api_delete_shared_layout(ApiRequest *request, GError **error);
bool api_get_tokens(ApiRequest *request, GError **error);
bool api_get_users(ApiRequest *request, GError **error);
bool api_post_reasons(ApiRequest *request, GError **error);
bool api_post_me_password(ApiRequest *request, GError **error);
bool api_post_me_logout(ApiRequest *request, GError **error);
bool api_post_me_second(ApiRequest *request, GError **error);
bool api_post_me_second_confirm(ApiRequest *request, GError **error);
bool api_post_me_second_end(ApiRequest *request, GError **error);
bool api_post_users(ApiRequest *request, GError **error);
bool api_post_user(ApiRequest *request, GError **error);
bool api_post_user_password(ApiRequest *request, GError **error);
bool api_post_user_second(ApiRequest *request, GError **error);
bool api_post_user_logout(ApiRequest *request, GError **error);
bool api_post_login_rule(ApiRequest *request, GError **error);
bool api_post_tokens(ApiRequest *request, GError **error);
bool api_post_token_revoke(ApiRequest *request, GError **error);

// administration
bool api_post_probe(ApiRequest *request, GError **error);
bool api_post_cameras(ApiRequest *request, GError **error);
bool api_post_camera(ApiRequest *request, GError **error);
bool api_post_camera_remove(ApiRequest *request, GError **error);
bool api_post_camera_move(ApiRequest *request, GError **error);
bool api_post_places(ApiRequest *request, GError **error);
bool api_post_place(ApiRequest *request, GError **error);
bool api_post_coverage(ApiRequest *request, GError **error);
bool api_post_coverage_end(ApiRequest *request, GError **error);
bool api_post_coverage_remove(ApiRequest *request, GError **error);
bool api_post_renumber(ApiRequest *request, GError **error);
bool api_get_rules(ApiRequest *request, GError **error);
bool api_post_rules(ApiRequest *request, GError **error);
bool api_post_rules_preview(ApiRequest *request, GError **error);
bool api_get_volumes(ApiRequest *request, GError **error);
bool api_post_volumes(ApiRequest *request, GError **error);
bool api_post_volumes_remove(ApiRequest *request, GError **error);
bool api_post_volumes_policy(ApiRequest *request, GError **error);
bool api_post_audit_verify(ApiRequest *request, GError **error);
bool api_get_system(ApiRequest *request, GError **error);
bool api_get_sources(ApiRequest *request, GError **error);
// meetings
bool api_post_sessions(ApiRequest *request, GError **error);
bool api_post_session_end(ApiRequest *request, GError **error);
bool api_get_meeting(ApiRequest *request, GError **error);
bool api_get_party(ApiRequest *request, GError **error);
bool api_get_record(ApiRequest *request, GError **error);
bool api_post_rating(ApiRequest *request, GError **error);
bool api_get_sessions(ApiRequest *request, GError **error);
bool api_post_session_cancel(ApiRequest *request, GError **error);
bool api_post_session_move(ApiRequest *request, GError **error);
bool api_post_session_token(ApiRequest *request, GError **error);
bool api_get_slots(ApiRequest *request, GError **error);
bool api_post_slots(ApiRequest *request, GError **error);
bool api_post_slot_withdraw(ApiRequest *request, GError **error);
bool api_post_slot_book(ApiRequest *request, GError **error);
bool api_get_slot_link(ApiRequest *request, GError **error);
bool api_post_slot_link(ApiRequest *request, GError **error);
/* The slot that the first value of the path names. MJ_ERROR_NOT_FOUND. */
bool api_slot_id(const ApiRequest *request, int64_t *ret_id, GError **error);
bool api_get_promises(ApiRequest *request, GError **error);
bool api_post_promises(ApiRequest *request, GError **error);
bool api_post_party_promises(ApiRequest *request, GError **error);
bool api_post_promise_done(ApiRequest *request, GError **error);
bool api_post_notes(ApiRequest *request, GError **error);
bool api_post_consent(ApiRequest *request, GError **error);
bool api_post_whip(ApiRequest *request, GError **error);
bool api_post_whep(ApiRequest *request, GError **error);
bool api_patch_connection(ApiRequest *request, GError **error);
bool api_delete_connection(ApiRequest *request, GError **error);
bool api_get_camera_retention(ApiRequest *request, GError **error);
bool api_get_mark_kinds(ApiRequest *request, GError **error);
bool api_post_mark_kinds(ApiRequest *request, GError **error);
bool api_get_terminals(ApiRequest *request, GError **error);
bool api_post_terminal(ApiRequest *request, GError **error);
bool api_post_terminal_join(ApiRequest *request, GError **error);
