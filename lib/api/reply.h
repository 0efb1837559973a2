/*
 * The replies of the contract: every fixed status and message of every dialect, and the few shapes that
 * JSON bodies have.
 *
 *	return reply(request, REPLY_NO_TOKEN);
 *
 * Each function fills in the request's response, in the request's dialect, and replaces what was there. They
 * return HANDLED, or HANDLER_FAILED when out of memory, so a handler ends with `return reply(...)`. Every body
 * is sent with Cache-Control: no-store (contract §2.4).
 *
 * Ownership: cJSON items are allocated in the request's arena (core/json/json.h). An item that is passed
 * becomes part of the body and must not be used again; it is never deleted by itself. Where an item may be NULL, that
 * means that making it ran out of memory: the function returns HANDLER_FAILED.
 */
#ifndef FITGATE_API_REPLY_H
#define FITGATE_API_REPLY_H

#include "api/pagination.h"
#include "api/request.h"
#include "core/json/json.h"

/* Also sent when there is no memory to look a reply up. */
#define SERVER_ERROR_0_7 "error, please try again or contact the administrator"
#define SERVER_ERROR_0_2 "Error. Please try again or contact the administrator."

/* The replies; reply_table.c has the status and the message of each in each dialect. */
enum reply {
	/* the first: a route that names no other reply to a failure has this one (api/service.h) */
	REPLY_SERVER_ERROR,
	REPLY_INVALID_PAYLOAD,
	REPLY_NO_TOKEN,
	REPLY_BAD_TOKEN,
	REPLY_EXPIRED_TOKEN,
	REPLY_USER_GONE,
	REPLY_BAD_TOKEN_TYPE,
	REPLY_BAD_SCOPE,
	REPLY_UNKNOWN_URL,
	REPLY_METHOD_NOT_ALLOWED,
	REPLY_BODY_TOO_LARGE,
	REPLY_REGISTRATION_DISABLED,
	REPLY_POLICY_NOT_ACCEPTED,
	REPLY_USERNAME_TAKEN,
	REPLY_EMAIL_KNOWN,
	REPLY_REGISTERED,
	REPLY_CONFIRMED,
	REPLY_CONFIRMATION_RESENT,
	REPLY_BAD_CREDENTIALS,
	REPLY_MALFORMED_CREDENTIALS,
	REPLY_LOGGED_IN,
	REPLY_LOGGED_OUT,
	REPLY_LOGOUT_FAILED,
	REPLY_CONFIG_FAILED,
	REPLY_CONFIG_UPDATE_FAILED,
	REPLY_CONFIG_GPX_LIMIT,
	REPLY_CONFIG_SINGLE_SIZE,
	REPLY_CONFIG_ZIP_SIZE,
	REPLY_CONFIG_ZIP_SIZE_LIMIT,
	REPLY_CONFIG_CONTACT,
	REPLY_CONFIG_SIZES_DISORDERED,
	REPLY_PONG,
	REPLY_PROFILE_UPDATED,
	REPLY_ACCOUNT_UPDATED,
	REPLY_PREFERENCES_UPDATED,
	REPLY_SPORT_UPDATED,
	REPLY_EMAIL_MISSING,
	REPLY_PASSWORD_MISSING,
	REPLY_UNKNOWN_SPORT,
	REPLY_BAD_TIME_PERIOD,
	REPLY_BAD_COLOR,
	REPLY_RESET_REQUESTED,
	REPLY_PASSWORD_UPDATED,
	REPLY_BAD_RESET_TOKEN,
	REPLY_EMAIL_UPDATED,
	REPLY_TOO_MANY_ATTEMPTS,
	REPLY_NO_FILE_PART,
	REPLY_NO_FILE_NAME,
	REPLY_BAD_EXTENSION,
	REPLY_FILE_TOO_LARGE,
	REPLY_INVALID_FILE,
	REPLY_TOO_MANY_PIXELS,
	REPLY_PICTURE_UPDATED,
	REPLY_PICTURE_UPDATE_FAILED,
	REPLY_PICTURE_DELETION_FAILED,
	REPLY_FORBIDDEN,
	REPLY_LAST_ADMIN_DEMOTED,
	REPLY_LAST_ADMIN_DELETED,
	REPLY_NEW_EMAIL_INVALID,
	REPLY_NEW_EMAIL_SAME,
	REPLY_NEW_EMAIL_TAKEN,
	REPLY_UNKNOWN_USER,
	REPLY_NO_PICTURE,
	REPLY_EXPORT_ONGOING,
	REPLY_EXPORT_COMPLETED,
	REPLY_NO_ARCHIVE,
	REPLY_UNKNOWN_SESSION,
	REPLY_TOKEN_CREATED,
	REPLY_BAD_TOKEN_NAME,
	REPLY_BAD_TOKEN_SCOPE,
	REPLY_BAD_TOKEN_DAYS,
	REPLY_TOO_MANY_TOKENS,
	REPLY_UNKNOWN_TOKEN,
	REPLY_APP_CREATED,
	REPLY_APP_MISSING,
	REPLY_APP_KEYS_MISSING,
	REPLY_APP_SCOPES_INVALID,
	REPLY_APP_INVALID,
	REPLY_UNKNOWN_APP,
	REPLY_CHALLENGE_MISSING,
	REPLY_CHALLENGE_UNSUPPORTED,
	REPLY_CONSENT_DENIED,
	REPLY_INVALID_REQUEST,
	REPLY_INVALID_CLIENT,
	REPLY_INVALID_BASIC_CLIENT,
	REPLY_UNSUPPORTED_GRANT_TYPE,
	REPLY_CODE_MISSING,
	REPLY_CODE_INVALID,
	REPLY_REDIRECT_URI_INVALID,
	REPLY_VERIFIER_MISSING,
	REPLY_VERIFIER_INVALID,
	REPLY_CHALLENGE_FAILED,
	REPLY_CODE_USER_GONE,
	REPLY_REFRESH_TOKEN_MISSING,
	REPLY_DEVICE_CODE_MISSING,
	REPLY_INVALID_GRANT,
	REPLY_SCOPE_EXCEEDED,
	REPLY_INVALID_SCOPE,
	REPLY_DEVICE_CODE_EXPIRED,
	REPLY_DEVICE_DENIED,
	REPLY_DEVICE_SLOW_DOWN,
	REPLY_DEVICE_PENDING,
	/* not a reply: a function found no reason to refuse the request */
	REPLY_NONE,
};

