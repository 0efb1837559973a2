/*
 * Unit tests of picture/confinement: what a confined process can still do, and what kills it.
 */
#include "../unit.h"

#include "picture/isolation/confinement.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SURVIVED = 42, UNCONFINED = 43, PAGE = 4096 };

/* Run a function in a confined process whose descriptors 0 and 1 are a pipe; returns its wait status. */
static int run_confined(void (*work)(void))
{
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[0], STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		if (!confine())
			_exit(UNCONFINED);
		work();
		syscall(SYS_exit_group, SURVIVED);
	}
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void use_streams_and_memory(void)
{
	char bytes[] = "picture";
	void *large = mmap(NULL, 64 * (size_t)PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (write(STDOUT_FILENO, bytes, sizeof(bytes)) != sizeof(bytes) ||
		read(STDIN_FILENO, bytes, sizeof(bytes)) != sizeof(bytes) || large == MAP_FAILED)
		syscall(SYS_exit_group, EXIT_FAILURE);
	munmap(large, 64 * (size_t)PAGE);
}

static void reading_writing_and_memory_are_allowed(void **state)
{
	int status = run_confined(use_streams_and_memory);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SURVIVED);
}

static void open_file(void)
{
	syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static void make_socket(void)
{
	syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static void start_process(void)
{
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void run_program(void)
{
	char *const none[] = {NULL};

	syscall(SYS_execve, "/bin/true", none, none);
}

static void send_signal(void)
{
	syscall(SYS_kill, 1, 0);
}

static void read_memory_of_parent(void)
{
	syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}

static void trace(void)
{
	syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void read_other_descriptor(void)
{
	char byte;

	syscall(SYS_read, 3, &byte, 1);
}

static void write_standard_error(void)
{
	syscall(SYS_write, STDERR_FILENO, "x", 1);
}

static void make_memory_executable(void)
{
	syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void map_file(void)
{
	syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
}

static void change_protection(void)
{
	syscall(SYS_mprotect, NULL, 0, PROT_EXEC);
}

static void ask_for_process_id(void)
{
	syscall(SYS_getpid);
}

static void every_other_call_kills(void **state)
{
	static const struct {
		const char *name;
		void (*work)(void);
	} FORBIDDEN[] = {{"openat", open_file}, {"socket", make_socket}, {"clone", start_process},
		{"execve", run_program}, {"kill", send_signal},
		{"process_vm_readv", read_memory_of_parent}, {"ptrace", trace},
		{"read from 3", read_other_descriptor}, {"write to 2", write_standard_error},
		{"mmap of code", make_memory_executable}, {"mmap of a file", map_file},
		{"mprotect", change_protection}, {"getpid", ask_for_process_id}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(FORBIDDEN); i++) {
		int status = run_confined(FORBIDDEN[i].work);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: wait status %#x", FORBIDDEN[i].name, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_writing_and_memory_are_allowed),
		cmocka_unit_test(every_other_call_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
