/*
 * How long a link is valid, in words of the reader's language: for the e-mails.
 */
#ifndef FITGATE_MAIL_VALIDITY_H
#define FITGATE_MAIL_VALIDITY_H

#include "core/arena.h"

#include <stdint.h>

/* What follows a number of units of time. */
struct validity_unit {
	const char *one; /* the whole phrase for 1 */
	const char
		*few; /* after 2 to 4, 22 to 24 and so on, but not 12 to 14; NULL: no such form */
	const char *many; /* after all other numbers */
};

struct validity_language {
	const char *name;
	struct validity_unit hour, minute, second;
};

/* One for each directory of lib/mail/templates; the last has no name. Made by scripts/embed-languages. */
extern const struct validity_language VALIDITY_LANGUAGES[];

/*
 * "an hour", "2 hours", "90 minutes", "3 seconds": in hours if it is whole hours, else in minutes if it
 * is whole minutes, else in seconds. An unknown language or NULL is English. NULL when out of memory.
 */
char *validity_words(struct arena *arena, const char *language, int64_t seconds);

#endif
