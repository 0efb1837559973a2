/*
 * How long a link is valid, in words of the reader's language: for the e-mails.
 */
#ifndef FITGATE_MAIL_DELAY_H
#define FITGATE_MAIL_DELAY_H

#include "core/arena.h"

#include <stdint.h>

/*
 * "an hour", "2 hours", "90 minutes", "3 seconds": in hours if it is whole hours, else in minutes if it
 * is whole minutes, else in seconds. An unknown language or NULL is English. NULL when memory is out.
 */
char *delay_words(struct arena *arena, const char *language, int64_t seconds);

#endif
