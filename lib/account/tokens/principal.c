/*
 * From a token to the account.
 */
#include "account/tokens/principal.h"

#include "account/tokens/personal_token.h"
#include "core/log.h"
#include "core/text.h"

#include <string.h>

enum { SCOPE_WORD_SIZE = 32 };

/* How exactly the time of the last use is recorded, so that not every request writes a row. */
static const instant LAST_USE_PRECISION = 3600 * MICROSECONDS;

struct identification {
	struct db *db;
	struct arena *arena;
	const struct settings *settings;
	const char *token;
	const struct auth_requirements *requirements;
	const struct principal_prefetch *prefetch; /* NULL: nothing has been read ahead */
	struct principal *principal;
};

/* ---- first-party tokens ------------------------------------------------------------------------ */

struct first_party_row {
	instant last_seen; /* INSTANT_NONE: there is no row in sessions */
	struct profile profile;
};

struct principal_prefetch {
	const char *token;
	char token_hash[CRYPTO_SHA256_HEX_SIZE];
	struct jwt_claims claims;
	bool with_totals;
	bool found;
	struct first_party_row row; /* if it has been found */
};

#define LAST_SEEN DB_FIELD_TIME(struct first_party_row, last_seen, "s.last_seen_at")

/* Each has as much of the account as a request needs. */
static const struct db_field IDENTITY_ROW[] = {
	LAST_SEEN,
	DB_INNER(struct first_party_row, profile.user, "", USER_IDENTITY_FIELDS),
	{0},
};
static const struct db_field USER_ROW[] = {
	LAST_SEEN,
	DB_INNER(struct first_party_row, profile.user, "", USER_FIELDS),
	{0},
};
static const struct db_field PROFILE_ROW[] = {
	LAST_SEEN,
	DB_INNER(struct first_party_row, profile, "", PROFILE_FIELDS),
	{0},
};

/* One row by primary key, and by a unique key the session that the token belongs to. */
#define FROM_USERS "FROM users AS u LEFT JOIN sessions AS s ON s.token = ?"

static enum db_result read_first_party_row(
	const struct identification *id, struct first_party_row *row)
{
	static const struct db_query READ_USER = {USER_ROW, .text = FROM_USERS " WHERE u.id = ?"};
	static const struct db_query READ_PROFILE = {
		PROFILE_ROW, .text = FROM_USERS PROFILE_JOIN " WHERE u.id = ?"};
	static const struct db_query READ_IDENTITY = {
		IDENTITY_ROW, .text = FROM_USERS " WHERE u.id = ?"};
	const struct principal *principal = id->principal;
	const struct db_query *read = &READ_USER;

	if (id->requirements->with_totals)
		read = &READ_PROFILE;
	else if (id->requirements->identity_only)
		read = &READ_IDENTITY;
	/* bytes: the server would convert a text to the column's character set first, for every request with a token */
	return db_query_row(id->db, id->arena, read,
		DB_PARAMS(DB_BYTES(principal->token_hash), DB_INT(principal->claims.user_id)), row);
}

/*
 * Whether a token has been revoked on its own. What revokes it deletes its session (session_revoke()), so one that has a
 * session is not looked up. DB_NO_ROW: it has not.
 */
static enum db_result find_revoked(const struct identification *id, instant last_seen)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM blacklisted_tokens WHERE token = ?"};
	int64_t found;

	if (last_seen != INSTANT_NONE)
		return DB_NO_ROW;
	return db_query_row(
		id->db, NULL, &FIND, DB_PARAMS(DB_TEXT(id->principal->token_hash)), &found);
}

/* Record when a session was last seen; once, if several requests with its token were read together. */
static void note_session(const struct identification *id, instant last_seen)
{
	static const struct db_query NOTE = {
		.text = "UPDATE sessions SET last_seen_at = ? WHERE token = ? AND last_seen_at <= ?"};
	instant now = clock_now();

	if (last_seen == INSTANT_NONE || now - last_seen < LAST_USE_PRECISION)
		return;
	log_set_optional(true);
	db_execute(id->db, &NOTE,
		DB_PARAMS(DB_TIME(now), DB_TEXT(id->principal->token_hash),
			DB_TIME(now - LAST_USE_PRECISION)),
		NULL);
	log_set_optional(false);
}

