/*
 * Decides how often, and after which pause, to retry after a conflict or a lost connection.
 */
#include "db/internal.h"

#include "core/crypto.h"

#include <time.h>

enum { MAX_ATTEMPTS = 8, FIRST_PAUSE_MS = 5, MAX_SECONDS = 15 };

struct retry retry_begin(void)
{
	return (struct retry){
		.attempt = 1, .deadline = clock_monotonic() + MAX_SECONDS * MICROSECONDS};
}

bool retry_again(struct retry *retry)
{
	long milliseconds;

	if (retry->attempt == MAX_ATTEMPTS || clock_monotonic() >= retry->deadline)
		return false;
	milliseconds = FIRST_PAUSE_MS * retry->attempt * (1 + crypto_jitter()) / 256 + 1;
	nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
	retry->attempt++;
	return true;
}
