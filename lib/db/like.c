/*
 * Patterns of LIKE.
 */
#include "db/db.h"

#include <string.h>

const char *db_like_pattern(struct arena *arena, const char *part)
{
	char *pattern = arena_alloc(arena, 2 * strlen(part) + 3), *at = pattern;

	if (pattern == NULL)
		return NULL;
	*at++ = '%';
	for (; *part != '\0'; part++) {
		if (strchr("%_!", *part) != NULL)
			*at++ = '!';
		*at++ = *part;
	}
	*at++ = '%';
	*at = '\0';
	return pattern;
}