/* A password change revokes all tokens issued before it, except the token that made the change (W4). */
static bool is_of_another_epoch(const struct principal *principal)
{
	const struct user *user = &principal->profile.user;

	if (principal->claims.generation == user->token_epoch)
		return false;
	return user->kept_token == NULL ||
	       !crypto_equal_text(user->kept_token, principal->token_hash);
}

/* A token for the gate names the session that it belongs to. */
static void take_session_hash(const struct jwt_claims *claims, char hash[CRYPTO_SHA256_HEX_SIZE])
{
	if (claims->audience == JWT_FOR_GATE)
		memcpy(hash, claims->session, CRYPTO_SHA256_HEX_SIZE);
}

/* PRINCIPAL_IDENTIFIED: the token is a valid first-party token for this audience; its account has not been read yet. */
static enum principal_result verify_first_party(const struct settings *settings, const char *token,
	enum jwt_audience audience, struct jwt_claims *claims)
{
	switch (jwt_verify(settings->secret_key, token, clock_seconds(), claims)) {
	case JWT_VALID:
		return claims->audience == audience ? PRINCIPAL_IDENTIFIED
						    : PRINCIPAL_TOKEN_INVALID;
	case JWT_EXPIRED:
		return PRINCIPAL_TOKEN_EXPIRED;
	case JWT_INVALID:
		return PRINCIPAL_TOKEN_INVALID;
	case JWT_FAILED:
		break;
	}
	return PRINCIPAL_FAILED;
}

/* The account of a verified token. */
static enum principal_result check_account(
	const struct identification *id, const struct first_party_row *row)
{
	struct principal *principal = id->principal;

	principal->profile = row->profile;
	principal->has_session = row->last_seen != INSTANT_NONE;
	if (is_of_another_epoch(principal))
		return PRINCIPAL_TOKEN_INVALID;
	switch (find_revoked(id, row->last_seen)) {
	case DB_OK:
		return PRINCIPAL_TOKEN_INVALID;
	case DB_NO_ROW:
		break;
	default:
		return PRINCIPAL_FAILED;
	}
	note_session(id, row->last_seen);
	return PRINCIPAL_IDENTIFIED;
}

static enum principal_result check_first_party(const struct identification *id)
{
	struct principal *principal = id->principal;
	struct first_party_row row = {0};
	enum principal_result verified = PRINCIPAL_IDENTIFIED;

	principal->kind = PRINCIPAL_FIRST_PARTY;
	if (id->prefetch != NULL)
		principal->claims = id->prefetch->claims;
	else
		verified = verify_first_party(
			id->settings, id->token, id->requirements->audience, &principal->claims);
	if (verified != PRINCIPAL_IDENTIFIED)
		return verified;
	take_session_hash(&principal->claims, principal->token_hash);
	if (id->prefetch != NULL && id->prefetch->found)
		return check_account(id, &id->prefetch->row);
	switch (read_first_party_row(id, &row)) {
	case DB_OK:
		return check_account(id, &row);
	case DB_NO_ROW:
		return PRINCIPAL_USER_GONE;
	default:
		return PRINCIPAL_FAILED;
	}
}

/* ---- first-party tokens, read ahead ------------------------------------------------------------ */

struct principal_prefetch *principal_prefetch_begin(struct arena *arena,
	const struct settings *settings, const char *token,
	const struct auth_requirements *requirements)
{
	struct principal_prefetch *prefetch = arena_zero(arena, sizeof(*prefetch));

	if (prefetch == NULL ||
		verify_first_party(settings, token, requirements->audience, &prefetch->claims) !=
			PRINCIPAL_IDENTIFIED ||
		!crypto_sha256_hex(token, strlen(token), prefetch->token_hash))
		return NULL;
	take_session_hash(&prefetch->claims, prefetch->token_hash);
	prefetch->token = token;
	prefetch->with_totals = requirements->with_totals;
	return prefetch;
}

bool principal_prefetch_same_account(
	const struct principal_prefetch *one, const struct principal_prefetch *other)
{
	return one->claims.user_id == other->claims.user_id;
}

struct prefetching {
	struct principal_prefetch *const *list;
	size_t count;
	const char *token_hash;
	struct first_party_row
		row; /* the row that has just been read, and above, the session's token */
};

/* Requests can have the same token. */
static bool assign_row(void *context)
{
	struct prefetching *reading = context;

	for (size_t i = 0; i < reading->count; i++) {
		struct principal_prefetch *prefetch = reading->list[i];

		if (prefetch->claims.user_id != reading->row.profile.user.id ||
			!crypto_equal_text(prefetch->token_hash, reading->token_hash))
			continue;
		prefetch->row = reading->row;
		prefetch->found = true;
	}
	return true;
}

