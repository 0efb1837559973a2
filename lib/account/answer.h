/*
 * The answers of the contract: every fixed status and message, in one table, and the few shapes that
 * bodies have.
 *
 *	answer(response, ANSWER_NO_TOKEN);
 */
#ifndef FITGATE_ACCOUNT_ANSWER_H
#define FITGATE_ACCOUNT_ANSWER_H

#include "core/json.h"
#include "http/response.h"

/* name, HTTP status, the word in "status", message */
#define ANSWERS(A)                                                                                 \
	A(INVALID_PAYLOAD, 400, "error", "invalid payload")                                        \
	A(NO_TOKEN, 401, "error", "provide a valid auth token")                                    \
	A(SERVER_ERROR, 500, "error", "error, please try again or contact the administrator")      \
	A(UNKNOWN_URL, 404, "not found", "the requested URL was not found on the server")          \
	A(METHOD_NOT_ALLOWED, 405, "error", "method not allowed")                                  \
	A(BODY_TOO_LARGE, 413, "error", "request body too large")                                  \
	A(REGISTRATION_DISABLED, 403, "error", "error, registration is disabled")                  \
	A(POLICY_NOT_ACCEPTED, 400, "error", "sorry, you must agree privacy policy to register")   \
	A(USERNAME_TAKEN, 400, "error", "sorry, that username is already taken")                   \
	A(CONFIRMED, 200, "success", "account confirmation successful")                            \
	A(CONFIRMATION_RESENT, 200, "success", "confirmation email resent")                        \
	A(BAD_CREDENTIALS, 401, "error", "invalid credentials")                                    \
	A(LOGGED_IN, 200, "success", "successfully logged in")                                     \
	A(LOGGED_OUT, 200, "success", "successfully logged out")                                   \
	A(LOGOUT_FAILED, 500, "error", "error on token blacklist")                                 \
	A(CONFIG_FAILED, 500, "error", "error on getting configuration")                           \
	A(PONG, 200, "success", "pong!")                                                           \
	A(PROFILE_UPDATED, 200, "success", "user profile updated")                                 \
	A(ACCOUNT_UPDATED, 200, "success", "user account updated")                                 \
	A(PREFERENCES_UPDATED, 200, "success", "user preferences updated")                         \
	A(SPORT_UPDATED, 200, "success", "user sport preferences updated")                         \
	A(EMAIL_MISSING, 400, "error", "email is missing")                                         \
	A(PASSWORD_MISSING, 400, "error", "current password is missing")                           \
	A(UNKNOWN_SPORT, 404, "not found", "sport does not exist")                                 \
	A(BAD_COLOR, 400, "error", "invalid hexadecimal color")                                    \
	A(RESET_REQUESTED, 200, "success", "password reset request processed")                     \
	A(PASSWORD_UPDATED, 200, "success", "password updated")                                    \
	A(BAD_RESET_TOKEN, 401, "error", "invalid token, please request a new token")              \
	A(EMAIL_UPDATED, 200, "success", "email updated")                                          \
	A(TOO_MANY_ATTEMPTS, 429, "error", "too many attempts, please try again later")

enum answer {
#define ANSWER_ENUM(name, status, word, message) ANSWER_##name,
	ANSWERS(ANSWER_ENUM)
#undef ANSWER_ENUM
};

/* {"status":…,"message":…} */
void answer(struct response *response, enum answer which);

/* The same with an auth token: {"auth_token":…,"message":…,"status":…} */
void answer_with_token(struct response *response, enum answer which, const char *token);

/* 200 {"status":"success"} */
void answer_success(struct response *response);

/* 200 {"status":"success","data":…} */
void answer_data(struct response *response, cJSON *data);

/* The same with a message: {"data":…,"message":…,"status":…} */
void answer_data_with_message(struct response *response, enum answer which, cJSON *data);

/* 404 {"data":…,"status":"not found"}, without a message. */
void answer_no_data(struct response *response, cJSON *data);

/* 400 with the messages of all the rules (account/rules.h) that are broken, in their order. */
void answer_broken_rules(struct response *response, unsigned broken);

/* 401 and 403 in the manner of RFC 6750: the token is not acceptable; the scheme is not Bearer; the token
 * lacks a scope. */
void answer_bad_token(struct response *response);
void answer_bad_token_type(struct response *response);
void answer_bad_scope(struct response *response);

#endif
