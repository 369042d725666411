import type { Command, Option as Flag } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a shell asks the program by; it is not for people. */
export const completing = '__complete';
/** In place of candidates: a path belongs here. */
const files = ':files';

const wantsFile = (flag: Flag): boolean => flag.flags.endsWith('<path>');
const namesOf = (flag: Flag): ReadonlyArray<string> => [flag.long, flag.short].filter((name) => name !== undefined);
const candidate = (name: string, says: string): string => `${name}\t${says}`;

const allFlags = (command: Command): ReadonlyArray<Flag> => [
  ...command.options,
  ...(command.parent === null ? [] : allFlags(command.parent)),
];

interface Reached {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly awaiting: Flag | undefined;
  readonly args: number;
}

/** Where the words before the current one lead. */
const walk = (program: Command, words: ReadonlyArray<string>): Reached =>
  words.reduce<Reached>(
    ({ command, awaiting, args }, word) => {
      if (awaiting !== undefined) return { command, awaiting: undefined, args };
      const found = allFlags(command).find((flag) => namesOf(flag).includes(word));
      if (found?.required === true) return { command, awaiting: found, args };
      if (word.startsWith('-')) return { command, awaiting: undefined, args };
      const below = command.commands.find((each) => each.name() === word);
      return below === undefined
        ? { command, awaiting: undefined, args: args + 1 }
        : { command: below, awaiting: undefined, args: 0 };
    },
    { command: program, awaiting: undefined, args: 0 },
  );

/** What may stand where the last of the words is: a line each, with what it means behind a tab. */
export const completions = (program: Command, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const current = words.at(-1) ?? '';
  const { command, awaiting, args } = walk(program, words.slice(0, -1));
  const begins = (line: string): boolean => line.startsWith(current);
  if (awaiting !== undefined)
    return wantsFile(awaiting)
      ? [files]
      : (awaiting.argChoices ?? []).map((name) => candidate(name, '')).filter(begins);
  if (current.startsWith('-'))
    return allFlags(command)
      .flatMap((flag) => namesOf(flag).map((name) => candidate(name, flag.description)))
      .filter(begins);
  const argument = command.registeredArguments[args];
  if (argument !== undefined)
    return argument.name() === 'file'
      ? [files]
      : (argument.argChoices ?? []).map((name) => candidate(name, '')).filter(begins);
  return command.commands.map((each) => candidate(each.name(), each.description())).filter(begins);
};

/** Each asks the program itself, so that a script never knows less than the program that it was printed by. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# eval "$(writ completion bash)"
_writ() {
  local current="\${COMP_WORDS[COMP_CWORD]}" found
  found="$("\${COMP_WORDS[0]}" ${completing} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" || return
  local IFS=$'\\n'
  if [ "$found" = '${files}' ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$found" -- "$current"))
  fi
}
complete -F _writ writ
`,
  zsh: `#compdef writ
# eval "$(writ completion zsh)", after compinit
_writ() {
  local -a found
  local line
  for line in "\${(@f)$("\${words[1]}" ${completing} "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == '${files}' ]]; then
      _files
      return
    fi
    [[ -n $line ]] && found+=("\${line%%$'\\t'*}:\${line#*$'\\t'}")
  done
  _describe 'writ' found
}
compdef _writ writ
`,
  fish: `# writ completion fish | source
function __writ_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (command $words[1] ${completing} $words[2..-1] 2>/dev/null)
  if test "$found" = '${files}'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c writ -f -a '(__writ_complete)'
`,
};
