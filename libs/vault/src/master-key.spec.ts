import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { loadMasterKey } from './master-key.js';
import { createPrivateFile } from './private-file.js';

describe('the master key', () => {
  let root: string;
  let directory: string;
  let path: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'master-key-'));
    directory = join(root, 'data');
    path = join(directory, 'master.key');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is made at the first start, for its owner alone, and kept', async () => {
    const first = await loadMasterKey(directory)();
    expect(E.isRight(first) && first.right.length).toBe(32);
    expect(readFileSync(path, 'utf8')).toMatch(/^[0-9A-Za-z+/]{43}=\n$/u);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['master.key']);
    expect(await loadMasterKey(directory)()).toEqual(first);
  });

  it('is the one of whoever was first, when two start at once', async () => {
    await loadMasterKey(directory)();
    const before = readFileSync(path, 'utf8');
    createPrivateFile(path, 'another');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(directory)).toEqual(['master.key']);
  });

  it('is taken from the environment where it is given there, and then makes no file', async () => {
    const key = Buffer.alloc(32, 9);
    expect(await loadMasterKey(directory, key.toString('base64'))()).toEqual(E.right(key));
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([0o640, 0o604, 0o620])('is refused when others may reach it (mode %o)', async (mode) => {
    await loadMasterKey(directory)();
    chmodSync(path, mode);
    expect(await loadMasterKey(directory)()).toMatchObject(
      E.left({ _tag: 'MasterKeyRefused', message: expect.stringContaining(`chmod 600 ${path}`) }),
    );
  });

  const notKeys = [
    '',
    'hunter2',
    Buffer.alloc(31, 1).toString('base64'),
    Buffer.alloc(32, 1).toString('hex'),
    `${'A'.repeat(42)}B=`,
  ];

  it.each(notKeys)('is refused when it is not 32 bytes in base64: %j', async (text) => {
    await loadMasterKey(directory)();
    writeFileSync(path, text);
    const answers = [await loadMasterKey(directory, text)(), await loadMasterKey(directory)()];
    const messages = answers.map((answer) => (E.isLeft(answer) ? answer.left.message : 'accepted'));
    expect(messages[0]).toMatch(/^WRIT_MASTER_KEY: expected 32 bytes in base64 \(44 characters/u);
    expect(messages[1]).toMatch(new RegExp(`^${path}: expected 32 bytes in base64`, 'u'));
    if (text !== '') messages.forEach((message) => expect(message).not.toContain(text));
  });

  it('that is lost is not replaced, while the vault that was made with it is there', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'vault.db'), '');
    const answer = await loadMasterKey(directory)();
    expect(answer).toMatchObject({ _tag: 'Left', left: { message: expect.stringContaining('give it back') } });
    expect(readdirSync(directory)).toEqual(['vault.db']);
  });

  it('that cannot be read says where', async () => {
    writeFileSync(join(root, 'data'), 'a file, and no directory');
    expect(await loadMasterKey(directory)()).toMatchObject(
      E.left({ _tag: 'MasterKeyRefused', message: expect.stringContaining(path) }),
    );
  });
});
