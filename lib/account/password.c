/*
 * crypt(3), and what tells an outdated hash from one of the setting without knowing any format.
 */
#include "account/password.h"

#include "core/log.h"
#include "core/secret.h"

#include <stdlib.h>
#include <string.h>

enum { SALT_BYTES = 64 }; /* more than any format takes */

static bool make_setting(const struct settings *settings, const unsigned char *salt,
	char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
	if (crypt_gensalt_rn(settings->password_hash_prefix, settings->password_hash_cost,
		    (const char *)salt, SALT_BYTES, setting, CRYPT_GENSALT_OUTPUT_SIZE) != NULL)
		return true;
	log_error("PASSWORD_HASH: crypt(3) knows no %s with cost %lu",
		settings->password_hash_prefix, settings->password_hash_cost);
	return false;
}

/* crypt(3) into `hash`; its working memory held the password, so it is wiped. */
static bool run_crypt(const char *password, const char *setting, char hash[PASSWORD_HASH_SIZE])
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made;

	if (data == NULL)
		return false;
	made = crypt_rn(password, setting, data, (int)sizeof(*data));
	if (made != NULL)
		memcpy(hash, made, strlen(made) + 1);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return made != NULL;
}

bool password_hash(
	const struct settings *settings, const char *password, char hash[PASSWORD_HASH_SIZE])
{
	unsigned char salt[SALT_BYTES];
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	return secret_random(salt, sizeof(salt)) && make_setting(settings, salt, setting) &&
	       run_crypt(password, setting, hash);
}

bool password_verify(const char *password, const char *hash)
{
	char made[PASSWORD_HASH_SIZE];

	return run_crypt(password, hash, made) && secret_equal_text(made, hash);
}

void password_verify_nothing(const struct settings *settings, const char *password)
{
	static const unsigned char SALT[SALT_BYTES];
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], made[PASSWORD_HASH_SIZE];

	if (make_setting(settings, SALT, setting))
		run_crypt(password, setting, made);
}

static int count_dollars(const char *text)
{
	int count = 0;

	for (; *text != '\0'; text++)
		count += *text == '$';
	return count;
}

static size_t common_length(const char *a, const char *b)
{
	size_t length = 0;

	while (a[length] != '\0' && a[length] == b[length])
		length++;
	return length;
}

/*
 * What two settings made from different salts have in common is their format and parameters. A hash is
 * one of the setting when it begins with that, and has no further "$...$" field of parameters.
 */
bool password_is_outdated(const struct settings *settings, const char *hash)
{
	unsigned char low[SALT_BYTES], high[SALT_BYTES];
	char first[CRYPT_GENSALT_OUTPUT_SIZE], second[CRYPT_GENSALT_OUTPUT_SIZE];

	memset(low, 0, sizeof(low));
	memset(high, 0xff, sizeof(high));
	if (!make_setting(settings, low, first) || !make_setting(settings, high, second))
		return false;
	return common_length(first, hash) < common_length(first, second) ||
	       count_dollars(hash) > count_dollars(first) + 1;
}
