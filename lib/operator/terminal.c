/*
 * Signals that would end or stop the program while the terminal does not echo are held back until it does
 * again.
 */
#include "operator/terminal.h"

#include "core/text.h"
#include "core/secret.h"
#include "operator/report.h"

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
 * One line of standard input without its line feed; byte by byte, so that nothing behind it is taken. The
 * line may end with the input. false: there is none, it is too long, it is no text, or a signal came.
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

/* Ask and read without echo. */
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
	fputs(prompt, stderr); /* only now: what is typed before that is thrown away */
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
			  read_hidden_line("The same again: ", again);

	same = read && secret_equal_text(password, again);
	explicit_bzero(again, sizeof(again));
	if (!read)
		report_failure("no password was read");
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
		"no password was read: it is expected as one line of UTF-8 text on standard input");
	return false;
}

bool terminal_confirm(const char *question)
{
	char line[TERMINAL_LINE_SIZE];

	fprintf(stderr, "%s [y/N] ", question);
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
		report_failure("standard input cannot be read");
	else if (length > limit)
		report_failure("standard input holds more than %zu bytes", limit);
	else if (strlen(text) != length || !text_is_utf8(text, length))
		report_failure("standard input is not UTF-8 text");
	else
		return text;
	return NULL;
}
