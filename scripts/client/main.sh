# ---- the command line -----------------------------------------------------------------------------

# OPTION VALUE: apply an option.
set_option() {
	case $1 in
	--url) url=$2 ;;
	--account) account=$2 ;;
	--language) language=$2 ;;
	--output) output=$2 ;;
	--days) days=$2 ;;
	--device) device=yes ;;
	--client-id) client_id=$2 ;;
	--json) raw=yes ;;
	--accept-policy) accept_policy=yes ;;
	--password-stdin) from_stdin=yes ;;
	--help)
		print_usage
		exit
		;;
	esac
	given_options="$given_options $1"
}

# Options that only some commands list must be listed by this one.
check_options() {
	for option in $given_options; do
		case $_fitgate_commands in
		*"$option"*) ;;
		*) continue ;;
		esac
		case $synopsis in
		*"$option"*) ;;
		*) usage_error "$command: option $option does not apply" ;;
		esac
	done
}

# Options can be anywhere: remove each argument from the front of the list, and append it again unless it is an option.
given_options=''
left=$#
while [ "$left" -gt 0 ]; do
	argument=$1
	shift
	left=$((left - 1))
	case $argument in
	--)
		while [ "$left" -gt 0 ]; do
			set -- "$@" "$1"
			shift
			left=$((left - 1))
		done
		;;
	-?*)
		name=$argument
		case $argument in --*=*) name=${argument%%=*} ;; esac
		find_option "$name" || usage_error "unknown option '$name'"
		case $placeholder:$argument in
		:--*=*) usage_error "option $name takes no value" ;;
		:*) set_option "$option" '' ;;
		*:--*=*) set_option "$option" "${argument#*=}" ;;
		*)
			[ "$left" -gt 0 ] || usage_error "option $name requires a value"
			set_option "$option" "$1"
			shift
			left=$((left - 1))
			;;
		esac
		;;
	*) set -- "$@" "$argument" ;;
	esac
done
case $output in -*) output=./$output ;; esac

[ $# -gt 0 ] || {
	print_usage >&2
	exit "$EXIT_USAGE"
}

# The name of a command is one word or two.
command=$1
shift
if is_group "$command"; then
	[ $# -gt 0 ] || usage_error "incomplete command '$command'"
	command="$command $1"
	shift
fi
find_command "$command" || usage_error "unknown command '$command'"
check_count "$@"
check_pairs "$@"
check_options

command -v curl >/dev/null 2>&1 || die "$EXIT_LOCAL" "could not find curl: install it"
[ "$(command -v printf)" = printf ] ||
	die "$EXIT_LOCAL" "printf is not a builtin of this shell: other users could see secrets"

find_session
load_session
request_body=''
case $command in
*[\ -]*) "run_${command%[ -]*}_${command#*[ -]}" "$@" ;;
*) "run_$command" "$@" ;;
esac
