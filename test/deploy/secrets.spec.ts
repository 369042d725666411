import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { root, run, variablesIn } from './deployment.js';

let directory: string;
const make = (name: string) => run(join(root, 'deploy/secrets.sh'), [join(directory, name)]);
const madeIn = (name: string) => variablesIn(readFileSync(join(directory, name), 'utf8'));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-secrets-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('deploy/secrets.sh', () => {
  it('makes a file for its owner alone, and says none of it', () => {
    const { status, said } = make('.env');
    expect(status).toBe(0);
    expect(statSync(join(directory, '.env')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['.env']);
    for (const secret of Object.values(madeIn('.env'))) expect(said).not.toContain(secret);
  });

  it('makes secrets of at least 192 random bits, and a master key of 256', () => {
    make('.env');
    const { WRIT_MASTER_KEY = '', WRIT_OPERATOR_TOKEN, ...passwords } = madeIn('.env');
    expect(Buffer.from(WRIT_MASTER_KEY, 'base64')).toHaveLength(32);
    expect(WRIT_OPERATOR_TOKEN).toMatch(/^wop_[0-9a-f]{64}$/u);
    // They go into connection strings as they are.
    for (const password of Object.values(passwords)) expect(password).toMatch(/^[0-9a-f]{48}$/u);
    expect(Object.keys(passwords)).toHaveLength(4);
  });

  it('makes no two alike, ever', () => {
    make('one');
    make('two');
    const secrets = ['one', 'two'].flatMap((name) => Object.values(madeIn(name)));
    expect(new Set(secrets).size).toBe(secrets.length);
  });

  it('refuses to overwrite one', () => {
    writeFileSync(join(directory, '.env'), 'WRIT_MASTER_KEY=the only one\n');
    expect(make('.env')).toEqual({ status: 1, said: expect.stringContaining('is there already') });
    expect(readFileSync(join(directory, '.env'), 'utf8')).toBe('WRIT_MASTER_KEY=the only one\n');
    expect(readdirSync(directory)).toEqual(['.env']);
  });
});
