/*
 * See doctor_worker.h.
 */
#include "admin/doctor/doctor_worker.h"

#include "account/administration/finding.h"
#include "admin/doctor/doctor_database.h"
#include "admin/doctor/doctor_server.h"
#include "admin/doctor/doctor_settings.h"
#include "core/text.h"
#include "mail/backlog.h"

#include <string.h>
#include <unistd.h>

enum { HOST_SIZE = 65 };

struct collection {
	struct arena *arena;
	struct finding_list list;
};

static void collect(void *context, const char *result, const char *check, const char *text)
{
	struct collection *collection = context;
	struct finding_list *list = &collection->list;
	const char *copy = arena_copy(collection->arena, text, strlen(text));

	if (copy != NULL && list->count < FINDING_LIST_MAX)
		list->findings[list->count++] =
			(struct finding){.name = check, .result = result, .text = copy};
}

static void check_all(struct doctor *doctor)
{
	doctor_check_secret(doctor);
	doctor_check_upload_directory(doctor);
	/* a server that rejects the login must not see it more often: "queued mail" has the reason */
	if (!backlog_has(doctor->db, BACKLOG_BLOCKED))
		doctor_check_mail(doctor);
	if (!doctor_check_server(doctor))
		return;
	doctor_check_schema(doctor);
	doctor_check_app_config(doctor);
	doctor_check_charset(doctor);
	doctor_check_clock(doctor);
	doctor_check_cluster(doctor);
	doctor_check_jobs(doctor);
	doctor_check_queued_mail(doctor);
}

void doctor_run_in_worker(struct db *db, struct arena *arena, const struct settings *settings)
{
	struct collection *collection = arena_zero(arena, sizeof(*collection));
	struct doctor *doctor = arena_zero(arena, sizeof(*doctor));
	char host[HOST_SIZE] = "";

	if (collection == NULL || doctor == NULL || gethostname(host, sizeof(host) - 1) != 0)
		return;
	text_make_utf8(host);
	if (!findings_are_due(db, host))
		return;
	collection->arena = arena;
	*doctor = (struct doctor){
		.arena = arena,
		.settings = *settings,
		.db = db,
		.report = collect,
		.context = collection,
	};
	check_all(doctor);
	findings_store(db, host, &collection->list);
}
