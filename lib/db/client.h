/*
 * The MySQL client library, with the differences between MariaDB Connector/C and MySQL's own
 * libmysqlclient in this one place.
 */
#ifndef FITGATE_DB_CLIENT_H
#define FITGATE_DB_CLIENT_H

#include "core/authorities.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <nss.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* my_bool is a char in MariaDB's library and was removed from MySQL's. */
#ifdef MARIADB_BASE_VERSION
typedef my_bool client_bool;
#else
typedef bool client_bool;
#endif

/* Errors that only one of the two has a name for. */
enum {
	CLIENT_ER_READ_ONLY_MODE = 1836,
	CLIENT_ER_CONNECTION_KILLED = 1927,
	CLIENT_CR_SERVER_LOST_EXTENDED = 2055,
	CLIENT_ER_GROUP_REPLICATION_HOOK = 3100,
	CLIENT_ER_GROUP_REPLICATION_STOPPED = 3101,
	CLIENT_ER_INTERACTION_TIMEOUT = 4031,
};

/*
 * When the library is initialized, it looks for the port of a service "mysql", even if it is given one. Only /etc/services is
 * read: looking for modules with other sources takes a program that is started for one request longer than its query.
 */
static inline void client_look_up_port_in_file(void)
{
	__nss_configure_lookup("services", "files");
}

/*
 * caching_sha2_password without TLS asks for the server's public key while the server does not have the
 * account in its cache. MariaDB's library always asks; MySQL's fails with 2061 unless this option is set.
 */
static inline void client_allow_public_key(MYSQL *mysql)
{
#ifdef MARIADB_BASE_VERSION
	(void)mysql;
#else
	client_bool allow = true;

	mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &allow);
#endif
}

/* A path that an environment variable names, or else the default; NULL if there is nothing at this path. */
static inline const char *client_existing_path(const char *variable, const char *fallback)
{
	const char *path = getenv(variable);

	if (path == NULL)
		path = fallback;
	return access(path, R_OK) == 0 ? path : NULL;
}

/*
 * Trust the authorities that OpenSSL trusts by default, or else those of the system. MySQL's library trusts none unless
 * they are named; MariaDB's from 3.4 on then also checks the certificate of a server at 127.0.0.1. A path of a file
 * that does not exist would make both fail.
 */
static inline void client_use_default_authorities(MYSQL *mysql)
{
	const char *file = client_existing_path(
			   X509_get_default_cert_file_env(), X509_get_default_cert_file()),
		   *directory = client_existing_path(
			   X509_get_default_cert_dir_env(), X509_get_default_cert_dir());

	if (file == NULL && directory == NULL)
		file = authorities_file();
	mysql_options(mysql, MYSQL_OPT_SSL_CA, file);
	mysql_options(mysql, MYSQL_OPT_SSL_CAPATH, directory);
}

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
	if (verify)
		client_use_default_authorities(mysql);
}

#endif
