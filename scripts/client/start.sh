# fitgate: a command-line client for an account on a Fitgate server. The manual is fitgate(1).
#
# Written for POSIX sh and the POSIX utilities, plus mktemp and curl. Assembled from the parts in
# scripts/client by `make`; change the parts, not the assembled file.
#
# Secrets never appear in the arguments or the environment of a process: curl reads its options, the
# token and the request body among them, from a pipe written by printf, which is a shell builtin.

set -fu

# A variable that the caller exported stays exported when a value is assigned to it. Unset every
# variable that may hold a secret, so that no child process inherits it.
unset password new_password secret token saved_token mail_token line value member
unset client_secret refresh_token saved_refresh_token saved_client_secret device_code
unset request_body reply reply_fields curl_output shown
password=${FITGATE_PASSWORD-} new_password=${FITGATE_NEW_PASSWORD-} token=${FITGATE_TOKEN-}
client_secret=${FITGATE_CLIENT_SECRET-} refresh_token=''
unset FITGATE_PASSWORD FITGATE_NEW_PASSWORD FITGATE_TOKEN FITGATE_CLIENT_SECRET

# Make every tool work on bytes, in every locale.
LC_ALL=C
export LC_ALL
umask 077

EXIT_REFUSED=1 EXIT_USAGE=2 EXIT_NO_CONNECTION=3 EXIT_NOT_LOGGED_IN=4 EXIT_SERVER=5 EXIT_LOCAL=6

newline='
'
carriage_return=$(printf '\r')
terminal_settings='' temporary_file=''
url='' account=default output='' language='' days='' raw=no accept_policy=no from_stdin=no device=no client_id=''

# EXIT_STATUS MESSAGE...: print an error message and exit.
die() {
	exit_status=$1
	shift
	printf 'fitgate: %s\n' "$*" >&2
	exit "$exit_status"
}

usage_error() {
	die "$EXIT_USAGE" "$* (see fitgate --help)"
}

clean_up() {
	if [ -n "$terminal_settings" ]; then
		stty "$terminal_settings" </dev/tty
		printf '\n' >/dev/tty
	fi
	[ -z "$temporary_file" ] || rm -f "$temporary_file"
	terminal_settings='' temporary_file=''
}

# SIGNAL: end by the signal itself, so that the parent process can see it.
end_by_signal() {
	clean_up
	trap - EXIT "$1"
	kill -s "$1" "$$"
}

trap clean_up EXIT
trap 'end_by_signal HUP' HUP
trap 'end_by_signal INT' INT
trap 'end_by_signal TERM' TERM
