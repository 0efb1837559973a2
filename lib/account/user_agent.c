/*
 * Every browser also names the browsers that it descends from. The first mark that is found decides, so their order
 * matters: Edge and Opera before Chrome, Chrome before Safari, Android before Linux.
 */
#include "account/user_agent.h"

#include <stddef.h>
#include <string.h>

struct mark {
	const char *text, *name;
};

static const struct mark SYSTEMS[] = {
	{"Android", "Android"},
	{"iPhone", "iOS"},
	{"iPad", "iOS"},
	{"iPod", "iOS"},
	{"Windows", "Windows"},
	{"Mac OS X", "Mac OS X"},
	{"Macintosh", "Mac OS X"},
	{"Linux", "Linux"},
	{NULL, "Other"},
};

static const struct mark BROWSERS[] = {
	{"Edg/", "Edge"},
	{"EdgA/", "Edge"},
	{"EdgiOS/", "Edge"},
	{"Edge/", "Edge"},
	{"OPR/", "Opera"},
	{"Opera", "Opera"},
	{"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"},
	{"Chrome/", "Chrome"},
	{"CriOS/", "Chrome"},
	{"Safari/", "Safari"},
	{"curl/", "curl"},
	{NULL, "Other"},
};

static const char *find(const struct mark *marks, const char *header)
{
	while (marks->text != NULL && strstr(header, marks->text) == NULL)
		marks++;
	return marks->name;
}

struct user_agent user_agent_parse(const char *header)
{
	if (header == NULL)
		return (struct user_agent){NULL, NULL};
	return (struct user_agent){find(SYSTEMS, header), find(BROWSERS, header)};
}
