/*
 * What a request at the gate shows to identify its account: the Authorization header, or the gate's cookie.
 */
#ifndef FITGATE_API_GATE_CREDENTIAL_H
#define FITGATE_API_GATE_CREDENTIAL_H

#include "account/gate/gate.h"
#include "core/settings.h"
#include "http/request.h"

#include <stdbool.h>

/*
 * Fill in the credential, the token and the user name of `request`, which starts zeroed. The header decides if there is one,
 * and the cookie otherwise; with neither, the credential stays GATE_CREDENTIAL_NONE. Texts are in the arena of `http`.
 * false: out of memory.
 */
bool gate_credential_read(
	const struct settings *settings, const struct request *http, struct gate_request *request);

#endif
