import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { completions, completionScripts } from './completion.js';
import { exitCodes, meanings } from './exit-codes.js';
import { nouns, operations } from './operations/all.js';
import { globals } from './program.js';
import { build } from './run.js';

const io = {
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  signal: new AbortController().signal,
  wait: () => Promise.resolve(),
};
const { program } = build(io, {});

const commandsIn = (command: Command): ReadonlyArray<Command> => [command, ...command.commands.flatMap(commandsIn)];
const candidates = (...words: ReadonlyArray<string>): ReadonlyArray<string> =>
  completions(program, words).map((line) => line.split('\t', 1)[0] ?? '');

describe('the commands', () => {
  it('each have their own words, and say what they do', () => {
    const words = operations.map((operation) => operation.words);
    expect(new Set(words).size).toBe(words.length);
    for (const command of commandsIn(program))
      expect([command.name(), command.description()]).not.toEqual([command.name(), '']);
    const first = new Set(words.filter((each) => each.includes(' ')).map((each) => each.split(' ')[0]));
    expect([...first].sort()).toEqual(Object.keys(nouns).sort());
  });

  it('have no option that is called as one which every command takes', () => {
    const taken = globals().map((flag) => flag.long);
    for (const command of commandsIn(program).slice(1))
      expect([command.name(), command.options.filter(({ long }) => taken.includes(long))]).toEqual([
        command.name(),
        [],
      ]);
  });

  it('take no secret as an argument, which `ps` would show', () => {
    const secret = /secret|token|credential|authorization|password|pepper/iu;
    for (const { words, path, args = {}, options = {} } of operations)
      for (const [flag, option] of [...Object.entries(args), ...Object.entries(options)]) {
        const field = option.name.split('.').at(-1) ?? '';
        if (option.in === 'path' || !secret.test(field)) continue;
        expect([words, path, flag, option.takes]).toEqual([
          words,
          path,
          expect.stringMatching(/-file$/u),
          expect.stringMatching(/^secret-/u),
        ]);
      }
    const bare = [...globals(), ...commandsIn(program).flatMap((command) => command.options)]
      .filter((flag) => secret.test(flag.long ?? ''))
      .filter((flag) => flag.required && !flag.flags.endsWith('<path>'));
    expect(bare).toEqual([]);
  });

  it('tell every exit code in the help', () => {
    program.outputHelp();
    const help = String(io.stdout.read());
    for (const code of Object.values(exitCodes)) expect(help).toContain(`${code}  ${meanings[code]}`);
  });
});

describe('the file that is built', () => {
  it('is executable after every build: `npx` makes it so only once', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-built-'));
    const { bin, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
    const built = join(directory, bin?.['writ'] ?? '');
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(built, '', { mode: 0o644 });
    execFileSync('sh', ['-c', scripts?.['postbuild'] ?? 'false'], { cwd: directory });
    expect(statSync(built).mode & 0o111).toBe(0o111);
    rmSync(directory, { recursive: true });
  });
});

describe('completion', () => {
  it('knows commands, options and values', () => {
    expect(candidates('ke')).toEqual(['keys']);
    expect(candidates('keys', 'r')).toEqual(['rotate', 'revoke', 'revoke-many', 'report']);
    expect(candidates('keys', 'create', '--exp')).toEqual(['--expires-at']);
    expect(candidates('keys', 'create', '--project', 'x', '--j')).toEqual(['--json']);
    expect(candidates('keys', 'report', '--about', '')).toEqual(['maker-gone', 'never-used', 'expiring-soon']);
    expect(candidates('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(candidates('--as', 'user_1', 'audit', 'w')).toEqual(['what-if']);
  });

  it('leaves paths to the shell, and invents no id', () => {
    expect(candidates('keys', 'create', '--secret-file', '')).toEqual([':files']);
    expect(candidates('import', '')).toEqual([':files']);
    expect(candidates('keys', 'show', '')).toEqual([]);
    expect(candidates('no', 'such', 'thing')).toEqual([]);
  });

  it('is a script that bash reads', () => {
    expect(execFileSync('bash', ['-n'], { input: completionScripts.bash })).toHaveLength(0);
    for (const script of Object.values(completionScripts)) expect(script).toContain('__complete');
  });

  const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

  (isInstalled('zsh') ? it : it.skip)('is a script that zsh reads, where there is one', () => {
    expect(spawnSync('zsh', ['-n'], { input: completionScripts.zsh }).status).toBe(0);
  });

  (isInstalled('fish') ? it : it.skip)('completes in fish, where there is one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-fish-'));
    writeFileSync(join(directory, 'writ'), "#!/bin/sh\nprintf 'keys\\tThe keys\\n'\n", { mode: 0o755 });
    const script = `${completionScripts.fish}\ncomplete -C 'writ ke'`;
    const env = { ...process.env, HOME: directory, PATH: `${directory}:${process.env['PATH'] ?? ''}` };
    expect(execFileSync('fish', ['-c', script], { env, encoding: 'utf8' })).toBe('keys\tThe keys\n');
    rmSync(directory, { recursive: true });
  });

  it('has no directory in the place of a command in bash, and knows a path for one', () => {
    // What bash itself would take for a file name gets a slash where there is such a directory.
    expect(completionScripts.bash).not.toMatch(/^complete .*-o filenames/mu);
    expect(completionScripts.bash).toMatch(/compopt -o filenames/u);
  });
});
