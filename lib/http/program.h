/*
 * The start of a program that answers requests: reads the settings, opens the log, serves. What it serves is a struct
 * of the caller.
 */
#ifndef FITGATE_HTTP_PROGRAM_H
#define FITGATE_HTTP_PROGRAM_H

#include "core/arena.h"
#include "core/settings.h"
#include "http/server.h"

struct program {
	const char *name; /* for the log, and for settings such as DATABASE_URL_<NAME> */
	unsigned needs;   /* of enum settings_need */
	/* for the argument --routes, unless a web server has started the program */
	void (*print_routes)(const void *state);
	/* Called once, after the settings have been read; the arena lives as long as the program. false: failed, which
	 * has been logged. */
	bool (*open)(void *state, const struct settings *settings, struct arena *arena);
	server_handler *handle;
	/* see struct server_program; NULL: each request is handled by itself */
	bool (*groups)(
		void *state, struct request *request, struct request *const group[], size_t count);
	void (*prefetch)(void *state, struct request *const requests[], size_t count);
	void (*close)(void *state); /* also after open() has failed */
	/* A program with invalid settings cannot serve, but a CGI client still needs a response: one with status 500. */
	void (*fail)(struct request *request, struct response *response);
	void *state;
};

/* Run the program; returns its exit status. */
int program_run(int argc, char **argv, const struct program *program);

#endif
