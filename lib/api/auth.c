/*
 * The Authorization header.
 */
#include "api/auth.h"

#include <string.h>
#include <strings.h>

/* Split "<scheme> <token>". The token must not contain a space, a tab or a comma. */
static enum auth_result find_token(const struct request *request, const char **token)
{
	const char *header = request->authorization;
	size_t scheme = strcspn(header, " \t");
	const char *start = header + scheme + strspn(header + scheme, " \t");
	size_t length = strlen(start);
	char *copy;

	while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
		length--;
	if (length == 0)
		return AUTH_MISSING;
	if (scheme != strlen("Bearer") || strncasecmp(header, "Bearer", scheme) != 0)
		return AUTH_BAD_TYPE;
	copy = arena_copy(request->arena, start, length);
	if (copy == NULL)
		return AUTH_FAILED;
	*token = copy;
	return strpbrk(copy, " \t,") != NULL ? AUTH_BAD_TOKEN : AUTH_ACCEPTED;
}

bool auth_has_bearer_token(const struct request *request)
{
	const char *token;

	return find_token(request, &token) == AUTH_ACCEPTED;
}

static enum auth_result result_of(enum principal_result identified)
{
	switch (identified) {
	case PRINCIPAL_IDENTIFIED:
		return AUTH_ACCEPTED;
	case PRINCIPAL_TOKEN_INVALID:
		return AUTH_BAD_TOKEN;
	case PRINCIPAL_TOKEN_EXPIRED:
		return AUTH_EXPIRED;
	case PRINCIPAL_USER_GONE:
		return AUTH_USER_GONE;
	case PRINCIPAL_OUT_OF_SCOPE:
		return AUTH_BAD_SCOPE;
	case PRINCIPAL_INACTIVE:
		return AUTH_MISSING;
	case PRINCIPAL_FAILED:
		break;
	}
	return AUTH_FAILED;
}

struct principal_prefetch *auth_prefetch_begin(const struct settings *settings,
	const struct request *request, const struct auth_requirements *requirements)
{
	const char *token;

	return find_token(request, &token) == AUTH_ACCEPTED
		       ? principal_prefetch_begin(request->arena, settings, token, requirements)
		       : NULL;
}

enum auth_result auth_check(struct db *db, const struct settings *settings,
	const struct request *request, const struct auth_requirements *requirements,
	struct principal *principal)
{
	const char *token;
	enum auth_result found;

	if (request->prefetched != NULL)
		return result_of(principal_identify_prefetched(db, request->arena, settings,
			request->prefetched, requirements, principal));
	found = find_token(request, &token);
	if (found != AUTH_ACCEPTED)
		return found;
	return result_of(
		principal_identify(db, request->arena, settings, token, requirements, principal));
}
