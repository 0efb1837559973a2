/*
 * Several processes of one program. They are forked, so that they share the memory that was filled before: what the loader
 * has filled in for this process, the settings, the tables of the libraries. That is most of what a process needs.
 */
#ifndef FITGATE_HTTP_SUPERVISOR_H
#define FITGATE_HTTP_SUPERVISOR_H

/* Which process has returned from supervisor_run(). */
enum supervisor_role {
	SUPERVISOR_CHILD,  /* one that serves, with SIGTERM, SIGUSR1 and SIGINT blocked */
	SUPERVISOR_PARENT, /* all others have ended */
};

/*
 * Fork `count` processes, from 1 to SETTINGS_PROCESSES_MAX, and replace each that ends, until SIGTERM (or SIGUSR1, SIGINT)
 * arrives: then send them SIGTERM, and wait until they have ended. If the parent is killed, its children get SIGTERM. There
 * must be no threads, and no connection yet.
 *
 * If a process crashes, the parent starts the program again, and all processes are new: with the same addresses and the
 * same stack canary in the next one, an attacker could guess them in many steps.
 *
 * A fork(2) that fails is logged and repeated.
 *
 * *number: in a process that serves, its number, from 0 on; a replacement has that of the one that has ended.
 */
enum supervisor_role supervisor_run(int count, int *number);

#endif
