/*
 * The dialects of the API: which FitTrackee's contract a client was written for.
 *
 * The web server says so by the parameter API_DIALECT of each request. What differs is data: a column of
 * the tables of answers (account/answer.h) and rules (account/rules.h), a mask at a route and at a field
 * of an object, and the few properties below. A fourth dialect would be a column, a bit and a row.
 */
#ifndef FITGATE_ACCOUNT_DIALECT_H
#define FITGATE_ACCOUNT_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

enum dialect_id {
	DIALECT_0_7, /* FitTrackee 0.7.18, the one that counts when none is named */
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
	const char *name;        /* as API_DIALECT has it */
	const char *version;     /* of the FitTrackee, as GET config shows it */
	const char *languages;   /* NULL: those of the settings */
	size_t username_max;     /* code points, of a new name */
	bool asks_for_policy;    /* registration needs its acceptance */
	bool asks_twice;         /* a new password comes with password_conf */
	bool proves_address;     /* a new account waits for the answer to an e-mail */
	bool has_scoped_tokens;  /* OAuth 2.0 and personal tokens are accepted */
	const char *rules_title; /* before the messages of the rules that a registration breaks */
};

extern const struct dialect DIALECTS[DIALECT_COUNT];

/* The dialect of this name, 0.7 for "". NULL when there is none. */
const struct dialect *dialect_find(const char *name);

#endif
