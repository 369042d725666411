import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { blindIndex, Keyring } from './keyring.js';

const keyring = new Keyring(Buffer.alloc(32, 7));

describe('a keyring', () => {
  it('gives each purpose a key of its own', () => {
    const keys = [keyring.wrapping, ...['wrapping', 'check', 'a', 'b'].map((label) => keyring.derive(label))];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(5);
    expect(keys.every((key) => key.length === 32)).toBe(true);
    expect(keys.some((key) => key.toString('hex').startsWith(keyring.checkValue))).toBe(false);
  });

  it('takes 32 bytes and nothing else', () => {
    expect(() => new Keyring(Buffer.alloc(31))).toThrow('a master key is 32 bytes');
  });

  it('shows nothing of itself when printed', () => {
    expect(inspect(keyring, { depth: 9 })).toBe('Keyring {}');
    expect(JSON.stringify(keyring)).toBe('{}');
  });

  /** Computed apart from this code. What is named and wrapped by these is on disk for ever. */
  it('derives what it always derived', () => {
    expect(keyring.wrapping.toString('hex')).toBe('cfc68a241f28ac2af9da176b4813ed32cb45fbdb1f438c52bfef80cfc45c67b6');
    expect(keyring.checkValue).toBe('2a883e8d8f71b65e50f7312cbdc2ca26');
    expect(keyring.derive('cursor').toString('hex')).toBe(
      '89be288206c107f5b3d7e7176cdcdd5c18ed9abaa8e8ea5d5eb3a788e43b5703',
    );
    expect(blindIndex(keyring)('email', 'ann@example.com')).toBe('1e490bd0d5a2ef7562376f57e2cc8af5');
  });
});

describe('a blind index', () => {
  const index = blindIndex(keyring);

  it('is 32 hex digits, the same for the same value', () => {
    expect(index('email', 'ann@example.com')).toMatch(/^[0-9a-f]{32}$/u);
    expect(index('email', 'ann@example.com')).toBe(blindIndex(keyring)('email', 'ann@example.com'));
  });

  it('differs by kind, by value and by master key', () => {
    const names = [
      index('email', 'ann@example.com'),
      index('identity', 'ann@example.com'),
      index('email', 'Ann@example.com'),
      blindIndex(new Keyring(Buffer.alloc(32, 8)))('email', 'ann@example.com'),
    ];
    expect(new Set(names).size).toBe(4);
  });
});
