/*
 * UUIDs as the API writes them: 22 characters in base 57 (contract §4, shortuuid).
 */
#ifndef FITGATE_ACCOUNT_SHORTUUID_H
#define FITGATE_ACCOUNT_SHORTUUID_H

#include <stdbool.h>

enum { SHORTUUID_SIZE = 23, SHORTUUID_UUID_SIZE = 37 };

/* `uuid` is 32 hex digits, with or without hyphens. false: it is not. */
bool shortuuid_encode(const char *uuid, char text[SHORTUUID_SIZE]);

/* The UUID in lower case with hyphens. false: the text is not what shortuuid_encode() writes for any UUID. */
bool shortuuid_decode(const char *text, char uuid[SHORTUUID_UUID_SIZE]);

#endif
