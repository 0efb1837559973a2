/*
 * The limit of log-ins: how many crypt(3) calls a second all cores together can make.
 *
 * Usage: hashrate HASH PROCESSES SECONDS. HASH is one of the hashes that log-ins verify; it names format
 * and cost. Prints the number of calls a second.
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

/* Calls a second of this process alone; 0 when the hash is of no known format. */
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

/* Start a process that writes its rate into the pipe. */
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
	int pipe_ends[2], processes, answers = 0;
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
		answers++;
	}
	while (wait(NULL) > 0)
		;
	if (answers != processes) {
		fprintf(stderr, "hashrate: crypt(3) refused the hash\n");
		return EXIT_FAILURE;
	}
	printf("%.3f\n", total);
	return EXIT_SUCCESS;
}
