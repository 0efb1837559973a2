/*
 * Who may enter a location behind the gate: the value of $fitgate_require in nginx's configuration.
 *
 * A requirement is a list of words, separated by spaces; "" lets every account in. A word is
 *	admin		administrators
 *	ann_b		the account with this user name (the word "admin" never is a user name)
 *	workouts:read	a scope (account/tokens/scopes.h)
 *
 * If the list has `admin` or user names, one of them has to fit. A login, by token or cookie, needs no scope. An OAuth 2.0
 * token needs one of the scopes of the list, so it enters only where the list has a scope. A personal token needs the scope
 * `gate`, and also one of the scopes of the list if there are any.
 */
#ifndef FITGATE_ACCOUNT_GATE_REQUIREMENT_H
#define FITGATE_ACCOUNT_GATE_REQUIREMENT_H

#include "account/tokens/principal.h"

enum gate_requirement {
	GATE_REQUIREMENT_MET,
	GATE_REQUIREMENT_NOT_MET,
	GATE_REQUIREMENT_INVALID, /* a word is neither `admin` nor a scope nor a user name; it has been logged */
};

enum gate_requirement gate_requirement_check(
	const char *requirement, const struct principal *principal);

#endif
