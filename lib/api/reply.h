/*
 * The replies of the contract: every fixed status and message of every dialect, in one table, and the few
 * shapes that JSON bodies have.
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

/*
 * A reply's name, and its cell for 0.7, 0.6 and 0.2: the word in "status", the HTTP status (404 for
 * NOT_FOUND), the message (NULL: none). OAUTH: an error of RFC 6750, by its name. REFUSED: an error of RFC 6749, with a
 * description in EXPLAINED. SAME: as in 0.7; also where the dialect never sends the reply. SERVER_ERROR is the first: a route that names no other reply to a failure
 * has this one (api/service.h).
 */
#define REPLIES(A)                                                                                 \
	A(SERVER_ERROR, ERROR(500, SERVER_ERROR_0_7), SAME, ERROR(500, SERVER_ERROR_0_2))          \
	A(INVALID_PAYLOAD, ERROR(400, "invalid payload"), SAME, ERROR(400, "Invalid payload."))    \
	A(NO_TOKEN, ERROR(401, "provide a valid auth token"), SAME,                                \
		ERROR(401, "Provide a valid auth token."))                                         \
	A(BAD_TOKEN, OAUTH(401, invalid_token), ERROR(401, "invalid token, please log in again"),  \
		ERROR(401, "Invalid token. Please log in again."))                                 \
	A(EXPIRED_TOKEN, OAUTH(401, invalid_token),                                                \
		ERROR(401, "signature expired, please log in again"),                              \
		ERROR(401, "Signature expired. Please log in again."))                             \
	A(USER_GONE, OAUTH(401, invalid_token), ERROR(401, "provide a valid auth token"),          \
		ERROR(401, "Something went wrong. Please contact us."))                            \
	A(BAD_TOKEN_TYPE, OAUTH(401, unsupported_token_type),                                      \
		ERROR(401, "provide a valid auth token"),                                          \
		ERROR(401, "Provide a valid auth token."))                                         \
	A(BAD_SCOPE, OAUTH(403, insufficient_scope), SAME, SAME)                                   \
	A(UNKNOWN_URL, NOT_FOUND("the requested URL was not found on the server"), SAME,           \
		NOT_FOUND("The requested URL was not found on the server."))                       \
	A(METHOD_NOT_ALLOWED, ERROR(405, "method not allowed"), SAME,                              \
		ERROR(405, "Method not allowed."))                                                 \
	A(BODY_TOO_LARGE, ERROR(413, "request body too large"), SAME,                              \
		ERROR(413, "Request body too large."))                                             \
	A(REGISTRATION_DISABLED, ERROR(403, "error, registration is disabled"), SAME,              \
		ERROR(403, "Error. Registration is disabled."))                                    \
	A(POLICY_NOT_ACCEPTED, ERROR(400, "sorry, you must agree privacy policy to register"),     \
		SAME, SAME)                                                                        \
	A(USERNAME_TAKEN, ERROR(400, "sorry, that username is already taken"), SAME,               \
		ERROR(400, "Sorry. That user already exists."))                                    \
	A(EMAIL_KNOWN, SUCCESS(200, NULL), SAME, ERROR(400, "Sorry. That user already exists."))   \
	A(REGISTERED, SUCCESS(200, NULL), SAME, SUCCESS(201, "Successfully registered."))          \
	A(CONFIRMED, SUCCESS(200, "account confirmation successful"), SAME, SAME)                  \
	A(CONFIRMATION_RESENT, SUCCESS(200, "confirmation email resent"), SAME, SAME)              \
	A(BAD_CREDENTIALS, ERROR(401, "invalid credentials"), SAME,                                \
		ERROR(404, "Invalid credentials."))                                                \
	A(MALFORMED_CREDENTIALS, ERROR(400, "invalid payload"), SAME,                              \
		ERROR(404, "Invalid credentials."))                                                \
	A(LOGGED_IN, SUCCESS(200, "successfully logged in"), SAME,                                 \
		SUCCESS(200, "Successfully logged in."))                                           \
	A(LOGGED_OUT, SUCCESS(200, "successfully logged out"), SAME,                               \
		SUCCESS(200, "Successfully logged out."))                                          \
	A(LOGOUT_FAILED, ERROR(500, "error on token blacklist"), SAME,                             \
		ERROR(500, "Error. Please try again or contact the administrator."))               \
	A(CONFIG_FAILED, ERROR(500, "error on getting configuration"), SAME, SAME)                 \
	A(CONFIG_UPDATE_FAILED, ERROR(500, "error when updating configuration"), SAME, SAME)       \
	A(CONFIG_GPX_LIMIT, ERROR(400, "Max. files in a zip archive must be greater than 0"),      \
		SAME, SAME)                                                                        \
	A(CONFIG_SINGLE_SIZE, ERROR(400, "Max. size of uploaded files must be greater than 0"),    \
		SAME, SAME)                                                                        \
	A(CONFIG_ZIP_SIZE, ERROR(400, "Max. size of zip archive must be greater than 0"), SAME,    \
		SAME)                                                                              \
	A(CONFIG_ZIP_SIZE_LIMIT, ERROR(400, "Max. size of zip archive must not exceed 32.0MB"),    \
		SAME, SAME)                                                                        \
	A(CONFIG_CONTACT, ERROR(400, "valid email must be provided for admin contact"), SAME,      \
		SAME)                                                                              \
	A(CONFIG_SIZES_DISORDERED,                                                                 \
		ERROR(400, "Max. size of zip archive must be equal or greater than max. size of "  \
			   "uploaded files"),                                                      \
		SAME, SAME)                                                                        \
	A(PONG, SUCCESS(200, "pong!"), SAME, SAME)                                                 \
	A(PROFILE_UPDATED, SUCCESS(200, "user profile updated"), SAME,                             \
		SUCCESS(200, "User profile updated."))                                             \
	A(ACCOUNT_UPDATED, SUCCESS(200, "user account updated"), SAME, SAME)                       \
	A(PREFERENCES_UPDATED, SUCCESS(200, "user preferences updated"), SAME, SAME)               \
	A(SPORT_UPDATED, SUCCESS(200, "user sport preferences updated"), SAME, SAME)               \
	A(EMAIL_MISSING, ERROR(400, "email is missing"), SAME, SAME)                               \
	A(PASSWORD_MISSING, ERROR(400, "current password is missing"), SAME, SAME)                 \
	A(UNKNOWN_SPORT, NOT_FOUND("sport does not exist"), SAME, SAME)                            \
	A(BAD_TIME_PERIOD, FAIL(400, "Invalid time period."), SAME, SAME)                          \
	A(BAD_COLOR, ERROR(400, "invalid hexadecimal color"), SAME, SAME)                          \
	A(RESET_REQUESTED, SUCCESS(200, "password reset request processed"), SAME, SAME)           \
	A(PASSWORD_UPDATED, SUCCESS(200, "password updated"), SAME, SAME)                          \
	A(BAD_RESET_TOKEN, ERROR(401, "invalid token, please request a new token"), SAME, SAME)    \
	A(EMAIL_UPDATED, SUCCESS(200, "email updated"), SAME, SAME)                                \
	A(TOO_MANY_ATTEMPTS, ERROR(429, "too many attempts, please try again later"), SAME, SAME)  \
	A(NO_FILE_PART, FAIL(400, "no file part"), SAME, FAIL(400, "No file part."))               \
	A(NO_FILE_NAME, FAIL(400, "no selected file"), SAME, FAIL(400, "No selected file."))       \
	A(BAD_EXTENSION, FAIL(400, "file extension not allowed"), SAME,                            \
		FAIL(400, "File extension not allowed."))                                          \
	A(FILE_TOO_LARGE,                                                                          \
		FAIL(413, "Error during picture upload, file size ({size}) exceeds {limit}."),     \
		SAME, FAIL(413, "Error during picture update: file size exceeds {limit}."))        \
	A(INVALID_FILE, FAIL(400, "invalid file"), SAME, FAIL(400, "Invalid file."))               \
	A(TOO_MANY_PIXELS, FAIL(400, "invalid file: more than 40 megapixels"), SAME,               \
		FAIL(400, "Invalid file: more than 40 megapixels."))                               \
	A(PICTURE_UPDATED, SUCCESS(200, "user picture updated"), SAME,                             \
		SUCCESS(200, "User picture updated."))                                             \
	A(PICTURE_UPDATE_FAILED, FAIL(500, "error during picture update"), SAME,                   \
		FAIL(500, "Error during picture update."))                                         \
	A(PICTURE_DELETION_FAILED, FAIL(500, "error during picture deletion"), SAME,               \
		FAIL(500, "Error during picture deletion."))                                       \
	A(FORBIDDEN, ERROR(403, "you do not have permissions"), SAME, SAME)                        \
	A(LAST_ADMIN_DEMOTED, ERROR(403, "no other user has admin rights"), SAME, SAME)            \
	A(LAST_ADMIN_DELETED,                                                                      \
		ERROR(403, "you can not delete your account, no other user has admin rights"),     \
		SAME, SAME)                                                                        \
	A(NEW_EMAIL_INVALID, ERROR(400, "valid email must be provided"), SAME, SAME)               \
	A(NEW_EMAIL_SAME, ERROR(400, "new email must be different than curent email"), SAME, SAME) \
	A(NEW_EMAIL_TAKEN, ERROR(400, "sorry, that email is already taken"), SAME, SAME)           \
	A(UNKNOWN_USER, NOT_FOUND("user does not exist"), SAME, FAIL(404, "User does not exist.")) \
	A(NO_PICTURE, NOT_FOUND("No picture."), SAME, SAME)                                        \
	A(EXPORT_ONGOING, ERROR(400, "ongoing request exists"), SAME, SAME)                        \
	A(EXPORT_COMPLETED, ERROR(400, "completed request already exists"), SAME, SAME)            \
	A(NO_ARCHIVE, NOT_FOUND("file not found"), SAME, SAME)                                     \
	A(UNKNOWN_SESSION, NOT_FOUND("session does not exist"), SAME, SAME)                        \
	A(TOKEN_CREATED, SUCCESS(201, "personal token created"), SAME, SAME)                       \
	A(BAD_TOKEN_NAME, ERROR(400, "name: 1 to 100 characters required"), SAME, SAME)            \
	A(BAD_TOKEN_SCOPE, ERROR(400, "scope: unrecognized or missing scope"), SAME, SAME)         \
	A(BAD_TOKEN_DAYS, ERROR(400, "days: 1 to 36500 required"), SAME, SAME)                     \
	A(TOO_MANY_TOKENS, ERROR(400, "too many personal tokens, please revoke one"), SAME, SAME)  \
	A(UNKNOWN_TOKEN, NOT_FOUND("token does not exist"), SAME, SAME)                            \
	A(APP_CREATED, CREATED(NULL), SAME, SAME)                                                  \
	A(APP_MISSING, ERROR(400, "OAuth2 client metadata missing"), SAME, SAME)                   \
	A(APP_KEYS_MISSING, ERROR(400, "OAuth2 client metadata missing keys: {names}"), SAME,      \
		SAME)                                                                              \
	A(APP_SCOPES_INVALID, ERROR(400, "OAuth2 client invalid scopes"), SAME, SAME)              \
	A(APP_INVALID, ERROR(400, "OAuth2 client invalid metadata: {names}"), SAME, SAME)          \
	A(UNKNOWN_APP, NOT_FOUND("OAuth2 client not found"), SAME, SAME)                           \
	A(CHALLENGE_MISSING, ERROR(400, "Missing \"code_challenge\""), SAME, SAME)                 \
	A(CHALLENGE_UNSUPPORTED, ERROR(400, "Unsupported \"code_challenge_method\""), SAME, SAME)  \
	A(CONSENT_DENIED,                                                                          \
		ERROR(400, "The resource owner or authorization server denied the request"), SAME, \
		SAME)                                                                              \
	A(INVALID_REQUEST, REFUSED("invalid_request"), SAME, SAME)                                 \
	A(INVALID_CLIENT, REFUSED("invalid_client"), SAME, SAME)                                   \
	A(INVALID_BASIC_CLIENT, OAUTH(401, invalid_basic_client), SAME, SAME)                      \
	A(UNSUPPORTED_GRANT_TYPE, REFUSED("unsupported_grant_type"), SAME, SAME)                   \
	A(CODE_MISSING, EXPLAINED("invalid_request", "Missing \"code\" in request."), SAME, SAME)  \
	A(CODE_INVALID, EXPLAINED("invalid_grant", "Invalid \"code\" in request."), SAME, SAME)    \
	A(REDIRECT_URI_INVALID,                                                                    \
		EXPLAINED("invalid_grant", "Invalid \"redirect_uri\" in request."), SAME, SAME)    \
	A(VERIFIER_MISSING, EXPLAINED("invalid_request", "Missing \"code_verifier\""), SAME, SAME) \
	A(VERIFIER_INVALID, EXPLAINED("invalid_request", "Invalid \"code_verifier\""), SAME, SAME) \
	A(CHALLENGE_FAILED, EXPLAINED("invalid_grant", "Code challenge failed."), SAME, SAME)      \
	A(CODE_USER_GONE, EXPLAINED("invalid_grant", "There is no \"user\" for this code."), SAME, \
		SAME)                                                                              \
	A(REFRESH_TOKEN_MISSING,                                                                   \
		EXPLAINED("invalid_request", "Missing \"refresh_token\" in request."), SAME, SAME) \
	A(DEVICE_CODE_MISSING,                                                                     \
		EXPLAINED("invalid_request", "Missing \"device_code\" in request."), SAME, SAME)   \
	A(INVALID_GRANT, REFUSED("invalid_grant"), SAME, SAME)                                     \
	A(SCOPE_EXCEEDED,                                                                          \
		EXPLAINED("invalid_scope",                                                         \
			"The requested scope is invalid, unknown, or malformed."),                 \
		SAME, SAME)                                                                        \
	A(INVALID_SCOPE, REFUSED("invalid_scope"), SAME, SAME)                                     \
	A(DEVICE_CODE_EXPIRED, REFUSED("expired_token"), SAME, SAME)                               \
	A(DEVICE_DENIED, REFUSED("access_denied"), SAME, SAME)                                     \
	A(DEVICE_SLOW_DOWN, REFUSED("slow_down"), SAME, SAME)                                      \
	A(DEVICE_PENDING, REFUSED("authorization_pending"), SAME, SAME)

enum reply {
#define REPLY_ENUM(name, in_0_7, in_0_6, in_0_2) REPLY_##name,
	REPLIES(REPLY_ENUM)
#undef REPLY_ENUM
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
