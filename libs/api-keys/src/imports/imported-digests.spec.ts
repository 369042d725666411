import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { PepperName } from '../domain/foreign.js';
import { ImportedDigests } from './imported-digests.js';

const digests = new ImportedDigests(Buffer.alloc(32, 9));
const raw = createHash('sha256').update('gateway-9f8e7d6c5b4a39281706').digest();
const plain = { algorithm: 'sha256', pepper: null } as const;
const keyed = { algorithm: 'hmac-sha256', pepper: 'old' as PepperName } as const;

it('what the log keeps is what it ever was: with another, no imported key would be found again', () => {
  // Computed apart from this code.
  expect(digests.of(plain, raw)).toBe('e0e1e9363121281eda5c5a3f48e3b1e907ab724b82385fff6ad5097ab45a653d');
  expect(digests.of(keyed, raw)).toBe('6abe17f38e53871d744e67985f29c53db0ffd828e2c4be26b4cc9070c5d207a5');
});

it('the log says nothing of the digest that a key came with, and keeps kinds apart', () => {
  const kept = [
    digests.of(plain, raw),
    digests.of({ algorithm: 'sha512', pepper: null }, raw),
    digests.of(keyed, raw),
    digests.of({ ...keyed, pepper: 'new' as PepperName }, raw),
    new ImportedDigests(Buffer.alloc(32, 8)).of(plain, raw),
  ];
  expect(new Set([...kept, raw.toString('hex')]).size).toBe(6);
});
