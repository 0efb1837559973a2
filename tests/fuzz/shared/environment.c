/*
 * See environment.h.
 */
#include "environment.h"

#include "input.h"

#include "core/log.h"

#include <stdlib.h>
#include <string.h>

void environment_begin(void)
{
	static const struct {
		const char *name, *value;
	} SETTINGS[] = {
		{"FITGATE_CONFIG", ""}, {"APP_SECRET_KEY", ENVIRONMENT_SECRET},
		{"DATABASE_URL", "mysql://fitgate@localhost/none"},
		{"SENDER_EMAIL", "fitgate@example.com"}, {"UI_URL", "https://fitgate.example"},
		{"UPLOAD_FOLDER", "/nonexistent"},
		{"PASSWORD_HASH", "$3$"}, /* takes microseconds */
	};

	for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(*SETTINGS); i++)
		setenv(SETTINGS[i].name, SETTINGS[i].value, 1);
	require(log_open("fuzz", "/dev/null"));
}

void environment_set_mail(const char *mail)
{
	setenv("EMAIL_URL", mail != NULL && strcmp(mail, "off") == 0 ? "" : "smtp://localhost", 1);
}
