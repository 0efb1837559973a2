/*
 * Counts in fixed windows: the first event opens a window, and the first event after its end opens the next.
 */
#include "account/throttle.h"

#include "core/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { KEY_TEXT = 1024, NETWORK_SIZE = 64, IPV6_PREFIX_BYTES = 8, CLEAN_BATCH = 1000 };

static const char *const PURPOSES[] = {
	[THROTTLE_LOGIN_ACCOUNT] = "login-account",
	[THROTTLE_LOGIN_ADDRESS] = "login-address",
	[THROTTLE_GATE_ADDRESS] = "gate-address",
	[THROTTLE_USER_CODE] = "user-code",
	[THROTTLE_MAIL_ADDRESS] = "mail-address",
	[THROTTLE_EMAIL_CHANGE] = "email-change",
	[THROTTLE_CONFIRMATION] = "confirmation",
	[THROTTLE_PASSWORD_RESET] = "password-reset",
	[THROTTLE_NEW_ADDRESS] = "new-address",
	[THROTTLE_PASSWORD_CHANGED] = "password-changed",
	[THROTTLE_EMAIL_CHANGED] = "email-changed",
	[THROTTLE_EXPORT_READY] = "export-ready",
	[THROTTLE_DEFERRED] = "deferred",
};

/*
 * The part of a client's address that counts. One household or host has 2^64 IPv6 addresses: their common prefix
 * counts. An IPv4 address in IPv6 form (::ffff:192.0.2.1) counts as the IPv4 address.
 */
static void network_of(const char *address, char text[NETWORK_SIZE])
{
	struct in6_addr bytes;

	if (inet_pton(AF_INET6, address, &bytes) != 1)
		snprintf(text, NETWORK_SIZE, "%s", address);
	else if (IN6_IS_ADDR_V4MAPPED(&bytes))
		inet_ntop(AF_INET, &bytes.s6_addr[12], text, NETWORK_SIZE);
	else
		text_hex(&bytes, IPV6_PREFIX_BYTES, text);
}

/* A keyed hash, so that the table does not reveal who tried to log in from where. */
static bool make_key(const struct settings *settings, enum throttle_purpose purpose,
	const char *subject, const char *network, char key[CRYPTO_SHA256_HEX_SIZE])
{
	char text[KEY_TEXT];
	unsigned char mac[CRYPTO_SHA256_SIZE];

	snprintf(text, sizeof(text), "throttle|%s|%s|%.320s", PURPOSES[purpose], network, subject);
	text_lower_ascii(text);
	if (!crypto_hmac_sha256(settings->secret_key, text, strlen(text), mac))
		return false;
	text_hex(mac, sizeof(mac), key);
	return true;
}

static void set_limit(
	const struct settings *settings, enum throttle_purpose purpose, struct throttle *throttle)
{
	throttle->window = settings->throttle_mail_seconds;
	throttle->limit = settings->throttle_mail_account;
	switch (purpose) {
	case THROTTLE_LOGIN_ACCOUNT:
	case THROTTLE_USER_CODE:
		throttle->window = settings->throttle_login_seconds;
		throttle->limit = settings->throttle_login_account;
		break;
	case THROTTLE_LOGIN_ADDRESS:
	case THROTTLE_GATE_ADDRESS:
		throttle->window = settings->throttle_login_seconds;
		throttle->limit = settings->throttle_login_address;
		break;
	case THROTTLE_MAIL_ADDRESS:
		throttle->limit = settings->throttle_mail_address;
		break;
	case THROTTLE_DEFERRED:
		throttle->limit = 1;
		break;
	default:
		break;
	}
}

bool throttle_for(const struct settings *settings, enum throttle_purpose purpose,
	const char *subject, const char *address, struct throttle *throttle)
{
	char network[NETWORK_SIZE];

	network_of(address, network);
	*throttle = (struct throttle){0};
	set_limit(settings, purpose, throttle);
	return make_key(settings, purpose, subject, network, throttle->key);
}

/* Seconds until the window ends; at least 1. */
#define RESETS_IN(table) "GREATEST(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), " table ".resets_at), 1)"

