/*
 * The floor of the benchmarks: the cost of a minimal FastCGI program that sends this database one query.
 *
 * Behind the same nginx and on the same MariaDB as Fitgate, it replies to each request with one row, read by
 * primary key with a statement that is prepared once. It has no routes, tokens or log, and a program can hardly
 * do less: its requests per second are the reference for GET profile. With `update` it changes that row and those
 * of the next ids in turn instead, to a different value in each request, and is the reference for POST profile/edit.
 *
 * Usage: floor OPTION_FILE USER_ID [update ROWS], with a FastCGI socket as descriptor 0. With any other descriptor it
 * is a CGI program: it connects, sends one query, and ends. OPTION_FILE is an option file of the MySQL clients
 * (section [client]: socket, user, password, database).
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char QUERY[] = "SELECT id, username FROM users WHERE id = ?";
static const char UPDATE[] = "UPDATE users SET bio = ? WHERE id = ?";

struct row {
	long long id;
	char username[256];
	unsigned long username_length;
	long long first_id;
	unsigned long long rows;    /* to update in turn */
	unsigned long long updates; /* updates so far */
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

/* The parameter and the columns are bound once. */
static MYSQL_STMT *prepare_query(MYSQL *mysql, struct row *row)
{
	MYSQL_STMT *statement = prepare(mysql, QUERY);
	MYSQL_BIND parameter = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &row->id};
	MYSQL_BIND columns[] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &row->id},
		{.buffer_type = MYSQL_TYPE_STRING,
			.buffer = row->username,
			.buffer_length = sizeof(row->username),
			.length = &row->username_length},
	};

	if (statement == NULL || mysql_stmt_bind_param(statement, &parameter) != 0 ||
		mysql_stmt_bind_result(statement, columns) != 0)
		return NULL;
	return statement;
}

static MYSQL_STMT *prepare_update(MYSQL *mysql, struct row *row)
{
	MYSQL_STMT *statement = prepare(mysql, UPDATE);
	MYSQL_BIND parameters[] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &row->updates, .is_unsigned = 1},
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &row->id},
	};

	return statement == NULL || mysql_stmt_bind_param(statement, parameters) != 0 ? NULL
										      : statement;
}

/* Execute the update, or the query and fetch its row. */
static int execute(MYSQL_STMT *statement, struct row *row)
{
	row->updates++;
	row->id = row->first_id + (long long)(row->updates % row->rows);
	if (mysql_stmt_execute(statement) != 0)
		return 0;
	return mysql_stmt_field_count(statement) == 0 ||
	       (mysql_stmt_fetch(statement) == 0 && mysql_stmt_free_result(statement) == 0);
}

static void respond(MYSQL_STMT *statement, struct row *row, char *text, size_t size)
{
	if (!execute(statement, row)) {
		fprintf(stderr, "floor: %s\n", mysql_stmt_error(statement));
		snprintf(text, size, "Status: 500\r\nContent-Type: application/json\r\n\r\n{}");
		return;
	}
	snprintf(text, size,
		"Content-Type: application/json\r\n\r\n{\"id\":%lld,\"username\":\"%.*s\"}",
		row->id, (int)row->username_length, row->username);
}

static int serve(MYSQL_STMT *statement, struct row *row)
{
	FCGX_Request request;
	char text[512];

	if (FCGX_IsCGI()) {
		respond(statement, row, text, sizeof(text));
		return puts(text) >= 0;
	}
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 0;
	while (FCGX_Accept_r(&request) == 0) {
		respond(statement, row, text, sizeof(text));
		FCGX_PutS(text, request.out);
		FCGX_Finish_r(&request);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct row row = {.rows = 1};
	MYSQL *mysql;
	MYSQL_STMT *statement;
	int served;

	if (argc != 3 && argc != 5) {
		fprintf(stderr, "usage: floor OPTION_FILE USER_ID [update ROWS]\n");
		return EXIT_FAILURE;
	}
	row.first_id = strtoll(argv[2], NULL, 10);
	if (argc == 5)
		row.rows = strtoull(argv[4], NULL, 10);
	row.updates = (unsigned long long)getpid()
		      << 40; /* no two processes write the same value */
	mysql = connect_database(argv[1]);
	if (mysql == NULL)
		return EXIT_FAILURE;
	statement = argc == 3 ? prepare_query(mysql, &row) : prepare_update(mysql, &row);
	if (statement == NULL)
		return EXIT_FAILURE;
	served = serve(statement, &row);
	mysql_stmt_close(statement);
	mysql_close(mysql);
	return served ? EXIT_SUCCESS : EXIT_FAILURE;
}
