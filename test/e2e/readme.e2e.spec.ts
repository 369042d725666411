import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** What a newcomer pastes: the one fenced block of shell in the README. */
const pasted = (): string => {
  const readme = readFileSync('README.md', 'utf8');
  const [block, ...others] = [...readme.matchAll(/^```sh\n(.*?)^```$/gmsu)].map(([, text = '']) => text);
  if (block === undefined || others.length > 0) throw new Error('README.md has to have one block of sh');
  return block;
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

it('does and says what the README says it does', async () => {
  // Stricter than a terminal: a step that fails, or a variable that nothing has set, ends it.
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', pasted()], {
    env: { PATH: process.env['PATH'], WRIT: server.server.url, DATA: server.dataDir },
  });
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'true',
    'sso',
    'member',
    'member',
    'true project-key KeyCreated',
    'false other-project',
    'Alpha',
    'true project-key KeyCreated',
    'false revoked-key KeyRevoked',
    'SlugReserved ProjectCreated CollaboratorAdded CollaboratorAdded KeyCreated CollaboratorRemoved KeyRevoked',
    'true project-key',
    expect.stringMatching(
      /^As of now, .+, the key “ci” \(“writ_….{4}”\) is not allowed to create files in the project “Alpha” of the organization “Acme”\.$/u,
    ),
    'The key has been revoked, and that is for good.',
    expect.stringMatching(/^On \d+ \w+ \d{4} at [\d:]{8} UTC, “Ann”, through the operator, revoked the key “ci”/u),
    'A new key has to be made; anyone with a place in the project “Alpha” can make one.',
  ]);
});
