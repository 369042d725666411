import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NONE } from './chains.js';
import { KeyRows } from './key-rows.js';
import { narrowed, Positions, widened } from './positions.js';
import { asked, digestAt, idAt, kindAt, placeAt, PLACES, readDigest, readId, readPlace } from './words.js';

const base62 = Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const anyId = fc.string({ unit: fc.constantFrom(...base62), minLength: 22, maxLength: 22 }).map((id) => `key_${id}`);
const anyDigest = fc.string({
  unit: fc.constantFrom(...base62.slice(0, 10), 'a', 'b', 'c', 'd', 'e', 'f'),
  minLength: 64,
  maxLength: 64,
});

describe('the words of a key', () => {
  it('hold all of its digest, id, place and kind', () => {
    const anyPlace = fc.oneof(fc.constantFrom(0, PLACES - 1), fc.nat({ max: PLACES - 1 }));
    fc.assert(
      fc.property(anyId, anyDigest, anyPlace, fc.nat({ max: 15 }), (id, digest, place, kind) => {
        expect([readDigest(digest), readId(id)]).toEqual([true, true]);
        readPlace(place, kind);
        expect([digestAt(asked, 0), idAt(asked, 0), placeAt(asked, 0), kindAt(asked, 0)]).toEqual([
          digest,
          id,
          place,
          kind,
        ]);
      }),
    );
  });

  it.each(['', 'key_', `key_${'0'.repeat(21)}`, `key_${'0'.repeat(23)}`, `svc_${'0'.repeat(22)}`])(
    'have no place for %p',
    (id) => {
      expect(readId(id)).toBe(false);
    },
  );
  it.each(['-', '_', ' ', 'é', 'Ā', '\0'])('have no place for an id with %p', (character) => {
    expect(readId(`key_${'0'.repeat(21)}${character}`)).toBe(false);
  });
  it.each(['', '0'.repeat(63), '0'.repeat(65), `${'0'.repeat(63)}g`, 'A'.repeat(64), `${'0'.repeat(63)}İ`])(
    'are those of no digest %p',
    (digest) => {
      expect(readDigest(digest)).toBe(false);
    },
  );
});

/** Chains of everything there is: no row is told from another by its hash. */
const oneChain = { byDigest: Infinity, byId: Infinity };

describe('the rows of keys', () => {
  it.each([
    ['in one chain', oneChain],
    ['in short chains', { byDigest: 0.5, byId: 2 }],
  ])('%s: are found by digest and by id, compared in full', (_, perChain) => {
    // Ids and digests that differ in one character, at any of its places.
    const near = fc.nat({ max: 85 }).map((n) => {
      const differs = (length: number, at: number) => '0'.repeat(at) + '1' + '0'.repeat(length - at - 1);
      return [`key_${differs(22, n % 22)}`, differs(64, n % 64), n] as const;
    });
    const anyKey = fc.oneof(near, fc.tuple(anyId, anyDigest, fc.nat()));
    const anySteps = fc.array(fc.record({ key: anyKey, removes: fc.boolean(), which: fc.nat() }), { maxLength: 80 });
    fc.assert(
      fc.property(anySteps, (steps) => {
        const rows = new KeyRows(perChain);
        const held = new Map<string, string>();
        const find = (id: string, digest: string) => {
          const [byDigest, byId] = [readDigest(digest) && rows.withDigest(), readId(id) && rows.withId()];
          return [byDigest, byId];
        };
        for (const { key, removes, which } of steps) {
          const [id, digest] = key;
          const gone = [...held][which % Math.max(held.size, 1)];
          if (removes && gone !== undefined) {
            const [row] = find(...gone);
            rows.remove(Number(row));
            held.delete(gone[0]);
            expect(find(...gone)).toEqual([NONE, NONE]);
          } else if (!held.has(id) && ![...held.values()].includes(digest)) {
            readDigest(digest);
            readId(id);
            readPlace(1, 2);
            rows.add();
            held.set(id, digest);
          }
        }
        expect(rows.size).toBe(held.size);
        for (const [id, digest] of held) {
          const [row, same] = find(id, digest);
          expect(same).toBe(row);
          const [page, at] = [rows.page(Number(row)), rows.at(Number(row))];
          expect([digestAt(page, at), idAt(page, at), placeAt(page, at)]).toEqual([digest, id, 1]);
        }
      }),
    );
  });
});

describe('the rows of many keys', () => {
  it('are found while nearly all are taken out again, whichever they are', () => {
    const rows = new KeyRows({ byDigest: 0.5, byId: 2 });
    const name = (n: number) => {
      const digest = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0').repeat(8);
      return (
        readDigest(digest.slice(0, 56) + n.toString(16).padStart(8, '0')) &&
        readId(`key_${String(n).padStart(22, '0')}`)
      );
    };
    const all = Array.from({ length: 10_000 }, (_, n) => n);
    for (const n of all) if (name(n)) rows.add();
    for (const n of all) if (n % 100 !== 7 && name(n)) rows.remove(rows.withDigest());
    expect(rows.size).toBe(100);
    const found = all.filter((n) => name(n) && rows.withDigest() !== NONE && rows.withId() === rows.withDigest());
    expect(found).toEqual(all.filter((n) => n % 100 === 7));
  });
});

describe('positions', () => {
  const anyPosition = fc.oneof(
    fc.bigInt({ min: 0n, max: 1n << 33n }),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.bigInt({ min: 0n, max: 1n << 62n }).map((commit) => (commit << 64n) | commit),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
  );

  it('in 64 bits are the same again, or none', () => {
    fc.assert(
      fc.property(anyPosition, (position) => {
        const narrow = narrowed(position);
        expect(narrow === undefined ? position : widened(narrow)).toBe(position);
        if (narrow !== undefined) expect(BigInt.asIntN(64, narrow)).toBe(narrow);
      }),
    );
    expect([narrowed(7n), narrowed((7n << 64n) | 7n), narrowed((7n << 64n) | 8n)]).toEqual([7n, -7n, undefined]);
  });

  it('near one another or not, in any order: are what was put there last', () => {
    const anyRow = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(8_191, 8_192));
    fc.assert(
      fc.property(fc.array(fc.tuple(anyRow, anyPosition)), (puts) => {
        const positions = new Positions();
        for (let row = 0; row < 8_193; row += 8_192) positions.set(row, 1n);
        const expected = new Map<number, bigint>();
        for (const [row, position] of puts) {
          positions.set(row, position);
          expected.set(row, position);
        }
        for (const [row, position] of expected) expect(positions.get(row)).toBe(position);
      }),
    );
  });
});
