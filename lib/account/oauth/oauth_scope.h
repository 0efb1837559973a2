/*
 * Lists of scopes: words separated by blanks (account/tokens/scopes.h has the words).
 */
#ifndef FITGATE_ACCOUNT_OAUTH_SCOPE_H
#define FITGATE_ACCOUNT_OAUTH_SCOPE_H

#include "core/arena.h"

#include <stdbool.h>

/*
 * The words of `requested` that are among those of `allowed`, in their order, each once, separated by single spaces;
 * "" when there are none. NULL lists are empty. In the arena; NULL when out of memory.
 */
const char *oauth_scope_common(struct arena *arena, const char *requested, const char *allowed);

/* Whether each word of `requested` is among those of `allowed`. NULL lists are empty. */
bool oauth_scope_within(const char *requested, const char *allowed);

#endif
