import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ApiKeyId, E, type TE } from '#libs/kernel';
import { laterOf, type Use, type UseOfKey } from '../use.js';
import type { UseStore } from '../use-store.js';

/** An empty store, and how to come back to it as a restarted node would. */
export interface OpenedUses {
  readonly store: UseStore;
  /** Closes what is open and opens the same store again. */
  reopen(): Promise<UseStore>;
  remove(): Promise<void>;
}

export const right = async <F, A>(work: TE.TaskEither<F, A>): Promise<A> => {
  const answer = await work();
  if (E.isLeft(answer)) throw new Error(`refused: ${JSON.stringify(answer.left)}`);
  return answer.right;
};

const key = (name: string): ApiKeyId => `key_${name}` as ApiKeyId;
const used = (name: string, at: number, ip: string | null = null): UseOfKey => ({ keyId: key(name), at, ip });
const many = (count: number): ReadonlyArray<UseOfKey> =>
  Array.from({ length: count }, (_, n) => used(`n${String(n)}`, n, `192.0.2.${String(n % 256)}`));

const anyUse = fc.record({
  keyId: fc.constantFrom('a', 'b', 'A', 'ab').map(key),
  at: fc.integer({ min: 1, max: 5 }),
  ip: fc.option(fc.constantFrom('192.0.2.1', '192.0.2.10', '192.0.2.2', '2001:db8::1', '::1')),
});

const folded = (uses: ReadonlyArray<UseOfKey>): ReadonlyMap<string, Use> => {
  const latest = new Map<string, Use>();
  for (const { keyId, at, ip } of uses) latest.set(keyId, laterOf<Use>(latest.get(keyId), { at, ip }) ?? { at, ip });
  return latest;
};

