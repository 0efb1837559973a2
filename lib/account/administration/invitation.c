/*
 * The row is locked before it is looked for an administrator: of two requests with one token, one succeeds.
 */
#include "account/administration/invitation.h"

#include "account/passwords/password.h"
#include "core/crypto.h"
#include "core/text.h"

#include <string.h>

enum { RANDOM_BYTES = 30 };

/* DB_OK: there is one; DB_NO_ROW: there is none. */
static enum db_result find_administrator(struct db *db)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM users WHERE admin = 1 AND active = 1 LIMIT 1"};
	int64_t id;

	return db_query_row(db, NULL, &FIND, DB_NO_PARAMS, &id);
}

static enum invitation_result unless_administrated(struct db *db, enum invitation_result otherwise)
{
	switch (find_administrator(db)) {
	case DB_OK:
		return INVITATION_NEEDLESS;
	case DB_NO_ROW:
		return otherwise;
	default:
		return INVITATION_FAILED;
	}
}

enum invitation_result invitation_make(struct db *db, struct arena *arena, const char **token)
{
	static const struct db_query STORE = {
		.text = "UPDATE admin_invitation SET token = ?, created_at = UTC_TIMESTAMP(6) "
			"WHERE id = 1"};
	enum invitation_result result = unless_administrated(db, INVITATION_VALID);
	char *text = arena_alloc(arena, TEXT_BASE64URL_SIZE(RANDOM_BYTES));
	char hash[CRYPTO_SHA256_HEX_SIZE];

	if (result != INVITATION_VALID)
		return result;
	if (text == NULL || !crypto_random_base64url(RANDOM_BYTES, text) ||
		!crypto_sha256_hex(text, strlen(text), hash))
		return INVITATION_FAILED;
	*token = text;
	return db_execute(db, &STORE, DB_PARAMS(DB_TEXT(hash)), NULL) == DB_OK ? INVITATION_VALID
									       : INVITATION_FAILED;
}

#define IS_VALID "token = ? AND created_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND"

enum invitation_result invitation_check(struct db *db, const char *token)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM admin_invitation WHERE " IS_VALID};
	char hash[CRYPTO_SHA256_HEX_SIZE];
	int64_t id;

	if (!crypto_sha256_hex(token, strlen(token), hash))
		return INVITATION_FAILED;
	switch (db_query_row(
		db, NULL, &FIND, DB_PARAMS(DB_TEXT(hash), DB_INT(INVITATION_SECONDS)), &id)) {
	case DB_OK:
		return unless_administrated(db, INVITATION_VALID);
	case DB_NO_ROW:
		return INVITATION_INVALID;
	default:
		return INVITATION_FAILED;
	}
}

enum db_result invitation_use(struct db *db, const char *hash)
{
	static const struct db_query USE = {
		.text = "UPDATE admin_invitation SET token = NULL WHERE " IS_VALID};
	int64_t used;
	enum db_result result =
		db_execute(db, &USE, DB_PARAMS(DB_TEXT(hash), DB_INT(INVITATION_SECONDS)), &used);

	if (result != DB_OK)
		return result;
	if (used == 0)
		return DB_NO_ROW;
	result = find_administrator(db);
	return result == DB_OK ? DB_NO_ROW : result == DB_NO_ROW ? DB_OK : result;
}

enum registration_result invitation_accept(const struct account_context *context, const char *token,
	const struct registration_form *form, int64_t *user_id)
{
	char invitation[CRYPTO_SHA256_HEX_SIZE], hash[PASSWORD_HASH_SIZE];
	const struct new_account account = {
		.username = form->username,
		.email = form->email,
		.language = form->language,
		.password_hash = hash,
		.admin = true,
		.invitation = invitation,
	};

	/* before the password is hashed, which takes long */
	switch (invitation_check(context->db, token)) {
	case INVITATION_VALID:
		break;
	case INVITATION_FAILED:
		return REGISTRATION_FAILED;
	default:
		return REGISTRATION_CLOSED;
	}
	if (!crypto_sha256_hex(token, strlen(token), invitation) ||
		!password_hash(context->settings, form->password, hash))
		return REGISTRATION_FAILED;
	return account_create(context->db, context->arena, &account, user_id);
}
