import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operations } from '../../apps/cli/src/operations/all.js';
import type { Operation, Option } from '../../apps/cli/src/operations/operation.js';
import { changesByPost, isGuarded } from '../../apps/cli/src/wire/request.js';
import { documentOf } from '../support/api-document.js';
import { type Cast, cast, makeKey, project } from '../support/cast.js';
import { type Described, operationsDescribed } from '../support/operations-described.js';
import { type Around, type Ran, writ } from '../support/terminal.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let all: Cast;
let alpha: string;
let described: ReadonlyMap<string, Described>;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  all = await cast(server.client);
  alpha = await project(server.client, all, 'Alpha');
  described = operationsDescribed(await documentOf(server.client.url));
  directory = mkdtempSync(join(tmpdir(), 'writ-cli-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await server.remove();
});

const environment = () => ({ WRIT_URL: server.client.url, WRIT_TOKEN: server.client.operatorToken });
const asOperator = (argv: string, around: Around = {}): Promise<Ran> =>
  writ(argv.split(' '), { env: environment(), ...around });
const asOwner = (argv: string, around: Around = {}): Promise<Ran> => asOperator(`${argv} --as ${all.owner}`, around);
const inDirectory = (name: string, text: string, mode = 0o600): string => {
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};

const optionsOf = ({ args = {}, options = {} }: Operation): ReadonlyArray<Option> => [
  ...Object.values(args),
  ...Object.values(options),
];
const named = (operation: Operation, place: Option['in']): ReadonlyArray<string> =>
  optionsOf(operation)
    .filter((option) => option.in === place)
    .map(({ name }) => name);
const sorted = (names: Iterable<string>): ReadonlyArray<string> => [...new Set(names)].sort();
const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;
const operationsWith = (): ReadonlyArray<readonly [Operation, Described]> =>
  operations.flatMap((operation) => {
    const of = described.get(nameOf(operation));
    return of === undefined ? [] : [[operation, of] as const];
  });

describe('the commands and the API', () => {
  it('are the same operations, none left out and none invented', () => {
    const covered = operations.flatMap((operation) => [nameOf(operation), ...(operation.covers ?? [])]);
    expect(sorted(covered)).toEqual(sorted(described.keys()));
  });

  it('have the same parameters', () => {
    const flagged = ['limit', 'cursor', 'after'];
    for (const [operation, { name, path, query }] of operationsWith()) {
      expect([name, sorted(named(operation, 'path'))]).toEqual([name, sorted(path)]);
      const asked = query.filter((one) => !flagged.includes(one));
      expect([name, sorted(named(operation, 'query'))]).toEqual([name, sorted(asked)]);
      expect([name, query.includes('cursor')]).toEqual([name, operation.answer.as === 'list']);
      const resumes = operation.answer.as === 'file' && operation.answer.resumes;
      expect([name, query.includes('after')]).toEqual([name, resumes]);
    }
  });

  it('have the same fields of bodies, with the same choices', () => {
    for (const [operation, { name, body, takesLines }] of operationsWith()) {
      const inBody = optionsOf(operation).filter((option) => option.in === 'body');
      const covers = (field: string): boolean =>
        inBody.some(
          (option) =>
            option.name === field ||
            field in (option.beside ?? {}) ||
            (option.takes.startsWith('json') && (option.name === '' || field.startsWith(`${option.name}.`))),
        );
      expect([name, [...body.keys()].filter((field) => !covers(field))]).toEqual([name, []]);
      const known = (field: string): boolean =>
        field === '' || [...body.keys()].some((one) => one === field || one.startsWith(`${field}.`));
      const sent = inBody.flatMap((option) => [option.name, ...Object.keys(option.beside ?? {})]);
      expect([name, sent.filter((field) => !known(field))]).toEqual([name, []]);
      for (const { name: field, choices } of inBody.filter(({ takes }) => !takes.startsWith('json')))
        if (body.get(field) !== undefined) expect([name, field, choices]).toEqual([name, field, body.get(field)]);
      expect([name, operation.uploads === true]).toEqual([name, takesLines]);
    }
  });

  it('require the same', () => {
    for (const [operation, { name, required }] of operationsWith()) {
      const demanded = optionsOf(operation).filter((option) => option.required === true);
      const wanting = required.filter((field) => !demanded.some((one) => one.name.split('.')[0] === field));
      // a subject is a person or a key: either option brings it
      expect([name, wanting.filter((field) => field !== 'subject')]).toEqual([name, []]);
    }
  });

  it('honour the same headers', () => {
    // Nothing is kept here, so nothing is asked for only if it changed.
    const everywhere = ['X-Request-ID', 'Writ-Min-Position', 'Writ-Act-As', 'If-None-Match'];
    for (const [operation, { name, headers }] of operationsWith()) {
      const honoured = [
        ...(changesByPost(operation) ? ['Idempotency-Key'] : []),
        ...(isGuarded(operation) ? ['If-Match'] : []),
        ...(operation.credential === undefined ? [] : [operation.credential]),
        ...named(operation, 'header').filter((header) => header !== 'Authorization'),
      ];
      expect([name, sorted(honoured)]).toEqual([name, sorted(headers.filter((one) => !everywhere.includes(one)))]);
    }
  });

  it('show fields that there are', () => {
    for (const [operation, { name, answer: fields }] of operationsWith()) {
      const { answer, secret, verdict } = operation;
      const shown = [
        ...(answer.as === 'list' ? answer.columns.map((column) => `items.${column}`) : []),
        ...(answer.as === 'prose' ? [answer.field] : []),
        ...(answer.as === 'record'
          ? Object.entries(answer.tables ?? {}).flatMap(([table, columns]) => columns.map((one) => `${table}.${one}`))
          : []),
        ...(secret === undefined ? [] : [secret]),
        ...(verdict === undefined ? [] : [verdict]),
        ...(answer.as === 'record' ? [answer.always ?? 'id'] : []),
      ];
      expect([name, shown.filter((field) => !fields.includes(field))]).toEqual([name, []]);
      // whatever is shown once is told apart
      if (answer.as === 'record')
        expect([name, secret]).toEqual([name, fields.find((one) => /^(secret|token)$/u.test(one))]);
    }
  });
});

