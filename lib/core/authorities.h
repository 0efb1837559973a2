/*
 * The certificates of the authorities that the system trusts. Each distribution has them elsewhere, and a library knows
 * only the place of the distribution that built it: programs that bring their libraries to a host need the host's place.
 */
#ifndef FITGATE_CORE_AUTHORITIES_H
#define FITGATE_CORE_AUTHORITIES_H

/* The path of a file with all certificates (PEM); NULL: none is at a known place. */
const char *authorities_file(void);

#endif
