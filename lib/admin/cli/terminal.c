/*
 * Signals that would end or stop the program while echo is off are deferred until it is on again.
 */
#include "admin/cli/terminal.h"

#include "core/text.h"
#include "core/crypto.h"
#include "admin/cli/report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { SIGNAL_COUNT = sizeof(SIGNALS) / sizeof(*SIGNALS) };

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO) == 1;
}

/*
 * Read one line of standard input without its line feed, byte by byte, so that nothing after it is consumed. The end
 * of the input ends a line too. false: there is no line, it is too long or not UTF-8 text, or a signal came.
 */
static bool read_line(char line[TERMINAL_LINE_SIZE])
{
	size_t length = 0;
	ssize_t got;
	char c = '\0';

	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
		if (length == TERMINAL_LINE_SIZE - 1)
			return false;
		line[length++] = c;
	}
	line[length] = '\0';
	if (got < 0 || (got == 0 && length == 0))
		return false;
	return strlen(line) == length && text_is_utf8(line, length);
}

/* Prompt, and read a line without echo. */
static bool read_hidden_line(const char *prompt, char line[TERMINAL_LINE_SIZE])
{
	struct sigaction action = {.sa_handler = catch}, before[SIGNAL_COUNT];
	struct termios shown, hidden;
	bool read;

	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return false;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	caught = 0;
	for (int i = 0; i < SIGNAL_COUNT; i++)
		sigaction(SIGNALS[i], &action, &before[i]);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stderr); /* after TCSAFLUSH, which discards earlier input */
	read = read_line(line) && caught == 0;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fputc('\n', stderr);
	for (int i = 0; i < SIGNAL_COUNT; i++)
		sigaction(SIGNALS[i], &before[i], NULL);
	if (caught != 0)
		raise(caught);
	return read;
}

static bool read_password_twice(char password[TERMINAL_LINE_SIZE])
{
	char again[TERMINAL_LINE_SIZE] = "";
	bool same, read = read_hidden_line("New password: ", password) &&
			  read_hidden_line("Repeat the password: ", again);

	same = read && crypto_equal_text(password, again);
	explicit_bzero(again, sizeof(again));
	if (!read)
		report_failure("could not read a password: no line of UTF-8 text");
	else if (!same)
		report_failure("the two passwords differ");
	return same;
}

bool terminal_read_password(char password[TERMINAL_LINE_SIZE])
{
	if (terminal_is_there())
		return read_password_twice(password);
	if (read_line(password))
		return true;
	report_failure(
		"could not read a password: standard input must have one line of UTF-8 text");
	return false;
}

bool terminal_confirm(const char *prompt)
{
	char line[TERMINAL_LINE_SIZE];

	fprintf(stderr, "%s [y/N] ", prompt);
	return read_line(line) &&
	       (text_equal_ignoring_case(line, "y") || text_equal_ignoring_case(line, "yes"));
}

char *terminal_read_text(struct arena *arena, size_t limit)
{
	char *text = arena_alloc(arena, limit + 2);
	size_t length;

	if (text == NULL) {
		report_failure("out of memory");
		return NULL;
	}
	length = fread(text, 1, limit + 1, stdin);
	text[length] = '\0';
	if (ferror(stdin) != 0)
		report_failure("could not read standard input: %m");
	else if (length > limit)
		report_failure("standard input holds more than %zu bytes", limit);
	else if (strlen(text) != length || !text_is_utf8(text, length))
		report_failure("standard input is not UTF-8 text");
	else
		return text;
	return NULL;
}