/* {"status":…,"message":…}, or the body of RFC 6750. */
enum handled reply(struct api_request *request, enum reply which) HANDLED_MUST_BE_USED;

/* {"auth_token":…,"message":…,"status":…}. HANDLER_FAILED when `token` is NULL. */
enum handled reply_with_token(
	struct api_request *request, enum reply which, const char *token) HANDLED_MUST_BE_USED;

/* The same with the messages of several replies, which have one status: {"status":…,"message":[…]}. */
enum handled reply_list(
	struct api_request *request, const enum reply *replies, size_t count) HANDLED_MUST_BE_USED;

/* 200 {"status":"success"} */
enum handled reply_success(struct api_request *request) HANDLED_MUST_BE_USED;

/* 204 without a body. */
enum handled reply_no_content(struct api_request *request) HANDLED_MUST_BE_USED;

/* 200 {"status":"success","data":…} */
enum handled reply_data(struct api_request *request, cJSON *data) HANDLED_MUST_BE_USED;

/* 200 {"status":"success","data":{key:list},"pagination":…} */
enum handled reply_page(struct api_request *request, const char *key, cJSON *list,
	const struct pagination *pagination) HANDLED_MUST_BE_USED;

/* 200 {"status":"success",key:…} */
enum handled reply_member(
	struct api_request *request, const char *key, cJSON *item) HANDLED_MUST_BE_USED;

/* The reply's status, with the data: {"data":…,"message":…,"status":…} */
enum handled reply_data_with_message(
	struct api_request *request, enum reply which, cJSON *data) HANDLED_MUST_BE_USED;

/* 404 {"data":…,"status":"not found"}, without a message. */
enum handled reply_no_data(struct api_request *request, cJSON *data) HANDLED_MUST_BE_USED;

/* The reply with these names in its message, which has a place for them. HANDLER_FAILED when `names` is NULL. */
enum handled reply_names(
	struct api_request *request, enum reply which, const char *names) HANDLED_MUST_BE_USED;

/* UNSUPPORTED_GRANT_TYPE that shows the value, if it can be shown (contract §20.2). */
enum handled reply_unsupported_grant_type(
	struct api_request *request, const char *grant_type) HANDLED_MUST_BE_USED;

/* 200 with this object as it is, as the endpoints of RFC 6749 reply: with Pragma: no-cache. */
enum handled reply_object(struct api_request *request, cJSON *object) HANDLED_MUST_BE_USED;

/* 413: a file of `size` bytes where at most `limit` are allowed (contract §6.11). */
enum handled reply_file_too_large(
	struct api_request *request, int64_t size, int64_t limit) HANDLED_MUST_BE_USED;

/* 400 with the messages of all violations (account/validation.h), in their order. */
enum handled reply_violations(
	struct api_request *request, unsigned violations) HANDLED_MUST_BE_USED;

/* The same for a registration: some dialects put a title before the messages. */
enum handled reply_registration_violations(
	struct api_request *request, unsigned violations) HANDLED_MUST_BE_USED;

/* 429 with Retry-After: the client may try again in `seconds`. */
enum handled reply_too_many_attempts(
	struct api_request *request, int64_t seconds) HANDLED_MUST_BE_USED;

/* 500 SERVER_ERROR, from constant text: needs no memory, and cannot fail. For the frame (api/service.h). */
void reply_failure(struct api_request *request);

#endif
