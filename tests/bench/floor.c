/*
 * The floor of the bench: what any FastCGI program costs that asks this database one question.
 *
 * Behind the same nginx and on the same MariaDB as Fitgate it answers every request with one row, read by
 * primary key through a statement prepared once. No routes, no token, no log: a program can hardly do
 * less, so its requests a second are the measure for GET profile.
 *
 * Usage: floor OPTION_FILE USER_ID, on a FastCGI socket as descriptor 0. OPTION_FILE is one of the MySQL
 * clients' (section [client]: socket, user, password, database).
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char QUESTION[] = "SELECT id, username FROM users WHERE id = ?";

struct answer {
	long long id;
	char username[256];
	unsigned long username_length;
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

/* Prepare the question; what is asked for and where the answer goes are bound once for good. */
static MYSQL_STMT *prepare(MYSQL *mysql, long long *user_id, struct answer *answer)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);
	MYSQL_BIND parameter = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = user_id};
	MYSQL_BIND columns[] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &answer->id},
		{.buffer_type = MYSQL_TYPE_STRING,
			.buffer = answer->username,
			.buffer_length = sizeof(answer->username),
			.length = &answer->username_length},
	};

	if (statement == NULL)
		return NULL;
	if (mysql_stmt_prepare(statement, QUESTION, strlen(QUESTION)) == 0 &&
		mysql_stmt_bind_param(statement, &parameter) == 0 &&
		mysql_stmt_bind_result(statement, columns) == 0)
		return statement;
	fprintf(stderr, "floor: %s\n", mysql_stmt_error(statement));
	mysql_stmt_close(statement);
	return NULL;
}

static int ask(MYSQL_STMT *statement)
{
	return mysql_stmt_execute(statement) == 0 && mysql_stmt_fetch(statement) == 0 &&
	       mysql_stmt_free_result(statement) == 0;
}

static void serve(FCGX_Request *request, MYSQL_STMT *statement, const struct answer *answer)
{
	char text[512];

	if (!ask(statement)) {
		fprintf(stderr, "floor: %s\n", mysql_stmt_error(statement));
		FCGX_PutS("Status: 500\r\nContent-Type: application/json\r\n\r\n{}", request->out);
		return;
	}
	snprintf(text, sizeof(text),
		"Content-Type: application/json\r\n\r\n{\"id\":%lld,\"username\":\"%.*s\"}", answer->id,
		(int)answer->username_length, answer->username);
	FCGX_PutS(text, request->out);
}

int main(int argc, char **argv)
{
	struct answer answer;
	long long user_id;
	MYSQL *mysql;
	MYSQL_STMT *statement;
	FCGX_Request request;

	if (argc != 3) {
		fprintf(stderr, "usage: floor OPTION_FILE USER_ID\n");
		return EXIT_FAILURE;
	}
	user_id = atoll(argv[2]);
	mysql = connect_database(argv[1]);
	if (mysql == NULL)
		return EXIT_FAILURE;
	statement = prepare(mysql, &user_id, &answer);
	if (statement == NULL || FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return EXIT_FAILURE;
	while (FCGX_Accept_r(&request) == 0) {
		serve(&request, statement, &answer);
		FCGX_Finish_r(&request);
	}
	mysql_stmt_close(statement);
	mysql_close(mysql);
	return EXIT_SUCCESS;
}
