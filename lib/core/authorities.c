/*
 * See authorities.h. The places are those that crypto/x509 of Go's library knows for Linux (root_linux.go).
 */
#include "core/authorities.h"

#include <stddef.h>
#include <unistd.h>

static const char *const PLACES[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Gentoo */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Red Hat and its descendants, up to 9 */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* the same, from 7 on */
	"/etc/ssl/ca-bundle.pem",                            /* SUSE */
	"/etc/ssl/cert.pem",                                 /* Alpine */
};

const char *authorities_file(void)
{
	for (size_t i = 0; i < sizeof(PLACES) / sizeof(*PLACES); i++)
		if (access(PLACES[i], R_OK) == 0)
			return PLACES[i];
	return NULL;
}
