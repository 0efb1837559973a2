/*
 * The upper limit for logins: how many crypt(3) calls per second all cores can make.
 *
 * Usage: hashrate HASH PROCESSES SECONDS. HASH is a hash as logins verify it; it determines format and cost.
 * Prints the number of calls per second.
 */
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Calls per second of this process; 0: the format of the hash is not supported. */
static double measure(const char *hash, double seconds)
{
	static struct crypt_data data;
	double started = now(), elapsed;
	unsigned long calls = 0;

	do {
		if (crypt_rn("a password to be hashed", hash, &data, (int)sizeof(data)) == NULL)
			return 0;
		calls++;
		elapsed = now() - started;
	} while (elapsed < seconds);
	return (double)calls / elapsed;
}

/* Start a child process that writes its rate to the pipe. */
static int start(const char *hash, double seconds, const int pipe_ends[2])
{
	pid_t pid = fork();
	double rate;

	if (pid != 0)
		return pid > 0;
	close(pipe_ends[0]);
	rate = measure(hash, seconds);
	_exit(write(pipe_ends[1], &rate, sizeof(rate)) == sizeof(rate) ? EXIT_SUCCESS
								       : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	int pipe_ends[2], processes, results = 0;
	double total = 0, rate;

	if (argc != 4 || pipe(pipe_ends) != 0) {
		fprintf(stderr, "usage: hashrate HASH PROCESSES SECONDS\n");
		return EXIT_FAILURE;
	}
	processes = (int)strtol(argv[2], NULL, 10);
	for (int i = 0; i < processes; i++)
		if (!start(argv[1], strtod(argv[3], NULL), pipe_ends))
			return EXIT_FAILURE;
	close(pipe_ends[1]);
	while (read(pipe_ends[0], &rate, sizeof(rate)) == sizeof(rate) && rate > 0) {
		total += rate;
		results++;
	}
	while (wait(NULL) > 0)
		;
	if (results != processes) {
		fprintf(stderr,
			"hashrate: could not hash with crypt(3): the hash is not supported\n");
		return EXIT_FAILURE;
	}
	printf("%.3f\n", total);
	return EXIT_SUCCESS;
}
