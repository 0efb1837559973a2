/*
 * See status.h.
 */
#include "http/status.h"

#include <stddef.h>

static const struct {
	int status;
	const char *reason;
} REASONS[] = {
	{200, "OK"},
	{201, "Created"},
	{204, "No Content"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{413, "Request Entity Too Large"}, /* as RFC 2616, and the documents of FitTrackee */
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
};

enum { REASON_COUNT = sizeof(REASONS) / sizeof(*REASONS) };

const char *status_reason(int status)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (REASONS[i].status == status)
			return REASONS[i].reason;
	return REASONS[REASON_COUNT - 1].reason;
}
