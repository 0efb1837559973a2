/*
 * mdoc(7) requires each sentence on a line of its own and no line longer than 80 characters. A word that begins
 * with a dot or a quote at the start of a line would be taken for a macro, and a backslash for an escape.
 */
#include "admin/cli/manual.h"

#include "admin/cli/wrap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 78, WORD_SIZE = 128, SENTENCE_SIZE = 512 };

/* ---- text -------------------------------------------------------------------------------------- */

/* The length of the first sentence, its full stop included. */
static size_t sentence_length(const char *text)
{
	const char *end = text;

	while ((end = strstr(end, ". ")) != NULL) {
		if (isupper((unsigned char)end[2]) || end[2] == '\'')
			return (size_t)(end - text) + 1;
		end++;
	}
	return strlen(text);
}

/* Escape a word, so that it can be anywhere in a text line. */
static void escape(const char *word, size_t length, char escaped[WORD_SIZE])
{
	size_t used = 0;

	if (*word == '.' || *word == '\'')
		used += (size_t)snprintf(escaped, WORD_SIZE, "\\&");
	for (size_t i = 0; i < length && used < WORD_SIZE - 3; i++) {
		if (word[i] == '\\' || word[i] == '-')
			escaped[used++] = '\\';
		escaped[used++] = (char)(word[i] == '\\' ? 'e' : word[i]);
	}
	escaped[used] = '\0';
}

static void print_sentence(const char *text, size_t length)
{
	struct wrap wrap = {.stream = stdout, .width = WIDTH};
	char escaped[WORD_SIZE];

	for (const char *end = text + length; text < end;) {
		size_t word = strcspn(text, " ");

		if (word > (size_t)(end - text))
			word = (size_t)(end - text);
		escape(text, word, escaped);
		wrap_word(&wrap, escaped);
		text += word + strspn(text + word, " ");
	}
	putchar('\n');
}

static void print_text(const char *text)
{
	while (*text != '\0') {
		size_t length = sentence_length(text);

		print_sentence(text, length);
		text += length + strspn(text + length, " ");
	}
}

/* A part of a sentence, as a sentence. */
static void print_phrase(const char *phrase, const char *words)
{
	char sentence[SENTENCE_SIZE];

	snprintf(sentence, sizeof(sentence), "%c%s%s%s.", toupper((unsigned char)*phrase),
		phrase + 1, words == NULL ? "" : ": ", words == NULL ? "" : words);
	print_text(sentence);
}

/* ---- commands ---------------------------------------------------------------------------------- */

/* A value in capitals is a placeholder; others are written as they are. */
static void print_option_words(const struct command_option *option)
{
	printf("Fl \\-%s", option->name);
	if (option->value != NULL)
		printf(" %s %s", isupper((unsigned char)*option->value) ? "Ar" : "Cm",
			option->value);
}

static void print_head(const struct command *command)
{
	puts(".It Xo");
	printf(".Ic %s%s%s\n", command->group == NULL ? "" : command->group,
		command->group == NULL ? "" : " ", command->name);
	for (int i = 0; command->arguments[i].name != NULL; i++)
		printf(".%sAr %s\n", command->arguments[i].optional ? "Op " : "",
			command->arguments[i].name);
	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++) {
		fputs(option->excludes_previous ? " | " : option->required ? "." : ".Op ", stdout);
		print_option_words(option);
		if (!option[1].excludes_previous)
			putchar('\n');
	}
	puts(".Xc");
}

static void print_arguments(const struct command *command)
{
	for (int i = 0; command->arguments[i].name != NULL; i++) {
		const struct command_argument *argument = &command->arguments[i];

		printf(".It Ar %s\n", argument->name);
		print_phrase(argument->help, NULL);
		if (argument->choices == NULL)
			continue;
		puts(".Bl -tag -width Ds -compact");
		for (const struct command_choice *choice = argument->choices; choice->name != NULL;
			choice++) {
			printf(".It Cm %s\n", choice->name);
			print_phrase(choice->help, NULL);
		}
		puts(".El");
	}
}

static void print_options(const struct command *command)
{
	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++) {
		fputs(".It ", stdout);
		print_option_words(option);
		putchar('\n');
		print_phrase(option->help, option->words);
	}
}

static void print_command(const struct command *command)
{
	bool empty = command->arguments[0].name == NULL && command_options(command)->name == NULL;

	print_head(command);
	print_phrase(command->summary, NULL);
	if (command->details != NULL)
		print_text(command->details);
	if (empty)
		return;
	puts(".Pp\n.Bl -tag -width Ds -compact");
	print_arguments(command);
	print_options(command);
	puts(".El");
}

void manual_print(const struct command *commands)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		print_command(command);
}
