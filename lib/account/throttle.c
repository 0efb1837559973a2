/*
 * Counts in fixed windows: the first hit opens one, and when it has passed the next hit opens another.
 */
#include "account/throttle.h"

#include "core/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { KEY_TEXT = 1024, NETWORK_SIZE = 64, IPV6_PREFIX_BYTES = 8, CLEAN_BATCH = 1000 };

/*
 * What of an address counts. One household or host has 2^64 IPv6 addresses: their common prefix. An IPv4
 * address that a socket for both kinds writes as an IPv6 one (::ffff:192.0.2.1) is what it was.
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

/* A keyed hash, so that the table tells nobody who tried to log in from where. */
static bool make_key(const struct settings *settings, char key[SECRET_SHA256_HEX_SIZE],
	const char *purpose, const char *email, const char *network)
{
	char text[KEY_TEXT];
	unsigned char mac[SECRET_SHA256_SIZE];
	int length = snprintf(text, sizeof(text), "throttle|%s|%s|%.320s", purpose, network, email);

	for (char *c = text; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (length < 0 || !secret_hmac_sha256(settings->secret_key, text, strlen(text), mac))
		return false;
	text_hex(mac, sizeof(mac), key);
	return true;
}

bool throttle_for_login(const struct settings *settings, const char *email, const char *address,
	struct throttle *throttle)
{
	char network[NETWORK_SIZE];

	network_of(address, network);
	*throttle = (struct throttle){.window = settings->throttle_login_seconds};
	throttle->account.limit = settings->throttle_login_account;
	throttle->address.limit = settings->throttle_login_address;
	return make_key(settings, throttle->account.key, "login-account", email, network) &&
	       make_key(settings, throttle->address.key, "login-address", "", network);
}

bool throttle_for_mail(const struct settings *settings, const char *email, const char *address,
	struct throttle *throttle)
{
	char network[NETWORK_SIZE];

	network_of(address, network);
	*throttle = (struct throttle){.window = settings->throttle_mail_seconds};
	throttle->account.limit = settings->throttle_mail_account;
	throttle->address.limit = settings->throttle_mail_address;
	return make_key(settings, throttle->account.key, "mail-account", email, "") &&
	       make_key(settings, throttle->address.key, "mail-address", "", network);
}

enum db_result throttle_read(struct db *db, struct throttle *throttle)
{
	static const char READ[] =
		"SELECT COALESCE(a.hits, 0), COALESCE(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), a.resets_at), 0), "
		"COALESCE(b.hits, 0), COALESCE(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), b.resets_at), 0) "
		"FROM (SELECT 1 AS one) AS always "
		"LEFT JOIN throttle AS a ON a.throttle_key = ? AND a.resets_at > UTC_TIMESTAMP(6) "
		"LEFT JOIN throttle AS b ON b.throttle_key = ? AND b.resets_at > UTC_TIMESTAMP(6)";

	if (throttle->account.limit == 0 && throttle->address.limit == 0)
		return DB_OK;
	return db_row(db, READ,
		DB_PARAMS(DB_TEXT(throttle->account.key), DB_TEXT(throttle->address.key)),
		DB_COLUMNS(DB_TO_INT(&throttle->account.hits),
			DB_TO_INT(&throttle->account.resets_in), DB_TO_INT(&throttle->address.hits),
			DB_TO_INT(&throttle->address.resets_in)));
}

static int64_t wait_for(int64_t limit, int64_t hits, int64_t resets_in)
{
	if (limit == 0 || hits < limit)
		return 0;
	return resets_in > 0 ? resets_in : 1;
}

int64_t throttle_wait_for_account(const struct throttle *throttle)
{
	return wait_for(
		throttle->account.limit, throttle->account.hits, throttle->account.resets_in);
}

int64_t throttle_wait_for_address(const struct throttle *throttle)
{
	return wait_for(
		throttle->address.limit, throttle->address.hits, throttle->address.resets_in);
}

static enum db_result count(struct db *db, const char *key, int64_t limit, int64_t window)
{
	/* assignments run from left to right: hits is judged by the old end of the window */
	static const char COUNT[] =
		"INSERT INTO throttle (throttle_key, hits, resets_at) "
		"VALUES (?, 1, UTC_TIMESTAMP(6) + INTERVAL ? SECOND) ON DUPLICATE KEY UPDATE "
		"hits = IF(resets_at > UTC_TIMESTAMP(6), hits + 1, 1), "
		"resets_at = IF(resets_at > UTC_TIMESTAMP(6), resets_at, VALUES(resets_at))";

	return limit == 0 ? DB_OK
			  : db_change(db, COUNT, DB_PARAMS(DB_TEXT(key), DB_INT(window)), NULL);
}

enum db_result throttle_count(struct db *db, const struct throttle *throttle)
{
	enum db_result result =
		count(db, throttle->account.key, throttle->account.limit, throttle->window);

	if (result != DB_OK)
		return result;
	return count(db, throttle->address.key, throttle->address.limit, throttle->window);
}

enum db_result throttle_clear_account(struct db *db, const struct throttle *throttle)
{
	static const char CLEAR[] = "DELETE FROM throttle WHERE throttle_key = ?";

	if (throttle->account.hits == 0)
		return DB_OK;
	return db_change(db, CLEAR, DB_PARAMS(DB_TEXT(throttle->account.key)), NULL);
}

enum db_result throttle_clean(struct db *db)
{
	static const char CLEAN[] =
		"DELETE FROM throttle WHERE resets_at < UTC_TIMESTAMP(6) ORDER BY resets_at LIMIT ?";
	enum db_result result;
	int64_t changed;

	do
		result = db_change(db, CLEAN, DB_PARAMS(DB_INT(CLEAN_BATCH)), &changed);
	while (result == DB_OK && changed == CLEAN_BATCH);
	return result;
}
