/*
 * Settings of the running process: isolation from other processes of the same Unix user, and signals.
 */
#ifndef FITGATE_CORE_PROCESS_H
#define FITGATE_CORE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make the process undumpable: only root can read its memory and environment (ptrace(2), /proc/PID/mem,
 * /proc/PID/environ), and no core dump holds a key or a password. Every program calls this first.
 *
 * Exceptions: FITGATE_DUMPABLE in the environment, for debuggers and measurements by an ordinary user; and
 * builds with the address sanitizer, whose leak detection attaches to the process.
 */
void process_make_private(void);

/*
 * Ignore SIGPIPE and SIGXFSZ: writing to a closed connection, or beyond a limit on file sizes, then fails with EPIPE or
 * EFBIG instead of killing the process.
 */
void process_ignore_write_signals(void);

/* Get the directory of the running program, with a slash at its end. false: it is not known, or longer than `size`. */
bool process_directory(char *directory, size_t size);

#endif