static enum db_result read_wait(struct db *db, const struct throttle *throttle, int64_t *wait)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, RESETS_IN("t")), {0}};
	static const struct db_query READ = {
		FIELDS, .text = "FROM throttle AS t "
				"WHERE t.throttle_key = ? AND t.resets_at > UTC_TIMESTAMP(6)"};
	enum db_result result =
		db_query_row(db, NULL, &READ, DB_PARAMS(DB_TEXT(throttle->key)), wait);

	if (result == DB_NO_ROW)
		*wait = 1; /* the window has ended since */
	return result == DB_NO_ROW ? DB_OK : result;
}

static int64_t longer_wait(int64_t wait, const struct throttle *throttle, int64_t resets_in)
{
	bool reached = throttle->limit != 0 && throttle->hits >= throttle->limit;

	return reached && resets_in > wait ? resets_in : wait;
}

enum db_result throttle_peek(
	struct db *db, struct throttle *first, struct throttle *second, int64_t *wait)
{
	struct row {
		int64_t hits_a, resets_a, hits_b, resets_b;
	} row;
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct row, hits_a, "COALESCE(a.hits, 0)"),
		DB_FIELD(struct row, resets_a, RESETS_IN("a")),
		DB_FIELD(struct row, hits_b, "COALESCE(b.hits, 0)"),
		DB_FIELD(struct row, resets_b, RESETS_IN("b")),
		{0},
	};
	static const struct db_query READ = {
		FIELDS, .text = "FROM (SELECT 1 AS one) AS always "
				"LEFT JOIN throttle AS a "
				"ON a.throttle_key = ? AND a.resets_at > UTC_TIMESTAMP(6) "
				"LEFT JOIN throttle AS b "
				"ON b.throttle_key = ? AND b.resets_at > UTC_TIMESTAMP(6)"};
	enum db_result result;

	*wait = 0;
	if (first->limit == 0 && second->limit == 0)
		return DB_OK;
	result = db_query_row(
		db, NULL, &READ, DB_PARAMS(DB_TEXT(first->key), DB_TEXT(second->key)), &row);
	if (result != DB_OK)
		return result;
	first->hits = row.hits_a;
	second->hits = row.hits_b;
	*wait = longer_wait(longer_wait(0, first, row.resets_a), second, row.resets_b);
	return DB_OK;
}

enum db_result throttle_hit(struct db *db, const struct throttle *throttle, int64_t *wait)
{
	/* LAST_INSERT_ID() returns this event's own number, whatever other connections count meanwhile; the
	 * assignments run from left to right, so hits depends on the old end of the window. VALUES() is deprecated in
	 * MySQL, but MariaDB does not know the alias of the new row that replaces it. */
	static const struct db_query COUNT = {
		.text = "INSERT INTO throttle (throttle_key, hits, resets_at) "
			"VALUES (?, 1, UTC_TIMESTAMP(6) + INTERVAL ? SECOND) "
			"ON DUPLICATE KEY UPDATE "
			"hits = LAST_INSERT_ID(IF(resets_at > UTC_TIMESTAMP(6), hits + 1, 1)), "
			"resets_at = IF(resets_at > UTC_TIMESTAMP(6), resets_at, VALUES(resets_at))"};
	enum { INSERTED = 1 }; /* rows changed; 2: the row was there and has been updated */
	int64_t changed = 0;
	enum db_result result;

	*wait = 0;
	if (throttle->limit == 0)
		return DB_OK;
	result = db_execute(
		db, &COUNT, DB_PARAMS(DB_TEXT(throttle->key), DB_INT(throttle->window)), &changed);
	if (result != DB_OK || changed == INSERTED || db_inserted_id(db) <= throttle->limit)
		return result;
	return read_wait(db, throttle, wait);
}

enum db_result throttle_clear(struct db *db, const struct throttle *throttle)
{
	static const struct db_query CLEAR = {
		.text = "DELETE FROM throttle WHERE throttle_key = ?"};

	return db_execute(db, &CLEAR, DB_PARAMS(DB_TEXT(throttle->key)), NULL);
}

enum db_result throttle_clean(struct db *db)
{
	static const struct db_query CLEAN = {
		.text = "DELETE FROM throttle WHERE resets_at < UTC_TIMESTAMP(6) "
			"ORDER BY resets_at LIMIT ?"};
	enum db_result result;
	int64_t changed;

	do
		result = db_execute(db, &CLEAN, DB_PARAMS(DB_INT(CLEAN_BATCH)), &changed);
	while (result == DB_OK && changed == CLEAN_BATCH);
	return result;
}
