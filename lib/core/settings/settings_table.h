/*
 * The one list of all settings. The loader, its error messages, the packaged example file and
 * fitgate.conf(5) are made from it: a new setting is one entry here and its member in struct settings.
 */
#ifndef FITGATE_CORE_SETTINGS_TABLE_H
#define FITGATE_CORE_SETTINGS_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* How a value is read; settings_value.c has a parser for each. The member's type follows in brackets. */
enum setting_type {
	SETTING_TEXT, /* any text [const char *] */
	SETTING_PATH, /* a path; in a file, a relative one starts in the file's directory [const char *] */
	SETTING_ABSOLUTE_PATH, /* the same, and the result must be absolute or empty [const char *] */
	SETTING_NUMBER,        /* a whole number; empty: the default [int64_t] */
	SETTING_SWITCH,        /* on or off [bool] */
	SETTING_SENDER,        /* sender, sender_name */
	SETTING_HOST,          /* a host name, an [address], or empty [const char *] */
	SETTING_SITE,          /* an http:// or https:// URL, or empty [const char *] */
	SETTING_SITE_PATH, /* a path that starts with "/", without one at its end, or empty [const char *] */
	SETTING_COLOR,       /* "#" and six hex digits [const char *] */
	SETTING_DATABASE,    /* database */
	SETTING_MAIL_SERVER, /* mail_server, mail_tls, mail_enabled */
	SETTING_HASH,        /* password_hash_prefix, password_hash_cost */
	SETTING_LOG_LEVEL,   /* error, warning, info or debug [enum log_level] */
	SETTING_WEATHER,     /* weather_provider */
};

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;        /* of the (first) member in struct settings */
	const char *fallback; /* the default */
	int64_t low, high;    /* of a number */
	const char *unit;     /* of a number, such as "seconds"; NULL: a count */
	unsigned needs; /* programs with one of these needs require a value (enum settings_need) */
	const char *form; /* how a value is written, for the documents; NULL: the type says it */
	const char *
		purpose; /* what it is, as the end of a sentence: "the key that signs every token" */
	const char *help; /* further sentences; "" for none */
};

extern const struct setting SETTINGS[]; /* ends with a setting without a name */

#endif
