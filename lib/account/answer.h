/*
 * The answers of the contract: every fixed status and message of every dialect, in one table, and the few
 * shapes that bodies have.
 *
 *	answer(response, ANSWER_NO_TOKEN);
 */
#ifndef FITGATE_ACCOUNT_ANSWER_H
#define FITGATE_ACCOUNT_ANSWER_H

#include "account/dialect.h"
#include "core/json.h"
#include "http/response.h"

/*
 * name, and its cell for 0.7, 0.6 and 0.2: the word in "status", HTTP status (404 for NOT_FOUND), message
 * (NULL: none). OAUTH: in the manner of RFC 6750, by the error's name. SAME: as in 0.7; also where the
 * dialect never gives the answer.
 */
#define ANSWERS(A)                                                                                 \
	A(INVALID_PAYLOAD, ERROR(400, "invalid payload"), SAME, ERROR(400, "Invalid payload."))    \
	A(NO_TOKEN, ERROR(401, "provide a valid auth token"), SAME,                                \
		ERROR(401, "Provide a valid auth token."))                                         \
	A(BAD_TOKEN, OAUTH(401, invalid_token), ERROR(401, "invalid token, please log in again"),  \
		ERROR(401, "Invalid token. Please log in again."))                                 \
	A(EXPIRED_TOKEN, OAUTH(401, invalid_token),                                                \
		ERROR(401, "signature expired, please log in again"),                              \
		ERROR(401, "Signature expired. Please log in again."))                             \
	A(TOKEN_OF_NOBODY, OAUTH(401, invalid_token), ERROR(401, "provide a valid auth token"),    \
		ERROR(401, "Something went wrong. Please contact us."))                            \
	A(BAD_TOKEN_TYPE, OAUTH(401, unsupported_token_type),                                      \
		ERROR(401, "provide a valid auth token"),                                          \
		ERROR(401, "Provide a valid auth token."))                                         \
	A(BAD_SCOPE, OAUTH(403, insufficient_scope), SAME, SAME)                                   \
	A(SERVER_ERROR, ERROR(500, "error, please try again or contact the administrator"), SAME,  \
		ERROR(500, "Error. Please try again or contact the administrator."))               \
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
	A(MISTYPED_CREDENTIALS, ERROR(400, "invalid payload"), SAME,                               \
		ERROR(404, "Invalid credentials."))                                                \
	A(LOGGED_IN, SUCCESS(200, "successfully logged in"), SAME,                                 \
		SUCCESS(200, "Successfully logged in."))                                           \
	A(LOGGED_OUT, SUCCESS(200, "successfully logged out"), SAME,                               \
		SUCCESS(200, "Successfully logged out."))                                          \
	A(LOGOUT_FAILED, ERROR(500, "error on token blacklist"), SAME,                             \
		ERROR(500, "Error. Please try again or contact the administrator."))               \
	A(CONFIG_FAILED, ERROR(500, "error on getting configuration"), SAME, SAME)                 \
	A(PONG, SUCCESS(200, "pong!"), SAME, SAME)                                                 \
	A(PROFILE_UPDATED, SUCCESS(200, "user profile updated"), SAME,                             \
		SUCCESS(200, "User profile updated."))                                             \
	A(ACCOUNT_UPDATED, SUCCESS(200, "user account updated"), SAME, SAME)                       \
	A(PREFERENCES_UPDATED, SUCCESS(200, "user preferences updated"), SAME, SAME)               \
	A(SPORT_UPDATED, SUCCESS(200, "user sport preferences updated"), SAME, SAME)               \
	A(EMAIL_MISSING, ERROR(400, "email is missing"), SAME, SAME)                               \
	A(PASSWORD_MISSING, ERROR(400, "current password is missing"), SAME, SAME)                 \
	A(UNKNOWN_SPORT, NOT_FOUND("sport does not exist"), SAME, SAME)                            \
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
	A(PICTURE_UPDATED, SUCCESS(200, "user picture updated"), SAME,                             \
		SUCCESS(200, "User picture updated."))                                             \
	A(PICTURE_UPDATE_FAILED, FAIL(500, "error during picture update"), SAME,                   \
		FAIL(500, "Error during picture update."))                                         \
	A(PICTURE_DELETION_FAILED, FAIL(500, "error during picture deletion"), SAME,               \
		FAIL(500, "Error during picture deletion."))                                       \
	A(UNKNOWN_USER, NOT_FOUND("user does not exist"), SAME, FAIL(404, "User does not exist.")) \
	A(NO_PICTURE, NOT_FOUND("No picture."), SAME, SAME)                                        \
	A(EXPORT_ONGOING, ERROR(400, "ongoing request exists"), SAME, SAME)                        \
	A(EXPORT_COMPLETED, ERROR(400, "completed request already exists"), SAME, SAME)            \
	A(NO_ARCHIVE, NOT_FOUND("file not found"), SAME, SAME)

enum answer {
#define ANSWER_ENUM(name, in_0_7, in_0_6, in_0_2) ANSWER_##name,
	ANSWERS(ANSWER_ENUM)
#undef ANSWER_ENUM
};

/*
 * All of these speak the response's dialect (response->dialect; NULL: 0.7).
 *
 * {"status":…,"message":…}, or what RFC 6750 has.
 */
void answer(struct response *response, enum answer which);

/* The same with an auth token: {"auth_token":…,"message":…,"status":…} */
void answer_with_token(struct response *response, enum answer which, const char *token);

/* 200 {"status":"success"} */
void answer_success(struct response *response);

/* 200 {"status":"success","data":…} */
void answer_data(struct response *response, cJSON *data);

/* The same under another key: 200 {"status":"success",key:…} */
void answer_member(struct response *response, const char *key, cJSON *item);

/* The answer's status and body, and the data: {"data":…,"message":…,"status":…} */
void answer_data_with_message(struct response *response, enum answer which, cJSON *data);

/* 404 {"data":…,"status":"not found"}, without a message. */
void answer_no_data(struct response *response, cJSON *data);

/* 413: a file of `size` bytes where `limit` is the most (contract §6.11). */
void answer_file_too_large(struct response *response, int64_t size, int64_t limit);

/* 400 with the messages of all the rules (account/rules.h) that are broken, in their order. */
void answer_broken_rules(struct response *response, unsigned broken);

/* The same for a registration: some dialects put a title before them. */
void answer_broken_registration(struct response *response, unsigned broken);

#endif
