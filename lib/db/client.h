/*
 * The MySQL client library, with the differences between MariaDB Connector/C and MySQL's own
 * libmysqlclient in this one place.
 */
#ifndef FITGATE_DB_CLIENT_H
#define FITGATE_DB_CLIENT_H

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <stdbool.h>

/* my_bool is a char in MariaDB's library and was removed from MySQL's. */
#ifdef MARIADB_BASE_VERSION
typedef my_bool client_bool;
#else
typedef bool client_bool;
#endif

/* Errors that only one of the two has a name for. */
enum {
	CLIENT_ER_CONNECTION_KILLED = 1927,
	CLIENT_CR_SERVER_LOST_EXTENDED = 2055,
	CLIENT_ER_INTERACTION_TIMEOUT = 4031,
};

/* ssl=off, ssl=required, ssl=verify of DATABASE_URL. Set explicitly: the libraries' defaults differ. */
static inline void client_set_tls(MYSQL *mysql, bool required, bool verify)
{
#ifdef MARIADB_BASE_VERSION
	client_bool enforce = (client_bool)(required || verify), check = (client_bool)verify;

	mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
	mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &check);
#else
	unsigned mode = verify     ? SSL_MODE_VERIFY_IDENTITY
			: required ? SSL_MODE_REQUIRED
				   : SSL_MODE_DISABLED;

	mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
#endif
}

#endif
