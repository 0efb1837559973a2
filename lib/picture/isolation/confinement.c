/*
 * libseccomp builds the filter of system calls. A forbidden call kills the process instead of returning an error:
 * only code that an attacker has injected makes one. In a process of one thread, SCMP_ACT_KILL_THREAD kills the
 * process, also on kernels before 4.14.
 */
#include "picture/isolation/confinement.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	FIRST_CLOSED = STDOUT_FILENO + 1,
	DESCRIPTORS_MAX = 1024, /* closed one by one without close_range(2), before Linux 5.9 */
	CPU_SECONDS = 20,       /* ten times what the largest picture takes */
	MEMORY_MAX = 64 << 20,
	OUTPUT_MAX = 64 << 20, /* a copy is at most as large as the upload: 32 MiB */
	LOWEST_PRIORITY = 19
};

static void close_files(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, FIRST_CLOSED, ~0U, 0) == 0)
		return;
#endif
	for (int descriptor = FIRST_CLOSED; descriptor < DESCRIPTORS_MAX; descriptor++)
		close(descriptor);
}

/* Lower a limit. Leave it alone if it is lower already. */
static void limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0)
		return;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	if (limit.rlim_cur > most)
		limit.rlim_cur = most;
	setrlimit(resource, &limit);
}

static void set_limits(void)
{
	limit(RLIMIT_CPU, CPU_SECONDS);
#ifndef __SANITIZE_ADDRESS__ /* AddressSanitizer reserves more address space than any limit */
	limit(RLIMIT_AS, MEMORY_MAX);
#endif
	limit(RLIMIT_FSIZE, OUTPUT_MAX);
	limit(RLIMIT_CORE, 0);
	signal(SIGXFSZ,
		SIG_IGN); /* exceeding RLIMIT_FSIZE fails with EFBIG instead of killing the process */
	setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Only anonymous memory without permission to execute. */
static bool allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp anonymous[] = {
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS),
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, anonymous) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(munmap), 0) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mremap), 0) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(brk), 0) == 0;
}

static bool allow_streams(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
		       SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO, 0)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
		       SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO, 0)) == 0;
}

static bool filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_THREAD);
	bool loaded = filter != NULL && allow_streams(filter) && allow_memory(filter) &&
		      seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0) == 0 &&
		      seccomp_load(filter) == 0;

	seccomp_release(filter);
	return loaded;
}

bool confine(void)
{
	close_files();
	set_limits();
	return filter_calls();
}
