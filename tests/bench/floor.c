/*
 * The floor of the bench: what any FastCGI program costs that asks this database one question.
 *
 * Behind the same nginx and on the same MariaDB as Fitgate it answers every request with one row, read by
 * primary key through a statement prepared once. No routes, no token, no log: a program can hardly do
 * less, so its requests a second are the measure for GET profile. With `update` it changes that row
 * instead, to something else at every request, and is the measure for POST profile/edit.
 *
 * Usage: floor OPTION_FILE USER_ID [update], on a FastCGI socket as descriptor 0. On anything else it is a
 * CGI program: it connects, asks once, and ends. OPTION_FILE is one of
 * the MySQL clients' (section [client]: socket, user, password, database).
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char QUESTION[] = "SELECT id, username FROM users WHERE id = ?";
static const char CHANGE[] = "UPDATE users SET bio = ? WHERE id = ?";

struct answer {
	long long id;
	char username[256];
	unsigned long username_length;
	unsigned long long changes; /* made so far */
};

static MYSQL *connect_database(const char *option_file)
{
	MYSQL *mysql = mysql_init(NULL);

	if (mysql == NULL)
		return NULL;
	mysql_options(mysql, MYSQL_READ_DEFAULT_FILE, option_file);
	if (mysql_real_connect(mysql, NULL, NULL, NULL, NULL, 0, NULL, 0) != NULL)
		return mysql;
	fprintf(stderr, "floor: %s\n", mysql_error(mysql));
	mysql_close(mysql);
	return NULL;
}

static MYSQL_STMT *prepare(MYSQL *mysql, const char *text)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);

	if (statement != NULL && mysql_stmt_prepare(statement, text, strlen(text)) == 0)
		return statement;
	fprintf(stderr, "floor: %s\n", mysql_error(mysql));
	return NULL;
}

/* What is asked for and where the answer goes are bound once for good. */
static MYSQL_STMT *prepare_question(MYSQL *mysql, struct answer *answer)
{
	MYSQL_STMT *statement = prepare(mysql, QUESTION);
	MYSQL_BIND parameter = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &answer->id};
	MYSQL_BIND columns[] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &answer->id},
		{.buffer_type = MYSQL_TYPE_STRING,
			.buffer = answer->username,
			.buffer_length = sizeof(answer->username),
			.length = &answer->username_length},
	};

	if (statement == NULL || mysql_stmt_bind_param(statement, &parameter) != 0 ||
		mysql_stmt_bind_result(statement, columns) != 0)
		return NULL;
	return statement;
}

static MYSQL_STMT *prepare_change(MYSQL *mysql, struct answer *answer)
{
	MYSQL_STMT *statement = prepare(mysql, CHANGE);
	MYSQL_BIND parameters[] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &answer->changes, .is_unsigned = 1},
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &answer->id},
	};

	return statement == NULL || mysql_stmt_bind_param(statement, parameters) != 0 ? NULL
										      : statement;
}

/* A change, or the question and its answer. */
static int ask(MYSQL_STMT *statement, struct answer *answer)
{
	answer->changes++;
	if (mysql_stmt_execute(statement) != 0)
		return 0;
	return mysql_stmt_field_count(statement) == 0 ||
	       (mysql_stmt_fetch(statement) == 0 && mysql_stmt_free_result(statement) == 0);
}

static void respond(MYSQL_STMT *statement, struct answer *answer, char *text, size_t size)
{
	if (!ask(statement, answer)) {
		fprintf(stderr, "floor: %s\n", mysql_stmt_error(statement));
		snprintf(text, size, "Status: 500\r\nContent-Type: application/json\r\n\r\n{}");
		return;
	}
	snprintf(text, size,
		"Content-Type: application/json\r\n\r\n{\"id\":%lld,\"username\":\"%.*s\"}",
		answer->id, (int)answer->username_length, answer->username);
}

static int serve(MYSQL_STMT *statement, struct answer *answer)
{
	FCGX_Request request;
	char text[512];

	if (FCGX_IsCGI()) {
		respond(statement, answer, text, sizeof(text));
		return puts(text) >= 0;
	}
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 0;
	while (FCGX_Accept_r(&request) == 0) {
		respond(statement, answer, text, sizeof(text));
		FCGX_PutS(text, request.out);
		FCGX_Finish_r(&request);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct answer answer = {0};
	MYSQL *mysql;
	MYSQL_STMT *statement;
	int served;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: floor OPTION_FILE USER_ID [update]\n");
		return EXIT_FAILURE;
	}
	answer.id = strtoll(argv[2], NULL, 10);
	answer.changes = (unsigned long long)getpid()
			 << 40; /* two processes never write the same */
	mysql = connect_database(argv[1]);
	if (mysql == NULL)
		return EXIT_FAILURE;
	statement = argc == 3 ? prepare_question(mysql, &answer) : prepare_change(mysql, &answer);
	if (statement == NULL)
		return EXIT_FAILURE;
	served = serve(statement, &answer);
	mysql_stmt_close(statement);
	mysql_close(mysql);
	return served ? EXIT_SUCCESS : EXIT_FAILURE;
}