describe('a key', () => {
  it('is made, with its secret alone on stdout, found in the list, and revoked (KEY-14, KEY-23)', async () => {
    const made = await asOwner(`keys create --project ${alpha} --name ci`);
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/^writ_[0-9A-Za-z]{49}\n$/u);
    const id = /key_\w+/u.exec(made.err)?.[0] ?? '';
    expect(made.err).not.toContain(made.out.trim());
    const listed = await asOwner(`keys list --project ${alpha}`);
    expect(listed.out).toContain(id);
    expect(listed.out).toMatch(/^ID +NAME +HINT/u);
    const question = `authorize file:read --resource file --credential-file -`;
    expect(await asOperator(question, { stdin: made.out })).toMatchObject({ code: 0 });
    expect(await asOwner(`keys revoke ${id}`)).toEqual({ code: 0, out: '', err: '' });
    // A second time it is done as well: a 404 would say that there is no such key (AMB-16).
    expect((await asOwner(`keys revoke ${id}`)).code).toBe(0);
    const denied = await asOperator(question, { stdin: made.out });
    expect([denied.code, denied.out]).toEqual([1, expect.stringContaining('revoked-key')]);
  });

  it('leaves its secret in a new file of its owner alone, and nowhere else', async () => {
    const path = join(directory, 'secret');
    const made = await asOwner(`keys create --project ${alpha} --name filed --json --secret-file ${path}`);
    expect(made.code).toBe(0);
    const secret = readFileSync(path, 'utf8').trim();
    expect(secret).toMatch(/^writ_/u);
    expect(made.out + made.err).not.toContain(secret);
    expect(JSON.parse(made.out)).toMatchObject({ name: 'filed', secret: null });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // there already: nothing is made whose secret could not be kept
    const again = await asOwner(`keys create --project ${alpha} --name unkept --secret-file ${path}`);
    expect([again.code, again.out]).toEqual([2, '']);
    expect((await asOwner(`keys list --project ${alpha} --ndjson`)).out).not.toContain('unkept');
    // refused: no empty file stays behind
    const none = join(directory, 'none');
    expect((await asOwner(`keys create --project proj_0 --name x --secret-file ${none}`)).code).toBe(3);
    expect(existsSync(none)).toBe(false);
  });

  it('is made once under one Idempotency-Key, and its secret is not had again', async () => {
    const command = `keys create --project ${alpha} --name once --idempotency-key cli-1`;
    expect((await asOwner(command)).code).toBe(0);
    const again = await asOwner(command);
    expect([again.code, again.out]).toEqual([7, '']);
    expect(again.err).toContain('shown once');
  });

  it('is not changed over a change that was not seen', async () => {
    const { id } = await makeKey(server.client, alpha, all.owner, { name: 'guarded' });
    const stale = await writ(['keys', 'update', id, '--name', 'x', '--if-match', '"no"', '--as', all.owner], {
      env: environment(),
    });
    expect(stale.code).toBe(5);
  });
});

