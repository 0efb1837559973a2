/*
 * The table has a cell for 0.7, and one for each older dialect in which the reply differs.
 */
#include "api/reply_table.h"

#define BAD_TOKEN_TEXT                                                                             \
	"The access token provided is expired, revoked, malformed, or invalid for other reasons."

static const struct oauth_error invalid_token = {
	"{\"error\":\"invalid_token\",\"error_description\":\"" BAD_TOKEN_TEXT "\"}",
	"Bearer error=\"invalid_token\", error_description=\"" BAD_TOKEN_TEXT "\"",
};
static const struct oauth_error unsupported_token_type = {
	"{\"error\":\"unsupported_token_type\"}",
	"bearer error=\"unsupported_token_type\", error_description=\"\"",
};
static const struct oauth_error insufficient_scope = {
	"{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires higher "
	"privileges than provided by the access token.\"}",
	NULL,
};

static const struct oauth_error invalid_basic_client = {
	"{\"error\":\"invalid_client\"}",
	"Basic realm=\"oauth\"",
};

/* NOLINTBEGIN(bugprone-macro-parentheses): initializers cannot be in parentheses */
#define SUCCESS(status, message) {status, "success", message, NULL, false}
#define ERROR(status, message)   {status, "error", message, NULL, false}
#define FAIL(status, message)    {status, "fail", message, NULL, false}
#define NOT_FOUND(message)       {404, "not found", message, NULL, false}
#define CREATED(message)         {201, "created", message, NULL, false}
/* An error of RFC 6750, by its name. */
#define OAUTH(status, error) {status, NULL, NULL, &error, false}
/* An error of RFC 6749, without and with a description. */
#define REFUSED(code)         {400, code, NULL, NULL, true}
#define EXPLAINED(code, text) {400, code, text, NULL, true}
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct reply_cell TABLE[REPLY_NONE][DIALECT_COUNT] = {
	[REPLY_SERVER_ERROR][DIALECT_0_7] = ERROR(500, SERVER_ERROR_0_7),
	[REPLY_SERVER_ERROR][DIALECT_0_2] = ERROR(500, SERVER_ERROR_0_2),
	[REPLY_INVALID_PAYLOAD][DIALECT_0_7] = ERROR(400, "invalid payload"),
	[REPLY_INVALID_PAYLOAD][DIALECT_0_2] = ERROR(400, "Invalid payload."),
	[REPLY_NO_TOKEN][DIALECT_0_7] = ERROR(401, "provide a valid auth token"),
	[REPLY_NO_TOKEN][DIALECT_0_2] = ERROR(401, "Provide a valid auth token."),
	[REPLY_BAD_TOKEN][DIALECT_0_7] = OAUTH(401, invalid_token),
	[REPLY_BAD_TOKEN][DIALECT_0_6] = ERROR(401, "invalid token, please log in again"),
	[REPLY_BAD_TOKEN][DIALECT_0_2] = ERROR(401, "Invalid token. Please log in again."),
	[REPLY_EXPIRED_TOKEN][DIALECT_0_7] = OAUTH(401, invalid_token),
	[REPLY_EXPIRED_TOKEN][DIALECT_0_6] = ERROR(401, "signature expired, please log in again"),
	[REPLY_EXPIRED_TOKEN][DIALECT_0_2] = ERROR(401, "Signature expired. Please log in again."),
	[REPLY_USER_GONE][DIALECT_0_7] = OAUTH(401, invalid_token),
	[REPLY_USER_GONE][DIALECT_0_6] = ERROR(401, "provide a valid auth token"),
	[REPLY_USER_GONE][DIALECT_0_2] = ERROR(401, "Something went wrong. Please contact us."),
	[REPLY_BAD_TOKEN_TYPE][DIALECT_0_7] = OAUTH(401, unsupported_token_type),
	[REPLY_BAD_TOKEN_TYPE][DIALECT_0_6] = ERROR(401, "provide a valid auth token"),
	[REPLY_BAD_TOKEN_TYPE][DIALECT_0_2] = ERROR(401, "Provide a valid auth token."),
	[REPLY_BAD_SCOPE][DIALECT_0_7] = OAUTH(403, insufficient_scope),
	[REPLY_UNKNOWN_URL][DIALECT_0_7] =
		NOT_FOUND("the requested URL was not found on the server"),
	[REPLY_UNKNOWN_URL][DIALECT_0_2] =
		NOT_FOUND("The requested URL was not found on the server."),
	[REPLY_METHOD_NOT_ALLOWED][DIALECT_0_7] = ERROR(405, "method not allowed"),
	[REPLY_METHOD_NOT_ALLOWED][DIALECT_0_2] = ERROR(405, "Method not allowed."),
	[REPLY_BODY_TOO_LARGE][DIALECT_0_7] = ERROR(413, "request body too large"),
	[REPLY_BODY_TOO_LARGE][DIALECT_0_2] = ERROR(413, "Request body too large."),
	[REPLY_REGISTRATION_DISABLED][DIALECT_0_7] = ERROR(403, "error, registration is disabled"),
	[REPLY_REGISTRATION_DISABLED][DIALECT_0_2] = ERROR(403, "Error. Registration is disabled."),
	[REPLY_POLICY_NOT_ACCEPTED][DIALECT_0_7] =
		ERROR(400, "sorry, you must agree privacy policy to register"),
	[REPLY_USERNAME_TAKEN][DIALECT_0_7] = ERROR(400, "sorry, that username is already taken"),
	[REPLY_USERNAME_TAKEN][DIALECT_0_2] = ERROR(400, "Sorry. That user already exists."),
	[REPLY_EMAIL_KNOWN][DIALECT_0_7] = SUCCESS(200, NULL),
	[REPLY_EMAIL_KNOWN][DIALECT_0_2] = ERROR(400, "Sorry. That user already exists."),
	[REPLY_REGISTERED][DIALECT_0_7] = SUCCESS(200, NULL),
	[REPLY_REGISTERED][DIALECT_0_2] = SUCCESS(201, "Successfully registered."),
	[REPLY_CONFIRMED][DIALECT_0_7] = SUCCESS(200, "account confirmation successful"),
	[REPLY_CONFIRMATION_RESENT][DIALECT_0_7] = SUCCESS(200, "confirmation email resent"),
	[REPLY_BAD_CREDENTIALS][DIALECT_0_7] = ERROR(401, "invalid credentials"),
	[REPLY_BAD_CREDENTIALS][DIALECT_0_2] = ERROR(404, "Invalid credentials."),
	[REPLY_MALFORMED_CREDENTIALS][DIALECT_0_7] = ERROR(400, "invalid payload"),
	[REPLY_MALFORMED_CREDENTIALS][DIALECT_0_2] = ERROR(404, "Invalid credentials."),
	[REPLY_LOGGED_IN][DIALECT_0_7] = SUCCESS(200, "successfully logged in"),
	[REPLY_LOGGED_IN][DIALECT_0_2] = SUCCESS(200, "Successfully logged in."),
	[REPLY_LOGGED_OUT][DIALECT_0_7] = SUCCESS(200, "successfully logged out"),
	[REPLY_LOGGED_OUT][DIALECT_0_2] = SUCCESS(200, "Successfully logged out."),
	[REPLY_LOGOUT_FAILED][DIALECT_0_7] = ERROR(500, "error on token blacklist"),
	[REPLY_LOGOUT_FAILED][DIALECT_0_2] =
		ERROR(500, "Error. Please try again or contact the administrator."),
	[REPLY_CONFIG_FAILED][DIALECT_0_7] = ERROR(500, "error on getting configuration"),
	[REPLY_CONFIG_UPDATE_FAILED][DIALECT_0_7] = ERROR(500, "error when updating configuration"),
	[REPLY_CONFIG_GPX_LIMIT][DIALECT_0_7] =
		ERROR(400, "Max. files in a zip archive must be greater than 0"),
	[REPLY_CONFIG_SINGLE_SIZE][DIALECT_0_7] =
		ERROR(400, "Max. size of uploaded files must be greater than 0"),
	[REPLY_CONFIG_ZIP_SIZE][DIALECT_0_7] =
		ERROR(400, "Max. size of zip archive must be greater than 0"),
	[REPLY_CONFIG_ZIP_SIZE_LIMIT][DIALECT_0_7] =
		ERROR(400, "Max. size of zip archive must not exceed 32.0MB"),
	[REPLY_CONFIG_CONTACT][DIALECT_0_7] =
		ERROR(400, "valid email must be provided for admin contact"),
	[REPLY_CONFIG_SIZES_DISORDERED][DIALECT_0_7] =
		ERROR(400, "Max. size of zip archive must be equal or greater than max. size of "
			   "uploaded files"),
	[REPLY_PONG][DIALECT_0_7] = SUCCESS(200, "pong!"),
	[REPLY_PROFILE_UPDATED][DIALECT_0_7] = SUCCESS(200, "user profile updated"),
	[REPLY_PROFILE_UPDATED][DIALECT_0_2] = SUCCESS(200, "User profile updated."),
	[REPLY_ACCOUNT_UPDATED][DIALECT_0_7] = SUCCESS(200, "user account updated"),
	[REPLY_PREFERENCES_UPDATED][DIALECT_0_7] = SUCCESS(200, "user preferences updated"),
	[REPLY_SPORT_UPDATED][DIALECT_0_7] = SUCCESS(200, "user sport preferences updated"),
	[REPLY_EMAIL_MISSING][DIALECT_0_7] = ERROR(400, "email is missing"),
	[REPLY_PASSWORD_MISSING][DIALECT_0_7] = ERROR(400, "current password is missing"),
	[REPLY_UNKNOWN_SPORT][DIALECT_0_7] = NOT_FOUND("sport does not exist"),
	[REPLY_BAD_TIME_PERIOD][DIALECT_0_7] = FAIL(400, "Invalid time period."),
	[REPLY_BAD_COLOR][DIALECT_0_7] = ERROR(400, "invalid hexadecimal color"),
	[REPLY_RESET_REQUESTED][DIALECT_0_7] = SUCCESS(200, "password reset request processed"),
	[REPLY_PASSWORD_UPDATED][DIALECT_0_7] = SUCCESS(200, "password updated"),
	[REPLY_BAD_RESET_TOKEN][DIALECT_0_7] =
		ERROR(401, "invalid token, please request a new token"),
	[REPLY_EMAIL_UPDATED][DIALECT_0_7] = SUCCESS(200, "email updated"),
	[REPLY_TOO_MANY_ATTEMPTS][DIALECT_0_7] =
		ERROR(429, "too many attempts, please try again later"),
	[REPLY_NO_FILE_PART][DIALECT_0_7] = FAIL(400, "no file part"),
	[REPLY_NO_FILE_PART][DIALECT_0_2] = FAIL(400, "No file part."),
	[REPLY_NO_FILE_NAME][DIALECT_0_7] = FAIL(400, "no selected file"),
	[REPLY_NO_FILE_NAME][DIALECT_0_2] = FAIL(400, "No selected file."),
	[REPLY_BAD_EXTENSION][DIALECT_0_7] = FAIL(400, "file extension not allowed"),
	[REPLY_BAD_EXTENSION][DIALECT_0_2] = FAIL(400, "File extension not allowed."),
	[REPLY_FILE_TOO_LARGE][DIALECT_0_7] =
		FAIL(413, "Error during picture upload, file size ({size}) exceeds {limit}."),
	[REPLY_FILE_TOO_LARGE][DIALECT_0_2] =
		FAIL(413, "Error during picture update: file size exceeds {limit}."),
	[REPLY_INVALID_FILE][DIALECT_0_7] = FAIL(400, "invalid file"),
	[REPLY_INVALID_FILE][DIALECT_0_2] = FAIL(400, "Invalid file."),
	[REPLY_TOO_MANY_PIXELS][DIALECT_0_7] = FAIL(400, "invalid file: more than 40 megapixels"),
	[REPLY_TOO_MANY_PIXELS][DIALECT_0_2] = FAIL(400, "Invalid file: more than 40 megapixels."),
	[REPLY_PICTURE_UPDATED][DIALECT_0_7] = SUCCESS(200, "user picture updated"),
	[REPLY_PICTURE_UPDATED][DIALECT_0_2] = SUCCESS(200, "User picture updated."),
	[REPLY_PICTURE_UPDATE_FAILED][DIALECT_0_7] = FAIL(500, "error during picture update"),
	[REPLY_PICTURE_UPDATE_FAILED][DIALECT_0_2] = FAIL(500, "Error during picture update."),
	[REPLY_PICTURE_DELETION_FAILED][DIALECT_0_7] = FAIL(500, "error during picture deletion"),
	[REPLY_PICTURE_DELETION_FAILED][DIALECT_0_2] = FAIL(500, "Error during picture deletion."),
	[REPLY_FORBIDDEN][DIALECT_0_7] = ERROR(403, "you do not have permissions"),
	[REPLY_LAST_ADMIN_DEMOTED][DIALECT_0_7] = ERROR(403, "no other user has admin rights"),
	[REPLY_LAST_ADMIN_DELETED][DIALECT_0_7] =
		ERROR(403, "you can not delete your account, no other user has admin rights"),
	[REPLY_NEW_EMAIL_INVALID][DIALECT_0_7] = ERROR(400, "valid email must be provided"),
	[REPLY_NEW_EMAIL_SAME][DIALECT_0_7] =
		ERROR(400, "new email must be different than curent email"),
	[REPLY_NEW_EMAIL_TAKEN][DIALECT_0_7] = ERROR(400, "sorry, that email is already taken"),
	[REPLY_UNKNOWN_USER][DIALECT_0_7] = NOT_FOUND("user does not exist"),
	[REPLY_UNKNOWN_USER][DIALECT_0_2] = FAIL(404, "User does not exist."),
	[REPLY_NO_PICTURE][DIALECT_0_7] = NOT_FOUND("No picture."),
	[REPLY_EXPORT_ONGOING][DIALECT_0_7] = ERROR(400, "ongoing request exists"),
	[REPLY_EXPORT_COMPLETED][DIALECT_0_7] = ERROR(400, "completed request already exists"),
	[REPLY_NO_ARCHIVE][DIALECT_0_7] = NOT_FOUND("file not found"),
	[REPLY_UNKNOWN_SESSION][DIALECT_0_7] = NOT_FOUND("session does not exist"),
	[REPLY_TOKEN_CREATED][DIALECT_0_7] = SUCCESS(201, "personal token created"),
	[REPLY_BAD_TOKEN_NAME][DIALECT_0_7] = ERROR(400, "name: 1 to 100 characters required"),
	[REPLY_BAD_TOKEN_SCOPE][DIALECT_0_7] = ERROR(400, "scope: unrecognized or missing scope"),
	[REPLY_BAD_TOKEN_DAYS][DIALECT_0_7] = ERROR(400, "days: 1 to 36500 required"),
	[REPLY_TOO_MANY_TOKENS][DIALECT_0_7] =
		ERROR(400, "too many personal tokens, please revoke one"),
	[REPLY_UNKNOWN_TOKEN][DIALECT_0_7] = NOT_FOUND("token does not exist"),
	[REPLY_APP_CREATED][DIALECT_0_7] = CREATED(NULL),
	[REPLY_APP_MISSING][DIALECT_0_7] = ERROR(400, "OAuth2 client metadata missing"),
	[REPLY_APP_KEYS_MISSING][DIALECT_0_7] =
		ERROR(400, "OAuth2 client metadata missing keys: {names}"),
	[REPLY_APP_SCOPES_INVALID][DIALECT_0_7] = ERROR(400, "OAuth2 client invalid scopes"),
	[REPLY_APP_INVALID][DIALECT_0_7] = ERROR(400, "OAuth2 client invalid metadata: {names}"),
	[REPLY_UNKNOWN_APP][DIALECT_0_7] = NOT_FOUND("OAuth2 client not found"),
	[REPLY_CHALLENGE_MISSING][DIALECT_0_7] = ERROR(400, "Missing \"code_challenge\""),
	[REPLY_CHALLENGE_UNSUPPORTED][DIALECT_0_7] =
		ERROR(400, "Unsupported \"code_challenge_method\""),
	[REPLY_CONSENT_DENIED][DIALECT_0_7] =
		ERROR(400, "The resource owner or authorization server denied the request"),
	[REPLY_INVALID_REQUEST][DIALECT_0_7] = REFUSED("invalid_request"),
	[REPLY_INVALID_CLIENT][DIALECT_0_7] = REFUSED("invalid_client"),
	[REPLY_INVALID_BASIC_CLIENT][DIALECT_0_7] = OAUTH(401, invalid_basic_client),
	[REPLY_UNSUPPORTED_GRANT_TYPE][DIALECT_0_7] = REFUSED("unsupported_grant_type"),
	[REPLY_CODE_MISSING][DIALECT_0_7] =
		EXPLAINED("invalid_request", "Missing \"code\" in request."),
	[REPLY_CODE_INVALID][DIALECT_0_7] =
		EXPLAINED("invalid_grant", "Invalid \"code\" in request."),
	[REPLY_REDIRECT_URI_INVALID][DIALECT_0_7] =
		EXPLAINED("invalid_grant", "Invalid \"redirect_uri\" in request."),
	[REPLY_VERIFIER_MISSING][DIALECT_0_7] =
		EXPLAINED("invalid_request", "Missing \"code_verifier\""),
	[REPLY_VERIFIER_INVALID][DIALECT_0_7] =
		EXPLAINED("invalid_request", "Invalid \"code_verifier\""),
	[REPLY_CHALLENGE_FAILED][DIALECT_0_7] =
		EXPLAINED("invalid_grant", "Code challenge failed."),
	[REPLY_CODE_USER_GONE][DIALECT_0_7] =
		EXPLAINED("invalid_grant", "There is no \"user\" for this code."),
	[REPLY_REFRESH_TOKEN_MISSING][DIALECT_0_7] =
		EXPLAINED("invalid_request", "Missing \"refresh_token\" in request."),
	[REPLY_DEVICE_CODE_MISSING][DIALECT_0_7] =
		EXPLAINED("invalid_request", "Missing \"device_code\" in request."),
	[REPLY_INVALID_GRANT][DIALECT_0_7] = REFUSED("invalid_grant"),
	[REPLY_SCOPE_EXCEEDED][DIALECT_0_7] = EXPLAINED(
		"invalid_scope", "The requested scope is invalid, unknown, or malformed."),
	[REPLY_INVALID_SCOPE][DIALECT_0_7] = REFUSED("invalid_scope"),
	[REPLY_DEVICE_CODE_EXPIRED][DIALECT_0_7] = REFUSED("expired_token"),
	[REPLY_DEVICE_DENIED][DIALECT_0_7] = REFUSED("access_denied"),
	[REPLY_DEVICE_SLOW_DOWN][DIALECT_0_7] = REFUSED("slow_down"),
	[REPLY_DEVICE_PENDING][DIALECT_0_7] = REFUSED("authorization_pending"),
};

const struct reply_cell *reply_cell(enum reply which, enum dialect_id dialect)
{
	const struct reply_cell *cell = &TABLE[which][dialect];

	return cell->status == 0 ? &TABLE[which][DIALECT_0_7] : cell;
}
