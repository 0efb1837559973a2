/*
 * HTTP status codes (RFC 9110 §15): the ones that Fitgate's programs send.
 */
#ifndef FITGATE_HTTP_STATUS_H
#define FITGATE_HTTP_STATUS_H

/* The reason phrase: "Not Found" for 404. That of 500 for a code that no program sends. */
const char *status_reason(int status);

#endif
