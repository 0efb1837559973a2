# shellcheck shell=bash
# Completion of fitgate(1) for bash.

# The words that may follow, in $words; files are to be completed where it is "-".
_fitgate_words() {
	case $1 in
	'') words='register confirm resend login logout whoami password email policy profile preferences
		sport picture export config ping' ;;
	password) words='change reset set' ;;
	email) words='change confirm' ;;
	policy) words='accept' ;;
	profile | preferences) words='get set' ;;
	sport) words='list get set reset' ;;
	picture) words='get set delete' ;;
	'profile set') words='first_name= last_name= location= bio= birth_date=' ;;
	'preferences get') words='date_format timezone language display_ascent imperial_units
		start_elevation_at_zero use_raw_gpx_speed weekm' ;;
	'preferences set') words='date_format= timezone= language= display_ascent= imperial_units=
		start_elevation_at_zero= use_raw_gpx_speed= weekm=' ;;
	'sport set '*) words='color= is_active= stopped_speed_threshold=' ;;
	'picture set') words='-' ;;
	*) words='' ;;
	esac
}

_fitgate() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' words i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--url | --account | --language | -o | --output) i=$((i + 1)) ;;
		-*) ;;
		*) command="${command:+$command }${COMP_WORDS[i]}" ;;
		esac
	done
	case $before in
	-o | --output) words='-' ;;
	--url | --account | --language) words='' ;;
	*) _fitgate_words "$command" ;;
	esac
	case $current in
	-*) words='--url --account --json --password-stdin --output --help --accept-policy --language' ;;
	esac
	COMPREPLY=()
	if [ "$words" = - ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	case ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac
}

complete -F _fitgate fitgate
