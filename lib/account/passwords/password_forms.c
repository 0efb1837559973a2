/*
 * NFC by libutf8proc, on buffers of a fixed size: the time of reordering combining marks grows with the square of their
 * number, so it has to be limited.
 */
#include "account/passwords/password_forms.h"

#include "account/passwords/password.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

enum {
	/* UTF-8 gets at most three times shorter in NFC: a Hangul syllable out of three letters */
	TYPED_MAX = 3 * (CRYPT_MAX_PASSPHRASE_SIZE - 1),
	/* two bytes decompose into at most three code points: U+0390 */
	CODE_POINTS_MAX = 3 * TYPED_MAX / 2,
};

/* Write the password in NFC. false: it is too long, before or after. */
static bool normalize(const char *typed, char normalized[CRYPT_MAX_PASSPHRASE_SIZE])
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_int32_t buffer[CODE_POINTS_MAX + 1];
	size_t length = strlen(typed);
	utf8proc_ssize_t count, size;

	if (length > TYPED_MAX)
		return false;
	count = utf8proc_decompose((const utf8proc_uint8_t *)typed, (utf8proc_ssize_t)length,
		buffer, CODE_POINTS_MAX, options);
	if (count < 0 || count > CODE_POINTS_MAX)
		return false;
	size = utf8proc_reencode(buffer, count, options); /* in place */
	if (size < 0 || size >= CRYPT_MAX_PASSPHRASE_SIZE)
		return false;
	memcpy(normalized, buffer, (size_t)size);
	normalized[size] = '\0';
	return true;
}

void password_forms_make(struct password_forms *forms, const char *typed)
{
	forms->text[0] = typed;
	forms->text[1] = forms->normalized;
	forms->count = 1;
	if (normalize(typed, forms->normalized) && strcmp(forms->normalized, typed) != 0)
		forms->count = 2;
}

const char *password_forms_verify(const struct password_forms *forms, const char *hash)
{
	for (int i = 0; i < forms->count; i++)
		if (password_verify(forms->text[i], hash))
			return forms->text[i];
	return NULL;
}
