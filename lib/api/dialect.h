/*
 * The dialects of the API: which FitTrackee's contract a client was written for.
 *
 * The web server names the dialect in the parameter API_DIALECT of each request. The differences are data: a
 * column of the tables of replies (api/reply.h) and rules (account/validation.h), a mask in each route and each
 * member of an object, and the few properties below. A fourth dialect would be a column, a bit and a row.
 */
#ifndef FITGATE_API_DIALECT_H
#define FITGATE_API_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

enum dialect_id {
	DIALECT_0_7, /* FitTrackee 0.7.18; the default */
	DIALECT_0_6, /* FitTrackee 0.6.12 */
	DIALECT_0_2,
	DIALECT_COUNT,
};

/* Masks: which dialects have a route or a field. */
enum dialect_mask {
	IN_0_7 = 1 << DIALECT_0_7,
	IN_0_6 = 1 << DIALECT_0_6,
	IN_0_2 = 1 << DIALECT_0_2,
	SINCE_0_6 = IN_0_6 | IN_0_7,
	IN_ALL = IN_0_2 | SINCE_0_6,
};

struct dialect {
	enum dialect_id id;
	unsigned mask;
	const char *name;      /* as API_DIALECT has it */
	const char *version;   /* of the FitTrackee, as GET config shows it */
	const char *languages; /* that its clients may ask for, separated by spaces */
	size_t username_max;   /* code points, of a new name */
	bool asks_for_policy;  /* registration needs its acceptance */
	bool has_site_texts; /* the configuration has the privacy policy and a text about the site */
	bool edits_password; /* profile/edit sets a password without the old one, with a token of this dialect */
	bool confirms_password;   /* a new password comes with password_conf */
	bool verifies_email;      /* a new account must confirm its e-mail address */
	bool has_scoped_tokens;   /* OAuth 2.0 and personal tokens are accepted */
	bool has_all_preferences; /* also those that came with 0.7 (account/profile_edit.h) */
	const char *rules_title;  /* before the messages of the rules that a registration breaks */
	const char
		*failure; /* the body of a reply to a failure, whole: there may be no memory left */
};

extern const struct dialect DIALECTS[DIALECT_COUNT];

/* The dialect of this name, 0.7 for "". NULL when there is none. */
const struct dialect *dialect_find(const char *name);

#endif
