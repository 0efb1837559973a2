/*
 * The code that a person types to approve a program (RFC 8628 §6.1). For the files of this directory.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_USER_CODE_H
#define FITGATE_ACCOUNT_OAUTH_USER_CODE_H

#include "account/oauth/device.h"
#include "core/crypto.h"

struct user_code {
	char text[OAUTH_USER_CODE_SIZE]; /* two groups of four consonants: "BCDF-GHJK" */
	char hash[CRYPTO_SHA256_HEX_SIZE];
};

/* A new random code. false: it failed, which has been logged. */
bool user_code_make(struct user_code *code);

enum user_code_result {
	USER_CODE_READ,
	USER_CODE_MALFORMED,
	USER_CODE_FAILED, /* it has been logged */
};

/* Read a code as typed: case, "-" and blanks do not matter. */
enum user_code_result user_code_read(const char *typed, struct user_code *code);

#endif
