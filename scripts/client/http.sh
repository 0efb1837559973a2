# ---- HTTP -----------------------------------------------------------------------------------------

# NAME VALUE: print a line of a curl configuration file.
curl_option() {
	case $2 in
	*[\\\"]* | *"$newline"*) printf '%s = "%s"\n' "$1" "$(curl_quote "$2")" ;;
	*) printf '%s = "%s"\n' "$1" "$2" ;;
	esac
}

curl_quote() {
	printf '%s\n' "$1" | sed 's/[\\"]/\\&/g' | awk '{ printf "%s%s", separator, $0; separator = "\\n" }'
}

# PATH of a file: set $curl_path to its name for a curl configuration. In Git Bash, MSYS2 and Cygwin, curl can be a
# Windows program, which cannot open POSIX paths; cygpath converts them.
find_curl_path() {
	curl_path=$1
	command -v cygpath >/dev/null 2>&1 || return 0
	curl_path=$(cygpath -m -a -- "$1") || die "$EXIT_LOCAL" "could not convert path \"$1\" for Windows"
}

# PATH of the API: print the curl options of every request. curl uses a proxy that the environment names, but not for
# this machine: the proxy would connect to itself.
common_options() {
	curl_option url "$url$1"
	printf '%s\n' globoff 'proto = "=http,https"' 'connect-timeout = 20' 'speed-limit = 1' show-error \
		'write-out = "\n%{http_code}"'
	[ "$is_local" = no ] || curl_option noproxy '*'
	[ -z "$token" ] || curl_option header "Authorization: Bearer $token"
}

# CONFIGURATION: print the reply, then the HTTP status and the exit status of curl, a line each. -q comes
# first, so that curl does not read ~/.curlrc.
start_curl() {
	printf '%s\n' "$1" | curl -q -K -
	printf '\n%d' "$?"
}

# CONFIGURATION [progress-bar]: set $reply, $status (of HTTP) and $curl_status (its exit status). Messages of curl can
# quote the server, so they are escaped, except if curl prints a progress bar.
call_curl() {
	if [ "${2-}" = progress-bar ]; then
		curl_output=$(start_curl "$1")
	else
		curl_output=$({ start_curl "$1" 2>&1 >&3 3>&- | printable >&2 3>&-; } 3>&1)
	fi
	curl_status=${curl_output##*"$newline"}
	curl_output=${curl_output%"$newline"*}
	reply=${curl_output%"$newline"*}
	status=${curl_output##*"$newline"}
	status=${status%"$carriage_return"} # from a curl for Windows
}

# METHOD PATH [CONFIGURATION]: set $reply and $status; exit if there is no reply. An expired token is renewed if the login
# has a refresh token. If a firewall before the server rejects
# PATCH or DELETE, the request is repeated as POST to a path that stands for the method.
request() {
	request_once "$@"
	if can_renew; then
		renew_token
		request_once "$@"
	fi
	case $1 in
	PATCH | DELETE) is_rejected || return 0 ;;
	*) return 0 ;;
	esac
	override='patch'
	[ "$1" = PATCH ] || override=delete
	request_once POST "$2/$override" ${3+"$3"}
}

# Whether the last reply is a rejection that does not come from the API.
is_rejected() {
	case $status in
	400 | 403 | 404 | 405 | 406 | 501) ;;
	*) return 1 ;;
	esac
	reply_fields=$(printf '%s\n' "$reply" | read_json) && { field status || field error; } && return 1
	return 0
}

# METHOD PATH [CONFIGURATION]: send one request, as request() does.
request_once() {
	call_curl "$(
		common_options "$2"
		curl_option request "$1"
		printf '%s\n' silent 'speed-time = 90'
		[ $# -lt 3 ] || printf '%s\n' "$3"
	)"
	case $curl_status in
	0) ;;
	23 | 26) die "$EXIT_LOCAL" "curl could not read or write a file" ;;
	*) die "$EXIT_NO_CONNECTION" "no reply from $url" ;;
	esac
}

# METHOD PATH: send $request_body as JSON; exit unless the reply is a success.
send() {
	request "$1" "$2" "$(
		curl_option header 'Content-Type: application/json'
		curl_option data-raw "{$request_body}"
	)"
	require_success
}

get() {
	request GET "$1"
	require_success
}

# If the request succeeded, set $reply_fields; otherwise exit with the message of the reply.
require_success() {
	reply_fields=''
	if [ -n "$reply" ]; then
		reply_fields=$(printf '%s\n' "$reply" | read_json) || reply_fields=''
	fi
	case $status in
	204) ;;
	2??) [ -n "$reply_fields" ] || report_failure ;;
	*) report_failure ;;
	esac
}

# Exit with the message of the reply on standard error.
report_failure() {
	is_expected=yes
	field message || field error_description || field error || {
		is_expected=no
		value="unexpected reply with status $status: is this a Fitgate server?"
	}
	join_lines
	[ "$raw" = no ] || show "$reply"
	case $is_expected$status:$value in
	yes401:'invalid credentials' | yes401:*'new token') die "$EXIT_REFUSED" "$value" ;;
	yes401:*) die "$EXIT_NOT_LOGGED_IN" "$value (log in with: fitgate login EMAIL)" ;;
	yes4??:*) die "$EXIT_REFUSED" "$value" ;;
	*) die "$EXIT_SERVER" "$value" ;;
	esac
}

# Join the lines of the escaped text in $value: "a; b".
join_lines() {
	value=${value%'\n'}
	while :; do
		case $value in
		*'\n'*) value="${value%%'\n'*}; ${value#*'\n'}" ;;
		*) break ;;
		esac
	done
}
