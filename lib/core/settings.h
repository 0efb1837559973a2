/*
 * The settings, read and checked once at start (contract §1).
 *
 * They come from the process's environment, else from the file named by FITGATE_CONFIG (where that is not
 * set: by the file fitgate.path beside the program), else from the defaults. The names are FitTrackee's
 * where it has the setting.
 */
#ifndef FITGATE_CORE_SETTINGS_H
#define FITGATE_CORE_SETTINGS_H

#include "core/arena.h"
#include "core/url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a program cannot do without; a missing one is an error at its start. */
enum settings_need {
	SETTINGS_NEED_DATABASE = 1, /* DATABASE_URL or DATABASE_URL_<PROGRAM> */
	SETTINGS_NEED_SECRET = 2,   /* APP_SECRET_KEY */
	SETTINGS_NEED_MAIL = 4,     /* SENDER_EMAIL and UI_URL where EMAIL_URL is set */
};

enum settings_tls { SETTINGS_TLS_OFF, SETTINGS_TLS_STARTTLS, SETTINGS_TLS_IMPLICIT };

struct settings {
	const char *file; /* where they were read; "" when there is no file */
	const char *secret_key;
	struct url database;
	const char *log_path; /* "": standard error */

	bool mail_enabled; /* EMAIL_URL is not empty */
	struct url mail_server;
	enum settings_tls mail_tls;
	const char *mail_ca_file; /* NULL: the system's certificates */
	const char *sender;       /* an address */
	const char *ui_url;       /* without a slash at its end */

	const char *upload_folder; /* an absolute path; "": none */

	int64_t token_lifetime;              /* seconds */
	int64_t password_token_lifetime;     /* seconds */
	int64_t confirmation_token_lifetime; /* seconds */

	const char *password_hash_prefix; /* crypt(3) prefix of new hashes, such as "$y$" */
	unsigned long password_hash_cost; /* as crypt_gensalt(3) takes it */

	/* account/throttle.h: hits allowed within so many seconds, 0: no limit */
	int64_t throttle_login_account, throttle_login_address, throttle_login_seconds;
	int64_t throttle_mail_account, throttle_mail_address, throttle_mail_seconds;

	bool registration_0_2; /* dialect 0.2, which does not prove addresses, may register */
	const char *languages; /* words separated by spaces */
	const char *map_attribution;
	const char *weather_provider; /* NULL when none is known */
};

/*
 * Read the settings for `program` ("login", "worker" ...). All strings live in the arena.
 * false: `error` names the setting and says in one line what is wrong with it.
 */
bool settings_load(struct settings *settings, struct arena *arena, const char *program,
	unsigned needs, char *error, size_t error_size);

#endif
