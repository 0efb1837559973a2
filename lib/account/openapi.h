/*
 * The description of the API in dialect 0.7, as GET openapi.json shows it: cgi/openapi.json, built in.
 */
#ifndef FITGATE_ACCOUNT_OPENAPI_H
#define FITGATE_ACCOUNT_OPENAPI_H

/* An OpenAPI 3.1 document. Made by scripts/embed-openapi. */
extern const char OPENAPI[];

#endif
