/*
 * See invitation.h.
 */
#include "admin/invitation.h"

#include "account/administration/invitation.h"
#include "admin/cli/report.h"

#include <stdio.h>
#include <stdlib.h>

int invitation_run(const struct admin_context *admin)
{
	const char *token;

	switch (invitation_make(admin->db, admin->arena, &token)) {
	case INVITATION_VALID:
		printf("%s%s/admin/invitation?token=%s\n", admin->settings->ui_url,
			admin->settings->pages_path, token);
		return EXIT_SUCCESS;
	case INVITATION_NEEDLESS:
		return report_failure("there is an administrator already: use `users create "
				      "--admin` or `users update --admin`");
	case INVITATION_INVALID:
	case INVITATION_FAILED:
		break;
	}
	return report_failure("could not store the invitation: %s", db_error_text(admin->db));
}
