/*
 * Calls crypt(3), and compares a hash with the setting without knowing any hash format.
 */
#include "account/passwords/password.h"

#include "core/log.h"
#include "core/text.h"
#include "core/crypto.h"

#include <stdlib.h>
#include <string.h>

enum { SALT_BYTES = 64 }; /* more than any format takes */

static bool make_setting(const struct settings *settings, const unsigned char *salt,
	char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
	if (crypt_gensalt_rn(settings->password_hash_prefix, settings->password_hash_cost,
		    (const char *)salt, SALT_BYTES, setting, CRYPT_GENSALT_OUTPUT_SIZE) != NULL)
		return true;
	log_error("PASSWORD_HASH: crypt(3) does not support %s with cost %lu",
		settings->password_hash_prefix, settings->password_hash_cost);
	return false;
}

/* crypt(3) into `hash`. Its working memory held the password, so it is erased. */
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

	if (!crypto_random(salt, sizeof(salt)) || !make_setting(settings, salt, setting))
		return false;
	if (run_crypt(password, setting, hash))
		return true;
	log_error("could not hash a password: crypt(3) failed or is out of memory");
	return false;
}

bool password_hash_unknown(const struct settings *settings, char hash[PASSWORD_HASH_SIZE])
{
	enum { RANDOM_BYTES = 30 };
	char password[TEXT_BASE64URL_SIZE(RANDOM_BYTES)];
	bool made;

	if (!crypto_random_base64url(RANDOM_BYTES, password))
		return false;
	made = password_hash(settings, password, hash);
	explicit_bzero(password, sizeof(password));
	return made;
}

bool password_verify(const char *password, const char *hash)
{
	char made[PASSWORD_HASH_SIZE];

	return run_crypt(password, hash, made) && crypto_equal_text(made, hash);
}

bool password_is_usable(const char *hash)
{
	int check = crypt_checksalt(hash);

	return check != CRYPT_SALT_INVALID && check != CRYPT_SALT_METHOD_DISABLED;
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
 * The common part of two settings made from different salts is their format and parameters. A hash has the
 * setting's format if it begins with that part and has no further "$...$" field of parameters.
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

/*
 * "$2b$13$<salt and hash>" and "$y$j9T$<salt>$<hash>" have a field of parameters, "$6$<salt>$<hash>" has none,
 * "$6$rounds=9$<salt>$<hash>" has.
 */
void password_format(const char *hash, char format[PASSWORD_FORMAT_SIZE])
{
	bool is_bcrypt = strncmp(hash, "$2", 2) == 0;
	int fields = count_dollars(hash) > 3 || is_bcrypt ? 3 : 2;
	size_t length = 0;

	*format = '\0';
	if (*hash != '$')
		return;
	for (; length < PASSWORD_FORMAT_SIZE - 1 && hash[length] != '\0' && fields > 0; length++)
		fields -= hash[length] == '$';
	memcpy(format, hash, length);
	format[length] = '\0';
}
