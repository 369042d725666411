import { expect, it } from '@jest/globals';
import type { Digest } from '#libs/kernel';
import { importedKeyId } from './imported-key-id.js';

it('is what it ever was: with another, a line sent again would make a second key', () => {
  // Computed apart from this code.
  expect(importedKeyId('c0ffee00'.repeat(8) as Digest)).toBe('key_4xxLsoYEMgM4gDMz2ipv3u');
});
