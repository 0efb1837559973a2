# ---- completion for bash --------------------------------------------------------------------------
#
# The functions share the local variables of _fitgate. $words has the words to offer, or "files" to offer file names;
# $synopsis is that of the command, if its name is complete.

# OPTION, long or short: set $placeholder to the name of its value, or '' if it takes none.
_fitgate_find_option() {
	local name short value
	placeholder=''
	while IFS='|' read -r name short value _; do
		if [[ $1 == "$name" || $1 == "$short" ]]; then
			placeholder=$value
		fi
	done <<<"$_fitgate_options"
}

# Offer the options that apply to the command, or all options if its name is incomplete.
_fitgate_offer_options() {
	local name
	while IFS='|' read -r name _; do
		if [[ -z $synopsis || $_fitgate_commands != *"$name"* || $synopsis == *"$name"* ]]; then
			words+=("$name")
		fi
	done <<<"$_fitgate_options"
}

# GIVEN KEYS: offer the next argument of the command.
_fitgate_offer_argument() {
	local given placeholders position last
	read -ra given <<<"$1"
	read -ra placeholders <<<"$synopsis"
	position=${#given[@]}
	# the last argument can be repeated; options follow it
	last=0
	while [[ ${placeholders[last]-} != *... && $last -lt ${#placeholders[@]} ]]; do
		last=$((last + 1))
	done
	if ((position > last)); then
		position=$last
	fi
	read -ra words <<<"$2"
	case ${placeholders[position]-} in
	KEY=*) words=("${words[@]/%/=}") ;;
	'[KEY]' | SCOPE...) ;;
	FILE) words=(files) ;;
	*) words=() ;;
	esac
}

# TYPED, the words before the current one, without options: offer the next word.
_fitgate_offer_words() {
	local name arguments keys
	while IFS='|' read -r name arguments keys _; do
		name="$name "
		if [[ $name == [a-z]* && $name == "$1"?* ]]; then
			name=${name#"$1"}
			[[ " ${words[*]} " == *" ${name%% *} "* ]] || words+=("${name%% *}")
		elif [[ $1 == "$name"* ]]; then
			synopsis="$arguments "
			_fitgate_offer_argument "${1#"$name"}" "$keys"
		fi
	done <<<"$_fitgate_commands"
}

_fitgate() {
	local current=${COMP_WORDS[COMP_CWORD]} typed='' placeholder='' synopsis='' words=() i
	for ((i = 1; i < COMP_CWORD; i++)); do
		placeholder=''
		case ${COMP_WORDS[i]} in
		-*)
			_fitgate_find_option "${COMP_WORDS[i]}"
			[[ -z $placeholder ]] || i=$((i + 1))
			;;
		*) typed="$typed${COMP_WORDS[i]} " ;;
		esac
	done
	# The current word is the value of an option if the loop has skipped it.
	if ((i > COMP_CWORD)); then
		[[ $placeholder != FILE ]] || words=(files)
	else
		_fitgate_offer_words "$typed"
		if [[ $current == -* ]]; then
			words=()
			_fitgate_offer_options
		fi
	fi
	if [[ ${words[*]} == files ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _fitgate fitgate
