/*
 * What the API says about values that break a rule of account/validation.h (contract §6.0).
 */
#ifndef FITGATE_API_VALIDATION_MESSAGES_H
#define FITGATE_API_VALIDATION_MESSAGES_H

#include "account/validation.h"
#include "api/dialect.h"

/* Room for the messages of all rules. */
enum { VALIDATION_MESSAGES_SIZE = 320 };

/* The messages of the violations, in the order of their bits, each followed by a line feed. */
void validation_messages(
	const struct dialect *dialect, unsigned violations, char *text, size_t size);

#endif
