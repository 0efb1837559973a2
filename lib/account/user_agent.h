/*
 * What the User-Agent header (RFC 9110 §10.1.5) says about a device, in two words for an e-mail, so
 * that its reader can recognize the device.
 */
#ifndef FITGATE_ACCOUNT_USER_AGENT_H
#define FITGATE_ACCOUNT_USER_AGENT_H

struct user_agent {
	const char *system;  /* "Linux", "Windows", "Mac OS X", "Android", "iOS" or "Other" */
	const char *browser; /* "Firefox", "Chrome", "Safari", "Edge", "Opera", "curl" or "Other" */
};

/* The words are constants. They are NULL if there is no header. */
struct user_agent user_agent_parse(const char *header);

#endif
