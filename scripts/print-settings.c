/*
 * Prints the documents that are generated from the table of settings. The Makefile calls it.
 *
 *	print-settings example [NAME=VALUE ...]    an example fitgate.conf with every setting; those given here
 *	                                           have this value, the others are commented out
 *	print-settings manual                      fitgate.conf(5)
 */
#include "core/settings.h"
#include "core/settings/settings_table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_WIDTH = 96 };

/* Print text as comment lines, wrapped between words. */
static void print_comment(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > LINE_WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column == 0 ? "# " : " ", (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
	if (column > 0)
		putchar('\n');
}

/* The value of a setting on the command line; NULL: none. */
static const char *given_value(const struct setting *setting, char **words)
{
	size_t length = strlen(setting->name);

	for (; *words != NULL; words++)
		if (strncmp(*words, setting->name, length) == 0 && (*words)[length] == '=')
			return *words + length + 1;
	return NULL;
}

static void describe_value(const struct setting *setting, char text[LINE_WIDTH])
{
	*text = '\0';
	if (setting->type == SETTING_NUMBER)
		snprintf(text, LINE_WIDTH, "%s%sfrom %" PRId64 " to %" PRId64,
			setting->unit == NULL ? "" : setting->unit,
			setting->unit == NULL ? "" : ", ", setting->low, setting->high);
	else if (setting->type == SETTING_SWITCH)
		snprintf(text, LINE_WIDTH, "on or off");
	else if (setting->form != NULL)
		snprintf(text, LINE_WIDTH, "%s", setting->form);
}

static void print_example_setting(const struct setting *setting, const char *value)
{
	const char *shown = value == NULL ? setting->fallback : value;
	const char *quote = strpbrk(shown, " #\"$") == NULL ? "" : "'";
	char form[LINE_WIDTH], *sentence = strdup(setting->purpose);

	if (sentence == NULL)
		exit(EXIT_FAILURE);
	sentence[0] = (char)(sentence[0] - 'a' + 'A');
	describe_value(setting, form);
	printf("\n# %s%s%s%s.\n", sentence, *form == '\0' ? "" : " (", form,
		*form == '\0' ? "" : ")");
	print_comment(setting->help);
	printf("%s%s=%s%s%s\n", value == NULL ? "#" : "", setting->name, quote, shown, quote);
	free(sentence);
}

static void print_example(char **words)
{
	print_comment(
		"The settings of Fitgate. fitgate.conf(5) describes the file. A line that is commented "
		"out shows the default.");
	print_comment("Only the owner may have access to this file: chmod 600.");
	for (const struct setting *setting = SETTINGS; setting->name != NULL; setting++)
		print_example_setting(setting, given_value(setting, words));
}

/* Print text with the escapes of mdoc, without a line feed at its end. */
static void print_roff(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\') {
			fputs("\\e", stdout);
		} else if (*text == '-') {
			fputs("\\-", stdout);
		} else if (strncmp(text, ". ", 2) == 0) { /* each sentence starts a line */
			fputs(".\n", stdout);
			text++;
		} else {
			putchar(*text);
		}
	}
}

/* Print words followed by a value in quotes, as one sentence. */
static void print_quoted(const char *words, const char *value)
{
	printf("%s\n.Ql ", words);
	print_roff(value);
	fputs(" .\n", stdout);
}

static const char *requirement(const struct setting *setting)
{
	if (setting->needs == SETTINGS_NEED_MAIL)
		return "Required where EMAIL_URL is set.";
	return setting->needs == 0 ? "" : "Required.";
}

static void print_manual_setting(const struct setting *setting)
{
	char form[LINE_WIDTH];

	describe_value(setting, form);
	printf(".It Ev %s\n", setting->name);
	printf("%c%s", setting->purpose[0] - 'a' + 'A', setting->purpose + 1);
	if (setting->type == SETTING_NUMBER)
		printf(" (%s).\n", form);
	else
		puts(".");
	if (setting->type != SETTING_NUMBER && *form != '\0')
		print_quoted("A value is", form);
	if (*setting->help != '\0') {
		print_roff(setting->help);
		putchar('\n');
	}
	if (*requirement(setting) != '\0')
		puts(requirement(setting));
	if (*setting->fallback != '\0')
		print_quoted("The default is", setting->fallback);
}

static const char MANUAL_HEAD[] =
	".Dd November 28, 2026\n"
	".Dt FITGATE.CONF 5\n"
	".Os Fitgate\n"
	".Sh NAME\n"
	".Nm fitgate.conf\n"
	".Nd settings of the Fitgate account service\n"
	".Sh DESCRIPTION\n"
	"Every program of Fitgate reads its settings once, when it starts:\n"
	"from its environment, else from the files that\n"
	".Ev FITGATE_CONFIG\n"
	"names, else the default.\n"
	"Several files are separated by colons; a later file takes precedence.\n"
	"Where\n"
	".Ev FITGATE_CONFIG\n"
	"is not set, the first line of a file\n"
	".Pa fitgate.path\n"
	"beside the program names the file.\n"
	".Pp\n"
	"A file consists of lines of the form\n"
	".Ar NAME Ns = Ns Ar VALUE .\n"
	"Empty lines and lines that start with\n"
	".Ql #\n"
	"are skipped.\n"
	"A value in single or double quotes is taken as it is;\n"
	"any other value ends before a\n"
	".Ql #\n"
	"that follows a space.\n"
	"A relative path starts in the directory of the file.\n"
	"A program refuses a file that other users may read;\n"
	"a group may read it only if root owns it.\n"
	"A program with an invalid setting does not start, and names the setting.\n"
	".Sh SETTINGS\n"
	".Bl -tag -width Ds\n";

static const char MANUAL_TAIL[] =
	".El\n"
	".Sh FILES\n"
	"The units of the Debian package hand each program the following files, and no other:\n"
	".Bl -tag -width Ds\n"
	".It Pa /etc/fitgate/fitgate.conf\n"
	"The settings that all programs may read: no secrets.\n"
	".It Pa /etc/fitgate/key.conf\n"
	".Ev APP_SECRET_KEY ,\n"
	"for the programs that sign or verify tokens.\n"
	".It Pa /etc/fitgate/login.conf , /etc/fitgate/worker.conf No and so on\n"
	"Settings for one program only, such as\n"
	".Ev DATABASE_URL_LOGIN ;\n"
	"for the worker also\n"
	".Ev EMAIL_URL\n"
	"with its password.\n"
	".It Pa /etc/fitgate/clean.conf\n"
	"The same for the daily cleanup; its database account is\n"
	".Ev DATABASE_URL_ADMIN\n"
	"in this file.\n"
	".It Pa /etc/fitgate/admin.conf\n"
	"The same for\n"
	".Xr fitgate-admin 8 .\n"
	".El\n"
	".Sh SEE ALSO\n"
	".Xr fitgate-admin 8 ,\n"
	".Xr fitgate-worker 8\n";

static void print_manual(void)
{
	fputs(MANUAL_HEAD, stdout);
	for (const struct setting *setting = SETTINGS; setting->name != NULL; setting++)
		print_manual_setting(setting);
	fputs(MANUAL_TAIL, stdout);
}

int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "example") == 0)
		print_example(argv + 2);
	else if (argc == 2 && strcmp(argv[1], "manual") == 0)
		print_manual();
	else
		return 2;
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
