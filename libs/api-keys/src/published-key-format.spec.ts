import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  classify,
  formatSecret,
  hasValidChecksum,
  hintOf,
  type KeyPrefix,
  looksLikeSecret,
  type SecretKind,
} from './domain/key-format.js';

const published = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

interface Vectors {
  readonly valid: ReadonlyArray<{ prefix: KeyPrefix; randomBytes: string; secret: string; hint: string }>;
  readonly invalid: ReadonlyArray<{ why: string; secret: string; kind: SecretKind }>;
}
const vectors = JSON.parse(published('key-format.vectors.json')) as Vectors;

describe('a published vector', () => {
  it.each(vectors.valid)('is what we write: $secret', ({ prefix, randomBytes, secret, hint }) => {
    expect(formatSecret(prefix, Buffer.from(randomBytes, 'hex'))).toBe(secret);
    expect(classify(secret)).toBe('ours');
    expect(hintOf(secret)).toBe(hint);
  });

  it.each(vectors.invalid)('is no key of ours: $why', ({ secret, kind }) => {
    expect(classify(secret)).toBe(kind);
    expect(hasValidChecksum(secret)).toBe(false);
    if (kind === 'wrong-checksum') expect(looksLikeSecret(secret)).toBe(false);
  });
});

describe('the published pattern', () => {
  const sample = vectors.valid[3]?.secret ?? '';
  const source = /```regex\n(.+)\n```/u.exec(published('key-format.md'))?.[1] ?? '(?!)';
  const found = (text: string) => new RegExp(source, 'u').exec(text)?.[1];

  it('finds a key in what people paste', () => {
    const texts = [sample, `KEY=${sample}`, `"${sample}",`, `Bearer ${sample}\n`, `my_key_${sample}_old`];
    expect(texts.map(found)).toEqual(texts.map(() => sample));
  });

  it('finds every vector of its prefix, and nothing longer or shorter', () => {
    const ours = vectors.valid.filter(({ prefix }) => prefix === 'writ').map(({ secret }) => secret);
    expect(ours.map(found)).toEqual(ours);
    expect([sample.slice(0, -1), `${sample}0`, `x${sample}`].map(found)).toEqual([undefined, undefined, undefined]);
  });
});

it('the published example is a vector', () => {
  const example = /writ_[0-9A-Za-z]{49}/u.exec(published('key-format.md'))?.[0];
  expect(vectors.valid.map(({ secret }) => secret)).toContain(example);
});
