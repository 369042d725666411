import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadOperatorToken, operatorTokenFile } from './operator-token.js';

describe('the operator token', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'operator-token-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('is made at the first start, for its owner alone, with nothing beside it, and kept', () => {
    const token = loadOperatorToken(directory, undefined);
    expect(token).toMatch(/^wop_[0-9a-f]{64}$/u);
    expect(readdirSync(directory)).toEqual(['operator.token']);
    expect(statSync(operatorTokenFile(directory)).mode & 0o777).toBe(0o600);
    expect(loadOperatorToken(directory, undefined)).toBe(token);
  });

  it('that is empty is refused, with what to do', () => {
    writeFileSync(operatorTokenFile(directory), '', { mode: 0o600 });
    expect(() => loadOperatorToken(directory, undefined)).toThrow('Delete the file');
  });

  it('is taken from the environment where it is given there, and then makes no file', () => {
    expect(loadOperatorToken(directory, 'x'.repeat(40))).toBe('x'.repeat(40));
    expect(readdirSync(directory)).toEqual([]);
  });
});
