/*
 * Making and dropping the connection, and what its errors mean.
 */
#include "db/internal.h"

#include "core/log.h"
#include "core/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECT_TIMEOUT = 5, ANSWER_TIMEOUT = 30 };

/* How often to try, and how long to wait in between, while all connections are taken: 2 s on the average. */
enum { CROWDED_TRIES = 20, CROWDED_WAIT_MIN_MS = 60, CROWDED_WAIT_SPREAD_MS = 80 };

/* Everything a session relies on, whatever the server's defaults are. */
static const char SESSION[] =
	"SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
	"innodb_lock_wait_timeout = 10, group_concat_max_len = 67108864";

struct db *db_open(const struct url *url)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->url = url;
	db->timeout = ANSWER_TIMEOUT;
	return db;
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_disconnect(db);
	mysql_library_end();
	free(db);
}

void db_use_arena(struct db *db, struct arena *arena)
{
	db->arena = arena;
}

void db_set_timeout(struct db *db, unsigned seconds)
{
	db->timeout = seconds;
}

unsigned db_error_number(const struct db *db)
{
	return db->error_number;
}

const char *db_error_text(const struct db *db)
{
	return db->error_text;
}

void db_note_error(struct db *db, unsigned number, const char *text)
{
	db->error_number = number;
	db->error_logged = false;
	snprintf(db->error_text, sizeof(db->error_text), "%s", text);
}

void db_log_error(struct db *db)
{
	if (!db->error_logged)
		log_error("database: %s (%u)", db->error_text, db->error_number);
	db->error_logged = true;
}

bool db_error_is_loss(unsigned number)
{
	switch (number) {
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case ER_SERVER_SHUTDOWN:
	case ER_UNKNOWN_STMT_HANDLER:
	case ER_NEED_REPREPARE:
	case CLIENT_CR_SERVER_LOST_EXTENDED:
	case CLIENT_ER_CONNECTION_KILLED:
	case CLIENT_ER_INTERACTION_TIMEOUT:
	/* out of step with the server: nothing more can be read from this connection */
	case CR_COMMANDS_OUT_OF_SYNC:
	case CR_MALFORMED_PACKET:
	case CR_UNKNOWN_ERROR:
		return true;
	default:
		return false;
	}
}

bool db_error_is_conflict(unsigned number)
{
	/* MariaDB from 11.6 on answers 1020 to a change of what has changed since the snapshot */
	return number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT ||
	       number == ER_CHECKREAD;
}

static void set_options(struct db *db)
{
	const char *ssl = url_parameter(db->url, "ssl");
	unsigned connect_timeout = CONNECT_TIMEOUT;

	mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
	mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &db->timeout);
	mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &db->timeout);
	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(db->mysql, MYSQL_INIT_COMMAND, SESSION);
	client_set_tls(db->mysql, ssl != NULL && strcmp(ssl, "required") == 0,
		ssl != NULL && strcmp(ssl, "verify") == 0);
}

/* The server, or the account, has as many connections as it may: on a shared host a burst is enough. */
static bool is_crowded(unsigned number)
{
	return number == ER_CON_COUNT_ERROR || number == ER_TOO_MANY_USER_CONNECTIONS ||
	       number == ER_USER_LIMIT_REACHED;
}

/* Not the same time for all who wait. */
static void wait_a_little(void)
{
	unsigned char chance = 0;
	struct timespec wait = {0};

	secret_random(&chance, sizeof(chance));
	wait.tv_nsec = (CROWDED_WAIT_MIN_MS + chance % CROWDED_WAIT_SPREAD_MS) * 1000000L;
	nanosleep(&wait, NULL);
}

static bool try_to_connect(struct db *db)
{
	const struct url *url = db->url;

	db->mysql = mysql_init(NULL);
	if (db->mysql == NULL) {
		db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
		return false;
	}
	set_options(db);
	if (mysql_real_connect(db->mysql, url->host, url->user, url->password, url->path,
		    (unsigned)url->port, url_parameter(url, "unix_socket"),
		    CLIENT_FOUND_ROWS) != NULL)
		return true;
	db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	db_disconnect(db);
	return false;
}

bool db_connect(struct db *db)
{
	bool connected = db->mysql != NULL || try_to_connect(db);

	for (int tries = 1; !connected && is_crowded(db->error_number) && tries < CROWDED_TRIES;
		tries++) {
		wait_a_little();
		connected = try_to_connect(db);
	}
	if (!connected)
		db_log_error(db);
	return connected;
}

void db_disconnect(struct db *db)
{
	for (int i = 0; i < db->statement_count; i++)
		statement_free(db->statements[i]);
	db->statement_count = 0;
	if (db->mysql != NULL)
		mysql_close(db->mysql);
	db->mysql = NULL;
	db->in_transaction = false;
}