/* Sessions first, and each row by a unique key: left to itself, the server can choose to read all users of a small table. */
#define FROM_SESSIONS "FROM sessions AS s STRAIGHT_JOIN users AS u ON u.id = s.user_id"
#define OF_ANY_TOKEN  " WHERE s.token IN (?, ?, ?, ?, ?, ?, ?, ?)"

bool principal_prefetch(
	struct db *db, struct arena *arena, struct principal_prefetch *const list[], size_t count)
{
	static const struct db_field IDENTITIES[] = {
		DB_FIELD(struct prefetching, token_hash, "s.token"),
		DB_INNER(struct prefetching, row, "", IDENTITY_ROW),
		{0},
	};
	static const struct db_field PROFILES[] = {
		DB_FIELD(struct prefetching, token_hash, "s.token"),
		DB_INNER(struct prefetching, row, "", PROFILE_ROW),
		{0},
	};
	static const struct db_query READ_IDENTITIES = {
		IDENTITIES, .text = FROM_SESSIONS OF_ANY_TOKEN};
	static const struct db_query READ_PROFILES = {
		PROFILES, .text = FROM_SESSIONS PROFILE_JOIN OF_ANY_TOKEN};
	struct db_param tokens[PRINCIPAL_PREFETCH_MAX];
	struct prefetching reading = {.list = list, .count = count};
	enum db_result result;

	/* one statement for any number: the last token is repeated */
	for (size_t i = 0; i < PRINCIPAL_PREFETCH_MAX; i++)
		tokens[i] = DB_BYTES(list[i < count ? i : count - 1]->token_hash);
	log_set_optional(true);
	result = db_query_each(db, arena, list[0]->with_totals ? &READ_PROFILES : &READ_IDENTITIES,
		(struct db_params){tokens, PRINCIPAL_PREFETCH_MAX}, &reading, assign_row, &reading);
	log_set_optional(false);
	return result == DB_OK;
}

/* ---- tokens with scopes ------------------------------------------------------------------------ */

/* What the rules of contract §3.3 depend on, whichever table it comes from. */
struct scoped_token {
	int64_t id;
	bool expired, revoked;
	const char *scope;
	instant last_used;
	struct user user; /* id 0: none */
};

static enum db_result read_oauth2_token(const struct identification *id, struct scoped_token *found)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct scoped_token, expired,
			"t.expires_in <> 0 AND t.issued_at + t.expires_in < ?"),
		DB_FIELD(struct scoped_token, id, "t.id"),
		DB_FIELD(struct scoped_token, revoked,
			"t.access_token_revoked_at <> 0 OR t.refresh_token_revoked_at <> 0"),
		DB_FIELD(struct scoped_token, scope, "t.scope"),
		DB_INNER(struct scoped_token, user, "", USER_FIELDS),
		{0},
	};
	static const struct db_query READ = {
		.fields = FIELDS,
		.text = "FROM oauth2_token AS t LEFT JOIN users AS u ON u.id = t.user_id "
			"WHERE t.access_token = ?",
	};

	id->principal->kind = PRINCIPAL_OAUTH2;
	return db_query_row(id->db, id->arena, &READ,
		DB_PARAMS(DB_INT(clock_seconds()), DB_TEXT(id->principal->token_hash)), found);
}

/* Record when a personal token was last used. */
static void note_use(struct db *db, const struct scoped_token *token)
{
	static const struct db_query NOTE = {
		.text = "UPDATE personal_tokens SET last_used_at = ? WHERE id = ?"};
	instant now = clock_now();

	if (token->last_used != INSTANT_NONE && now - token->last_used < LAST_USE_PRECISION)
		return;
	log_set_optional(true);
	db_execute(db, &NOTE, DB_PARAMS(DB_TIME(now), DB_INT(token->id)), NULL);
	log_set_optional(false);
}

