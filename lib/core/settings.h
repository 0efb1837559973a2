/*
 * The settings, read and checked once when a program starts.
 *
 * Each comes from the process's environment, else from the settings files, else from its default. The
 * files are those that FITGATE_CONFIG names, separated by ":" (a later file wins); where FITGATE_CONFIG is
 * not set, the file fitgate.path beside the program names them. The names are FitTrackee's where it has
 * the setting. core/settings/settings_table.c is the list of all settings.
 */
#ifndef FITGATE_CORE_SETTINGS_H
#define FITGATE_CORE_SETTINGS_H

#include "core/arena.h"
#include "core/error.h"
#include "core/log.h"
#include "core/url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Settings that a program requires. If one is missing, the program does not start. */
enum settings_need {
	SETTINGS_NEED_DATABASE = 1, /* DATABASE_URL or DATABASE_URL_<PROGRAM> */
	SETTINGS_NEED_SECRET =
		2, /* APP_SECRET_KEY; a program without this need does not keep the key */
	SETTINGS_NEED_MAIL = 4, /* SENDER_EMAIL and UI_URL where EMAIL_URL is set */
};

enum { SETTINGS_PROCESSES_MAX = 256 };

enum settings_tls { SETTINGS_TLS_OFF, SETTINGS_TLS_STARTTLS, SETTINGS_TLS_IMPLICIT };

struct settings {
	const char *file; /* the files they were read from, as in FITGATE_CONFIG; "": none */

	const char *secret_key; /* "" in a program that does not need it */
	struct url database;
	int64_t processes;    /* of a FastCGI program; 0: only the one that was started */
	const char *log_path; /* "": standard error */
	enum log_level log_level;

	bool mail_enabled; /* EMAIL_URL is not empty */
	struct url mail_server;
	enum settings_tls mail_tls;
	const char *mail_ca_file; /* "": the system's certificates */
	const char *sender;       /* an address */
	const char *sender_name;  /* UTF-8; "": none */
	const char *ehlo_name;    /* the name of this host for the mail server; "": none */
	const char *ui_url;       /* without a slash at its end */

	const char *pages_path; /* of the account pages, such as "/account" */
	const char *site_name;
	const char *site_logo;  /* a path on the site; "": none */
	const char *site_color; /* "#rrggbb" */

	const char *upload_folder; /* an absolute path; "": none */

	int64_t token_lifetime; /* seconds: the sum of the next two */
	int64_t token_lifetime_days, token_lifetime_seconds;
	int64_t password_token_lifetime;     /* seconds */
	int64_t confirmation_token_lifetime; /* seconds */
	int64_t oauth2_token_lifetime;       /* seconds, of an access token */

	const char *password_hash_prefix; /* crypt(3) prefix of new hashes, such as "$y$" */
	unsigned long password_hash_cost; /* as crypt_gensalt(3) takes it */

	/* account/throttle.h: hits allowed within the window (seconds), 0: no limit */
	int64_t throttle_login_account, throttle_login_address, throttle_login_seconds;
	int64_t throttle_mail_account, throttle_mail_address, throttle_mail_seconds;
	int64_t event_days; /* how long the security logs keep an event */

	bool registration_0_2; /* dialect 0.2, which does not verify addresses, may register */
	const char *map_attribution;
	const char *weather_provider; /* NULL when none is known */
};

/*
 * Read the settings for `program` ("login", "worker" ...). All strings live in the arena.
 * false: `error` names the setting and says in one line why it is refused.
 */
bool settings_load(struct settings *settings, struct arena *arena, const char *program,
	unsigned needs, struct error *error);

/* A shorter APP_SECRET_KEY can be found by trying keys on a single token. */
enum { SETTINGS_SECRET_KEY_BYTES = 32 };

/* Log a warning if the key is too short; each program that keeps running does so when it starts. */
void settings_warn_of_short_key(const struct settings *settings);

#endif