describe('answers', () => {
  it('come as JSON as they came, as lines, and as a table: the same items', async () => {
    for (let made = 0; made < 3; made++) await makeKey(server.client, alpha, all.owner, { name: `many ${made}` });
    const list = `keys list --project ${alpha}`;
    const [json, lines, table, few] = await Promise.all([
      asOwner(`${list} --json`),
      asOwner(`${list} --ndjson`),
      asOwner(list),
      asOwner(`${list} --limit 2`),
    ]);
    const items = JSON.parse(json.out) as ReadonlyArray<{ readonly id: string }>;
    const { body } = await server.client.get<{ items: unknown }>(`/v1/projects/${alpha}/api-keys?limit=1000`);
    expect(items).toEqual(body.items);
    expect(
      lines.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(items);
    expect(
      table.out
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(' ', 1)[0]),
    ).toEqual(items.map(({ id }) => id));
    expect(few.out.trim().split('\n')).toHaveLength(3);
    expect(few.err).toContain('there are more');
  });

  it('keep to the width of a terminal, and cut no id', async () => {
    const { out } = await asOwner(`keys list --project ${alpha}`, {
      columns: 60,
      env: { ...environment(), NO_COLOR: '1' },
    });
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(out).not.toContain('…\n');
    expect(out).not.toContain('\u001b');
  });

  it('hold nothing that steers a terminal', async () => {
    // told by the server as it stands in the log: what this client takes for granted is nothing
    const name = 'a\u202eb';
    await server.client.made(`/v1/projects/${alpha}/api-keys`, { name }, { as: all.owner });
    const list = `keys list --project ${alpha}`;
    const [table, json] = [await asOwner(list), await asOwner(`${list} --json`)];
    expect(table.out).toContain('a\ufffdb');
    expect(json.out).not.toContain('\u202e');
    expect((JSON.parse(json.out) as ReadonlyArray<{ name: string }>).map((key) => key.name)).toContain(name);
  });

  it('of who I am, the server, and the API itself', async () => {
    expect((await asOwner('me')).out).toContain(all.owner);
    expect((await asOperator('ready')).code).toBe(0);
    expect((await asOperator('health --json')).out).toContain('"ok"');
    expect(JSON.parse((await asOperator('openapi')).out)).toHaveProperty('openapi');
  });
});

describe('the exit code', () => {
  const cases: ReadonlyArray<readonly [code: number, what: string, argv: () => string]> = [
    [1, 'a denial', () => `authorize file:read --resource file --user ${all.owner}x`],
    [2, 'an unknown command', () => 'keys mint'],
    [2, 'a missing option', () => 'keys create --name x'],
    [2, 'a wrong choice', () => `projects create --organization ${all.organization} --name x --visibility secret`],
    [2, 'two ways to say one thing', () => 'authorize a:b --resource file --user user_1 --key key_1'],
    [2, 'a file that is not there', () => `support-matrix put --rows-file ${directory}/none`],
    [3, 'what is not there', () => 'keys show key_0'],
    [4, 'what one may not', () => `organizations update ${all.organization} --name x --as ${all.member}`],
    [5, 'a bad request', () => `organizations update ${all.organization} --name ${'x'.repeat(101)} --as ${all.owner}`],
    [5, 'a rule', () => `keys create --project ${alpha} --name x --expires-at 2001-01-01T00:00:00Z --as ${all.owner}`],
    [2, 'a file to import that is none', () => `import ${directory}`],
    [6, 'no server', () => 'me --url http://127.0.0.1:1'],
  ];
  it.each(cases)('is %i for %s', async (code, _, argv) => {
    const ran = await asOperator(argv());
    expect([ran.code, ran.err]).toEqual([code, expect.anything()]);
  });

  it('is 4 without a credential, and says what to do; the problem is told in full', async () => {
    const ran = await writ(['keys', 'show', 'key_1'], { env: { WRIT_URL: server.client.url } });
    expect(ran.code).toBe(4);
    expect(ran.err).toContain('WRIT_TOKEN');
    const told = await asOwner(
      `projects create --organization ${all.organization} --name x --slug NO --request-id cli-told`,
    );
    expect(told.err).toContain('/slug: ');
    expect(told.err).toContain('request id: cli-told');
    expect(told.out).toBe('');
  });
});

