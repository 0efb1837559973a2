/*
 * Opening and dropping the connection, and the classes of errors.
 */
#include "db/internal.h"

#include "core/log.h"
#include "core/crypto.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CONNECT_TIMEOUT = 5 }; /* seconds */

/* How often to try, and how long to wait between attempts, while all connections are taken: 2 s on average. */
enum { CROWDED_TRIES = 20, CROWDED_WAIT_MIN_MS = 60, CROWDED_WAIT_SPREAD_MS = 80 };

/*
 * What a session relies on, whatever the server's defaults are. One variable in each statement, because connection
 * poolers cannot parse several. SET NAMES because servers and libraries exist that ignore the character set of the
 * handshake. autocommit is set without a look at the status flag, which MySQL sets in the handshake even if the
 * session begins without autocommit. Times are in UTC by UTC_TIMESTAMP() and DATETIME, so time_zone does not matter.
 */
static const char *const SESSION[] = {
	"SET NAMES utf8mb4",
	"SET SESSION autocommit = 1",
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
	"SET SESSION innodb_lock_wait_timeout = 10",
	"SET SESSION group_concat_max_len = 67108864",
	NULL,
};

/* Within a Galera cluster: read what every node has committed. Only MariaDB knows the variable. */
static const char SYNCHRONOUS_READS[] = "SET SESSION wsrep_sync_wait = 1";

void db_note_error(struct db *db, unsigned number, const char *text)
{
	db->error_number = number;
	db->error_logged = false;
	snprintf(db->error_text, sizeof(db->error_text), "%s", text);
}

void db_log_error(struct db *db, const char *attempt)
{
	if (!db->error_logged)
		log_error("could not %s: %s (%u)", attempt, db->error_text, db->error_number);
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
	/* Connector/C 3.3: the server has closed a connection with TLS */
	case CR_SSL_CONNECTION_ERROR:
	/* out of step with the server: nothing more can be read from this connection */
	case CR_COMMANDS_OUT_OF_SYNC:
	case CR_MALFORMED_PACKET:
	case CR_UNKNOWN_ERROR:
	/* a node of a cluster that cannot serve at the moment, or cannot serve this account */
	case ER_UNKNOWN_COM_ERROR:
	case CLIENT_ER_GROUP_REPLICATION_HOOK:
	case CLIENT_ER_GROUP_REPLICATION_STOPPED:
		return true;
	default:
		return db_error_is_read_only(number);
	}
}

bool db_error_is_read_only(unsigned number)
{
	return number == ER_OPTION_PREVENTS_STATEMENT || number == CLIENT_ER_READ_ONLY_MODE ||
	       number == ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION;
}

bool db_error_is_conflict(unsigned number)
{
	/* 1020: MariaDB from 11.6 on, when a row has changed since the snapshot. 1461: the server has no room
	   for another prepared statement at the moment. */
	return number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT ||
	       number == ER_CHECKREAD || number == ER_MAX_PREPARED_STMT_COUNT_REACHED;
}

static void set_options(struct db *db)
{
	const char *ssl = url_parameter(db->url, "ssl");
	unsigned connect_timeout = CONNECT_TIMEOUT, no_local_infile = 0;

	mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
	mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &db->timeout);
	mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &db->timeout);
	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &no_local_infile);
	client_allow_public_key(db->mysql);
	client_set_tls(db->mysql, ssl != NULL && strcmp(ssl, "required") == 0,
		ssl != NULL && strcmp(ssl, "verify") == 0);
}

/* The server or the account has reached its limit of connections: on a shared host a burst is enough. */
static bool is_crowded(unsigned number)
{
	return number == ER_CON_COUNT_ERROR || number == ER_TOO_MANY_USER_CONNECTIONS ||
	       number == ER_USER_LIMIT_REACHED;
}

/* The time is random, so that waiting processes do not retry at the same time. */
static void wait_a_little(void)
{
	struct timespec wait = {0};

	wait.tv_nsec = (CROWDED_WAIT_MIN_MS + crypto_jitter() % CROWDED_WAIT_SPREAD_MS) * 1000000L;
	nanosleep(&wait, NULL);
}

/* Prepare the new connection for our statements. */
static bool begin_session(struct db *db)
{
	for (const char *const *statement = SESSION; *statement != NULL; statement++)
		if (mysql_query(db->mysql, *statement) != 0)
			return false;
	return strstr(mysql_get_server_info(db->mysql), "MariaDB") == NULL ||
	       mysql_query(db->mysql, SYNCHRONOUS_READS) == 0 ||
	       mysql_errno(db->mysql) == ER_UNKNOWN_SYSTEM_VARIABLE;
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
		    CLIENT_FOUND_ROWS) != NULL &&
		begin_session(db))
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
		db_log_error(db, "connect to the database");
	return connected;
}

void db_disconnect(struct db *db)
{
	if (db->mysql != NULL)
		mysql_close(db->mysql);
	db->mysql = NULL;
	db->connection++;
	db->in_transaction = false;
}
