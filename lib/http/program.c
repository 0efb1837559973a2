/*
 * See program.h.
 */
#include "http/program.h"

#include "core/crypto.h"
#include "core/log.h"
#include "core/process.h"

#include <stdlib.h>
#include <string.h>

struct refusal {
	const struct program *program;
	const struct error *error;
};

static void handle_without_settings(
	void *context, struct request *request, struct response *response)
{
	const struct refusal *refusal = context;

	log_error("%s", refusal->error->text);
	refusal->program->fail(request, response);
}

static int refuse_to_start(const struct program *program, const struct error *error)
{
	struct refusal refusal = {program, error};

	if (getenv("GATEWAY_INTERFACE") != NULL)
		server_run(0, &(const struct server_program){
				      .handle = handle_without_settings, .context = &refusal});
	else
		log_error("%s", error->text);
	return EXIT_FAILURE;
}

static int serve(
	const struct program *program, const struct settings *settings, struct arena *arena)
{
	const struct server_program served = {
		program->handle, program->groups, program->prefetch, program->state};
	int status = EXIT_FAILURE;

	log_set_level(settings->log_level);
	log_open(program->name, settings->log_path);
	if (getenv("GATEWAY_INTERFACE") == NULL) /* not for each request of CGI */
		settings_warn_of_short_key(settings);
	if (settings->processes > 0)
		crypto_load();
	if (program->open(program->state, settings, arena))
		status = server_run((int)settings->processes, &served);
	program->close(program->state);
	return status;
}

/* A web server that passes a query string as arguments (RFC 3875 §4.4) must not reach the option. */
static bool is_asked_for_routes(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "--routes") == 0 &&
	       getenv("GATEWAY_INTERFACE") == NULL && getenv("REQUEST_METHOD") == NULL;
}

int program_run(int argc, char **argv, const struct program *program)
{
	struct settings settings;
	struct arena arena = ARENA_EMPTY;
	struct error error = ERROR_NONE;
	int status;

	process_make_private();
	if (is_asked_for_routes(argc, argv)) {
		program->print_routes(program->state);
		return EXIT_SUCCESS;
	}
	log_open(program->name, NULL);
	status = settings_load(&settings, &arena, program->name, program->needs, &error)
			 ? serve(program, &settings, &arena)
			 : refuse_to_start(program, &error);
	arena_free(&arena);
	return status;
}