describe('a credential', () => {
  it('comes from a file that nobody else may read', async () => {
    const good = inDirectory('good.token', `${server.client.operatorToken}\n`);
    const open = inDirectory('open.token', server.client.operatorToken, 0o644);
    const env = { WRIT_URL: server.client.url };
    expect((await writ(['accounts', 'list', '--token-file', good], { env })).code).toBe(0);
    expect((await writ(['accounts', 'list'], { env: { ...env, WRIT_TOKEN_FILE: good } })).code).toBe(0);
    const refused = await writ(['accounts', 'list', '--token-file', open], { env });
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('chmod 600')]);
    expect(refused.err).not.toContain(server.client.operatorToken);
  });

  it('is the operator’s own of this machine’s data directory, where no other is given', async () => {
    const env = { WRIT_URL: server.client.url, WRIT_DATA_DIR: server.dataDir };
    expect((await writ(['accounts', 'list'], { env })).code).toBe(0);
  });
});

describe('an id in a path', () => {
  it('stays one segment of it', async () => {
    const put = `resources put file a/../b?c#d --project ${alpha} --as ${all.owner}`;
    expect(await asOperator(put)).toMatchObject({ code: 0, out: expect.stringContaining('a/../b?c#d') });
    expect((await asOperator(`keys show ..`)).code).toBe(2);
  });
});

describe('long work', () => {
  it('imports keys, and tells people what was refused and programs everything', async () => {
    const digest = createHash('sha256').update('foreign-secret').digest('hex');
    const good = { projectId: alpha, name: 'foreign', algorithm: 'sha256', encoding: 'hex', digest };
    const path = inDirectory('keys.ndjson', `${JSON.stringify(good)}\n{"nonsense":1}\n`);
    const dry = await asOperator(`import ${path} --dry-run --json`);
    expect([dry.code, JSON.parse(dry.out)]).toEqual([
      5,
      expect.objectContaining({ dryRun: true, imported: 1, refused: 1 }),
    ]);
    const ran = await asOperator(`import ${path}`);
    expect(ran.code).toBe(5);
    expect(ran.out).toMatch(/^line 2: invalid-request\n {2}\/name: /u);
    expect(ran.out).not.toContain('line 1');
    const again = await asOperator('import - --ndjson', { stdin: `${JSON.stringify(good)}\n` });
    expect([again.code, again.out.split('\n')[0]]).toEqual([0, expect.stringContaining('"unchanged"')]);
  });

  it('exports what happened, into a file that goes on later', async () => {
    const [out, command] = [join(directory, 'trail.csv'), `audit export --project ${alpha} --format csv`];
    expect((await asOperator(`${command} --output ${out}`)).code).toBe(0);
    await makeKey(server.client, alpha, all.owner, { name: 'later' });
    const before = readFileSync(out, 'utf8').length;
    const other = `audit export --organization ${all.organization} --format csv --output ${out} --resume`;
    expect(await asOperator(other)).toMatchObject({ code: 2, err: expect.stringContaining('another query') });
    expect(readFileSync(out, 'utf8').length).toBe(before);
    expect((await asOperator(`${command} --output ${out} --resume`)).code).toBe(0);
    expect(readFileSync(out, 'utf8').length).toBeGreaterThan(before);
    expect(readFileSync(out, 'utf8')).toBe((await asOperator(command)).out);
  });

  it('makes a backup, restores it into an empty directory, and checks the state', async () => {
    const backup = join(directory, 'backup');
    expect((await asOperator(`backup --output ${backup}`)).code).toBe(0);
    const into = join(directory, 'restored');
    mkdirSync(into);
    copyFileSync(join(server.dataDir, 'master.key'), join(into, 'master.key'));
    // a shell that calls servers has these as well
    const env = { ...environment(), WRIT_DATA_DIR: into };
    const restored = await writ(['restore', backup, '--json'], { env });
    expect([restored.code, restored.err]).toEqual([0, '']);
    expect(JSON.parse(restored.out)).toMatchObject({ found: 0, events: expect.any(Number) });
    expect(await writ(['restore', backup], { env })).toMatchObject({ code: 5, out: '' });
    for (const no of [directory, join(directory, 'none')])
      expect(await writ(['restore', no], { env })).toMatchObject({ code: 2, out: '' });
    expect(await writ(['restore', backup], { env, signal: AbortSignal.abort() })).toEqual({
      ...{ code: 130, out: '' },
      err: 'writ: interrupted: stopped while the backup was still being checked: nothing was touched\n',
    });
    const check = await asOperator('check --json');
    expect([check.code, JSON.parse(check.out)]).toEqual([0, expect.objectContaining({ differences: 0 })]);
  });

  it('asks about the past, and what would be', async () => {
    const question = `file:read --resource file --project ${alpha} --user ${all.owner}`;
    expect(await asOperator(`audit explain ${question}`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is allowed to read files/u),
    });
    expect((await asOperator(`audit evaluation ${question} --at 2001-01-01T00:00:00Z`)).code).toBe(1);
    const questions = inDirectory(
      'questions',
      JSON.stringify([
        {
          subject: { type: 'user', id: all.owner },
          action: 'file:create',
          resource: { type: 'file', projectId: alpha },
        },
      ]),
    );
    const change = JSON.stringify({ command: { type: 'suspend-organization', organizationId: all.organization } });
    const told = await asOperator(`audit what-if --questions-file ${questions} --change-file - --json`, {
      stdin: change,
    });
    expect(JSON.parse(told.out)).toMatchObject({ refused: null, changed: [{ question: 0, decisionChanged: true }] });
  });
});

