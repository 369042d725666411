import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { E, O } from '#libs/kernel';
import { Keyring } from '../keyring.js';
import { type OpenedVault, right, vaultContract } from '../testing/index.js';
import { FileVault } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const emptyDirectory = () => mkdtempSync(join(tmpdir(), 'vault-'));

vaultContract('a file', async (): Promise<OpenedVault> => {
  const directory = emptyDirectory();
  let vault = await right(FileVault.open(directory, keyring));
  return {
    vault,
    reopen: async () => {
      await vault.close();
      vault = await right(FileVault.open(directory, keyring));
      return vault;
    },
    remove: async () => {
      await vault.close();
      rmSync(directory, { recursive: true });
    },
  };
});

describe('the vault file', () => {
  let directory: string;
  let vault: FileVault;

  beforeEach(async () => {
    directory = emptyDirectory();
    vault = await right(FileVault.open(directory, keyring));
  });
  afterEach(async () => {
    await vault.close();
    rmSync(directory, { recursive: true });
  });

  const bytes = () => Buffer.concat(readdirSync(directory).map((file) => readFileSync(join(directory, file))));

  const wrappedKeys = async (): Promise<ReadonlyMap<string, Buffer>> => {
    await vault.close();
    const db = new Database(join(directory, 'vault.db'), { readonly: true });
    const rows = db.prepare<[], { subject: string; wrapped: Buffer }>('SELECT subject, wrapped FROM data_key').all();
    db.close();
    vault = await right(FileVault.open(directory, keyring));
    return new Map(rows.map(({ subject, wrapped }) => [subject, wrapped]));
  };

  it('holds no byte of a wrapped key after its erasure, and of the others every one (AMB-36)', async () => {
    const subjects = Array.from({ length: 1_000 }, (_, n) => `user_${((n * 7919) % 1_000).toString(36)}`);
    await Promise.all(subjects.map((subject) => right(vault.ensureKey(subject))));
    const wrapped = await wrappedKeys();
    const erased = new Set(subjects.filter((_, n) => n % 3 === 0));
    await Promise.all([...erased].map((subject) => right(vault.erase(subject))));
    const onDisk = bytes();
    expect(wrapped.size).toBe(1_000);
    wrapped.forEach((key, subject) => {
      const fragments = [0, 15, 30, 45].map((from) => onDisk.includes(key.subarray(from, from + 16)));
      expect({ subject, fragments }).toEqual({ subject, fragments: Array(4).fill(!erased.has(subject)) });
    });
  });

  it('holds neither what is sealed nor an unwrapped key', async () => {
    await right(vault.seal('user_ann', { email: 'ann@example.com' }));
    await right(vault.erase('user_ann'));
    expect(bytes().includes('ann@example.com')).toBe(false);
    expect(bytes().includes('user_ann')).toBe(true);
  });

  it('and its journal are for their owner alone', async () => {
    await right(vault.ensureKey('user_ann'));
    const modes = () => readdirSync(directory).map((file) => [file, statSync(join(directory, file)).mode & 0o777]);
    expect(modes()).toEqual([
      ['vault.db', 0o600],
      ['vault.db-journal', 0o600],
    ]);
    await vault.close();
    chmodSync(join(directory, 'vault.db'), 0o644);
    vault = await right(FileVault.open(directory, keyring));
    expect(statSync(join(directory, 'vault.db')).mode & 0o777).toBe(0o600);
  });

  it('is refused with another master key, and is none the worse for it', async () => {
    const sealed = await right(vault.seal('user_ann', { name: 'Ann' }));
    await vault.close();
    const other = await FileVault.open(directory, new Keyring(Buffer.alloc(32, 8)))();
    expect(other).toMatchObject(
      E.left({ _tag: 'MasterKeyRefused', message: expect.stringContaining('another master key') }),
    );
    vault = await right(FileVault.open(directory, keyring));
    expect(await right(vault.open(sealed))).toEqual(O.some({ name: 'Ann' }));
  });

  it('is open in one process at a time', () => {
    const require = "require('node:module').createRequire(process.cwd() + '/package.json')('better-sqlite3')";
    const script = `new (${require})(${JSON.stringify(join(directory, 'vault.db'))}, { timeout: 0 }).exec('SELECT 1 FROM data_key')`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('database is locked');
  });

  it('says who is in the way', async () => {
    expect(await FileVault.open(directory, keyring)()).toEqual(
      E.left({
        _tag: 'VaultUnavailable',
        cause: `${join(directory, 'vault.db')} is open in another process`,
      }),
    );
  });

  it('fails for a key that was damaged on disk, instead of making another', async () => {
    await right(vault.ensureKey('user_ann'));
    await vault.close();
    const db = new Database(join(directory, 'vault.db'));
    db.exec('UPDATE data_key SET wrapped = randomblob(61)');
    db.close();
    vault = await right(FileVault.open(directory, keyring));
    const damaged = E.left({ _tag: 'VaultUnavailable', cause: 'the stored key of user_ann is damaged' });
    expect(await vault.seal('user_ann', {})()).toEqual(damaged);
    expect(await vault.ensureKey('user_ann')()).toEqual(damaged);
  });

  it('is refused when a newer release wrote it', async () => {
    await vault.close();
    const db = new Database(join(directory, 'vault.db'));
    db.pragma('user_version = 99');
    db.close();
    expect(await FileVault.open(directory, keyring)()).toMatchObject(
      E.left({ _tag: 'VaultUnavailable', cause: expect.stringContaining('newer release') }),
    );
  });
});