/** What every store of uses must do. An adapter's spec calls it once, with a way to open an empty one. */
export const useStoreContract = (name: string, open: () => Promise<OpenedUses>): void => {
  describe(`${name}, as a store of uses`, () => {
    let opened: OpenedUses;
    let store: UseStore;
    const readAll = (of: UseStore, uses: ReadonlyArray<UseOfKey>) => right(of.read(uses.map(({ keyId }) => keyId)));

    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.remove());

    describe('merging (AMB-41)', () => {
      it('keeps the later use of each key, whatever the order, the parts and the repetitions', async () => {
        let world = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(anyUse, { maxLength: 6 }), { maxLength: 5 }),
            fc.nat(1),
            async (parts, again) => {
              world += 1;
              const apart = ({ keyId, ...use }: UseOfKey) => ({
                ...use,
                keyId: key(`${keyId.slice(4)}w${String(world)}`),
              });
              const uses = parts.flat().map(apart);
              // One statement takes each key once, as a window has it.
              const batches = parts.map((part) => [...new Map(part.map((use) => [use.keyId, apart(use)])).values()]);
              const seen = batches.flat();
              for (const batch of [...batches.toReversed(), ...batches.slice(0, again)])
                await right(store.merge(batch));
              expect(await readAll(store, uses)).toEqual(folded(seen));
            },
          ),
          { numRuns: 60 },
        );
      });

      it('keeps what it has when there is nothing to merge', async () => {
        await right(store.merge([]));
        await right(store.merge([used('a', 5, '192.0.2.1')]));
        await right(store.merge([]));
        await right(store.merge([used('a', 4, '192.0.2.2')]));
        expect(await readAll(store, [used('a', 0)])).toEqual(new Map([['key_a', { at: 5, ip: '192.0.2.1' }]]));
      });

      it('does not find what was never used, and tells ids apart to the byte', async () => {
        await right(store.merge([used('a', 1), used('A', 2), used('0', 3), used('00', 4)]));
        const found = await readAll(
          store,
          ['a', 'A', '0', '00', 'b', 'aa'].map((id) => used(id, 0)),
        );
        expect([...found].map(([id, { at }]) => [id, at]).sort()).toEqual([
          ['key_0', 3],
          ['key_00', 4],
          ['key_A', 2],
          ['key_a', 1],
        ]);
        expect(await right(store.read([]))).toEqual(new Map());
      });

      it('is still so after a restart, of many', async () => {
        const uses = many(3_000);
        for (let at = 0; at < uses.length; at += 500) await right(store.merge(uses.slice(at, at + 500)));
        const restarted = await opened.reopen();
        expect(await readAll(restarted, uses.slice(0, 1_000))).toEqual(folded(uses.slice(0, 1_000)));
        expect(await readAll(restarted, uses.slice(2_990))).toEqual(folded(uses.slice(2_990)));
      });

      it('of the same keys at once, in opposite orders, is done by all', async () => {
        const uses = many(300);
        const later = uses.map((use) => ({ ...use, at: use.at + 1 }));
        const answers = await Promise.all(
          [uses, later.toReversed(), uses.toReversed(), later].map((batch) => store.merge(batch)()),
        );
        expect(answers.map(E.isRight)).toEqual([true, true, true, true]);
        expect(await readAll(store, uses)).toEqual(folded(later));
      });
    });

    describe('what it knows', () => {
      it('is known since it was made, also after a restart', async () => {
        const before = Date.now();
        const { since, nodes } = await right(store.known());
        expect(since).toBeGreaterThanOrEqual(before - 5_000);
        expect(since).toBeLessThanOrEqual(Date.now());
        expect(nodes).toEqual([]);
        expect(await right((await opened.reopen()).known())).toEqual({ since, nodes: [] });
      });

      it('is said by each node, with how far it had applied the log, and never goes back', async () => {
        const far = 2n ** 100n;
        await right(store.report({ node: 'node_b', at: 20, position: far, lostBefore: null }));
        await right(store.report({ node: 'node_a', at: 10, position: null, lostBefore: null }));
        await right(store.report({ node: 'node_b', at: 15, position: 9n, lostBefore: null }));
        await right(store.report({ node: 'node_c', at: 10, position: 9n, lostBefore: null }));
        await right(store.report({ node: 'node_c', at: 11, position: 10n, lostBefore: null }));
        const { nodes } = await right((await opened.reopen()).known());
        expect(nodes).toEqual([
          { node: 'node_a', at: 10, position: null },
          { node: 'node_b', at: 20, position: far },
          { node: 'node_c', at: 11, position: 10n },
        ]);
      });

      it('begins anew where a node had to drop some, and never earlier than it did', async () => {
        const { since } = await right(store.known());
        await right(store.report({ node: 'node_a', at: 1, position: 7n, lostBefore: since + 60_000 }));
        await right(store.report({ node: 'node_a', at: 2, position: 7n, lostBefore: since - 60_000 }));
        expect((await right(store.known())).since).toBe(since + 60_000);
      });

      it('has no node in it that left in order', async () => {
        for (const node of ['node_a', 'node_b'])
          await right(store.report({ node, at: 10, position: 7n, lostBefore: null }));
        await right(store.leave('node_a'));
        await right(store.leave('node_a'));
        expect((await right(store.known())).nodes).toEqual([{ node: 'node_b', at: 10, position: 7n }]);
      });
    });

    it('forgets old addresses, slice by slice, and not that the keys were used', async () => {
      const uses = many(25);
      await right(store.merge(uses));
      for (const at of [9, 11])
        await right(store.report({ node: `node_${String(at)}`, at, position: 7n, lostBefore: null }));
      const slices: Array<string | null> = [];
      for (let after: string | null = ''; after !== null; slices.push(after))
        after = await right(store.forget({ before: 10, after, most: 10 }));
      expect(slices).toHaveLength(3);
      const found = await readAll(store, uses);
      for (const { keyId, at, ip } of uses) expect(found.get(keyId)).toEqual({ at, ip: at < 10 ? null : ip });
      expect((await right(store.known())).nodes).toEqual([{ node: 'node_11', at: 11, position: 7n }]);
    });

    it('answers `UsesUnavailable` once it is closed, and says nothing of any key', async () => {
      await store.close();
      const answers = [
        await store.merge([used('secret', 1)])(),
        await store.read([key('secret')])(),
        await store.known()(),
      ];
      for (const answer of answers) {
        expect(answer).toEqual(E.left({ _tag: 'UsesUnavailable', cause: expect.stringContaining('closed') }));
        expect(JSON.stringify(answer)).not.toContain('key_secret');
      }
      await store.close();
    });
  });
};