describe('the program', () => {
  const source = [
    ...['--conditions=source', '--import', join(process.cwd(), 'test/support/typescript.mjs')],
    join(process.cwd(), 'apps/cli/src/main.ts'),
  ];

  it('prints a review as a table and as a page', async () => {
    const review = `audit review --project ${alpha} --from 2026-01-01T00:00:00Z --format`;
    const [table, page, record] = await Promise.all(
      ['csv', 'html', 'json'].map((format) => asOperator(`${review} ${format}`)),
    );
    expect([table?.code, table?.out.split(',')[0]]).toEqual([0, 'section']);
    expect([page?.code, page?.out.slice(0, 15)]).toEqual([0, '<!doctype html>']);
    expect([record?.code, record?.out]).toEqual([0, expect.stringContaining('projectId')]);
  });

  it('ends quietly when its reader has had enough, and with its exit code', async () => {
    const script = '"$@" openapi | head -c 1; echo " ${PIPESTATUS[0]}"';
    const env = { ...process.env, ...environment() };
    const ran = await promisify(execFile)('bash', ['-c', script, 'bash', process.execPath, ...source], { env });
    expect(ran).toEqual({ stdout: '{ 0\n', stderr: '' });
  });

  it('tells a secret that its file cannot hold, as on a full disk: it is made, and nobody has it again', async () => {
    const path = join(directory, 'full');
    const argv = ['keys', 'create', '--project', alpha, '--name', 'x', '--as', all.owner, '--secret-file', path];
    const script = 'ulimit -f 0; "$@"; echo "$?"';
    const env = { ...process.env, ...environment() };
    const ran = await promisify(execFile)('bash', ['-c', script, 'bash', process.execPath, ...source, ...argv], {
      env,
    });
    expect(ran.stdout).toMatch(/^writ_[0-9A-Za-z]{49}\n7\n$/u);
    expect(ran.stderr).toContain('is on stdout: keep it');
    expect(ran.stderr).not.toContain(ran.stdout.split('\n')[0]);
    expect(existsSync(path)).toBe(false);
  });

  it('completes commands in bash', async () => {
    const { out } = await writ(['completion', 'bash']);
    const program = inDirectory('writ', `#!/bin/sh\nexec ${[process.execPath, ...source].join(' ')} "$@"\n`, 0o700);
    const script = `${out}\nCOMP_WORDS=('${program}' keys re); COMP_CWORD=2; _writ; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    expect(stdout.trim().split('\n')).toEqual(['revoke', 'revoke-many', 'report']);
  });
});