static enum db_result read_personal_token(
	const struct identification *id, struct scoped_token *found)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct scoped_token, expired, "COALESCE(t.expires_at < ?, 0)"),
		DB_FIELD(struct scoped_token, id, "t.id"),
		DB_FIELD(struct scoped_token, revoked, "t.revoked_at IS NOT NULL"),
		DB_FIELD(struct scoped_token, scope, "t.scope"),
		DB_FIELD_TIME(struct scoped_token, last_used, "t.last_used_at"),
		DB_INNER(struct scoped_token, user, "", USER_FIELDS),
		{0},
	};
	static const struct db_query READ = {
		.fields = FIELDS,
		.text = "FROM personal_tokens AS t LEFT JOIN users AS u ON u.id = t.user_id "
			"WHERE t.token = ?",
	};
	enum db_result result;

	id->principal->kind = PRINCIPAL_PERSONAL;
	result = db_query_row(id->db, id->arena, &READ,
		DB_PARAMS(DB_TIME(clock_now()), DB_TEXT(id->principal->token_hash)), found);
	if (result == DB_OK && !found->expired && !found->revoked)
		note_use(id->db, found);
	return result;
}

static bool has_scopes(const char *granted, const char *needed)
{
	while (needed != NULL && *needed != '\0') {
		char word[SCOPE_WORD_SIZE];
		size_t length = strcspn(needed, " ");

		if (length >= sizeof(word))
			return false;
		memcpy(word, needed, length);
		word[length] = '\0';
		if (!text_has_word(granted, word))
			return false;
		needed += length;
		needed += strspn(needed, " ");
	}
	return true;
}

static enum principal_result check_scoped(const struct identification *id)
{
	struct profile *profile = &id->principal->profile;
	struct scoped_token found = {0};
	/* not secret: all personal tokens have the same prefix */
	bool personal =
		strncmp(id->token, PERSONAL_TOKEN_PREFIX, strlen(PERSONAL_TOKEN_PREFIX)) == 0;
	enum db_result result =
		personal ? read_personal_token(id, &found) : read_oauth2_token(id, &found);

	if (result == DB_FAILED)
		return PRINCIPAL_FAILED;
	if (result != DB_OK || found.expired || found.revoked)
		return PRINCIPAL_TOKEN_INVALID;
	if (id->requirements->owner_only || !has_scopes(found.scope, id->requirements->scopes))
		return PRINCIPAL_OUT_OF_SCOPE;
	id->principal->row_id = found.id;
	id->principal->scopes = found.scope;
	if (found.user.id == 0)
		return PRINCIPAL_INACTIVE;
	profile->user = found.user;
	if (!id->requirements->with_totals)
		return PRINCIPAL_IDENTIFIED;
	result = profile_read(id->db, id->arena, found.user.id, profile);
	if (result == DB_NO_ROW)
		return PRINCIPAL_INACTIVE;
	return result == DB_OK ? PRINCIPAL_IDENTIFIED : PRINCIPAL_FAILED;
}

/* ---- all together ------------------------------------------------------------------------------ */

/*
 * A text that is not a first-party token may be a token with scopes. If it is neither, return the result of the
 * first check.
 */
static enum principal_result check_token(const struct identification *id)
{
	enum principal_result first = check_first_party(id), second;

	if (first == PRINCIPAL_IDENTIFIED || first == PRINCIPAL_FAILED ||
		id->requirements->first_party_only)
		return first;
	second = check_scoped(id);
	return second == PRINCIPAL_TOKEN_INVALID ? first : second;
}

static enum principal_result identify(const struct identification *id)
{
	struct profile *profile = &id->principal->profile;
	enum principal_result result = check_token(id);

	if (result != PRINCIPAL_IDENTIFIED)
		return result;
	if (!profile->user.active)
		return PRINCIPAL_INACTIVE;
	if (id->requirements->with_totals && profile_complete(id->db, id->arena, profile) != DB_OK)
		return PRINCIPAL_FAILED;
	return PRINCIPAL_IDENTIFIED;
}

enum principal_result principal_identify(struct db *db, struct arena *arena,
	const struct settings *settings, const char *token,
	const struct auth_requirements *requirements, struct principal *principal)
{
	const struct identification id = {
		db, arena, settings, token, requirements, NULL, principal};

	return crypto_sha256_hex(token, strlen(token), principal->token_hash) ? identify(&id)
									      : PRINCIPAL_FAILED;
}

enum principal_result principal_identify_prefetched(struct db *db, struct arena *arena,
	const struct settings *settings, const struct principal_prefetch *prefetch,
	const struct auth_requirements *requirements, struct principal *principal)
{
	const struct identification id = {
		db, arena, settings, prefetch->token, requirements, prefetch, principal};

	memcpy(principal->token_hash, prefetch->token_hash, sizeof(principal->token_hash));
	return identify(&id);
}
