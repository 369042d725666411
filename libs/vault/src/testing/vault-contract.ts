import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { E, O, Sealed } from '#libs/kernel';
import type { Fields, Vault } from '../vault.js';
import { secretsInAVault } from './held-secrets.js';
import { rowsOfAVault } from './kept-rows.js';
import { manyInAVault } from './many.js';
import { type OpenedVault, right } from './opened-vault.js';

const ann = 'user_ann';
const bob = 'user_bob';
const profile: Fields = { email: 'ann@example.com', name: 'Ann Ösil', subject: null };

const anyFields = fc.dictionary(fc.string(), fc.option(fc.string({ unit: 'binary' })));
const erasedFailure = (subject: string) => E.left({ _tag: 'SubjectErased', subject });
const corruptFailure = ({ sealedFor }: Sealed) => E.left({ _tag: 'CorruptBox', sealedFor });

/** What every vault must do. An adapter's spec calls it once, with a way to open an empty one. */
export const vaultContract = (name: string, open: () => Promise<OpenedVault>): void => {
  describe(`${name}, as a vault`, () => {
    let opened: OpenedVault;
    let vault: Vault;

    beforeEach(async () => {
      opened = await open();
      ({ vault } = opened);
    });
    afterEach(() => opened.remove());

    describe('sealing', () => {
      it('gives back what was sealed, whatever it was', async () => {
        await fc.assert(
          fc.asyncProperty(fc.string(), anyFields, async (subject, data) => {
            const sealed = await right(vault.seal(subject, data));
            expect(await right(vault.open(sealed))).toEqual(O.some({ ...data }));
          }),
          { numRuns: 50 },
        );
      });

      it('answers plain JSON that names whose it is', async () => {
        const sealed = await right(vault.seal(ann, profile));
        expect(Sealed.is(JSON.parse(JSON.stringify(sealed)))).toBe(true);
        expect(sealed.sealedFor).toBe(ann);
      });

      it('makes two different boxes of the same fields', async () => {
        const [one, two] = [await right(vault.seal(ann, profile)), await right(vault.seal(ann, profile))];
        expect(one.box).not.toBe(two.box);
      });

      it('does not tell the length of a name', async () => {
        const [short, long] = [
          await right(vault.seal(ann, { name: 'Al' })),
          await right(vault.seal(ann, { name: 'Bartholomew' })),
        ];
        expect(short.box).toHaveLength(long.box.length);
      });

      it('can be opened after a restart', async () => {
        const sealed = await right(vault.seal(ann, profile));
        expect(await right((await opened.reopen()).open(sealed))).toEqual(O.some(profile));
      });
    });

    describe('a key', () => {
      it('is made once, however often it is asked for', async () => {
        await right(vault.ensureKey(ann));
        const sealed = await right(vault.seal(ann, profile));
        await right(vault.ensureKey(ann));
        const restarted = await opened.reopen();
        await right(restarted.ensureKey(ann));
        expect(await right(restarted.open(sealed))).toEqual(O.some(profile));
      });

      it('is one key for twenty who ask at once', async () => {
        const boxes = await Promise.all(
          Array.from({ length: 20 }, async () => {
            await right(vault.ensureKey(ann));
            return right(vault.seal(ann, profile));
          }),
        );
        const restarted = await opened.reopen();
        expect(await right(restarted.openMany(boxes))).toEqual(boxes.map(() => O.some(profile)));
      });
    });

    manyInAVault(() => opened);
    secretsInAVault(() => opened);
    const another = () => opened.remove().then(async () => (opened = await open()));
    rowsOfAVault(() => opened, another);

    describe('a box that is not what was sealed', () => {
      it('is refused under another name', async () => {
        const sealed = await right(vault.seal(ann, profile));
        await right(vault.ensureKey(bob));
        const moved = { ...sealed, sealedFor: bob };
        expect(await vault.open(moved)()).toEqual(corruptFailure(moved));
      });

      it('is refused with any character changed, added or missing', async () => {
        const sealed = await right(vault.seal(ann, profile));
        const { box } = sealed;
        const changed = Array.from(box, (c, i) => `${box.slice(0, i)}${c === 'A' ? 'B' : 'A'}${box.slice(i + 1)}`);
        const cut = Array.from(box, (_, i) => box.slice(0, i));
        for (const forged of [...changed, ...cut, `${box}A`, `${box}=`, ` ${box}`]) {
          expect(await vault.open({ ...sealed, box: forged })()).toEqual(corruptFailure(sealed));
        }
      });

      it('is refused, and not taken for erased, when its key was never here', async () => {
        const sealed = await right(vault.seal(ann, profile));
        const stray = { ...sealed, sealedFor: 'user_nobody' };
        expect(await vault.open(stray)()).toEqual(corruptFailure(stray));
        expect(await vault.openMany([sealed, stray])()).toEqual(corruptFailure(stray));
      });
    });

    describe('a list', () => {
      it('is opened in its order, the erased among them as none', async () => {
        const boxes = [
          await right(vault.seal(bob, { name: 'Bob' })),
          await right(vault.seal(ann, profile)),
          await right(vault.seal(bob, { name: 'Robert' })),
        ];
        await right(vault.erase(ann));
        const expected = [O.some({ name: 'Bob' }), O.none, O.some({ name: 'Robert' })];
        expect(await right(vault.openMany(boxes))).toEqual(expected);
        expect(await right((await opened.reopen()).openMany(boxes))).toEqual(expected);
      });

      it('may be empty', async () => {
        expect(await right(vault.openMany([]))).toEqual([]);
      });
    });

    describe('an erased subject', () => {
      it('can be read no more, now or after a restart', async () => {
        const sealed = await right(vault.seal(ann, profile));
        await right(vault.erase(ann));
        expect(await right(vault.open(sealed))).toEqual(O.none);
        expect(await right((await opened.reopen()).open(sealed))).toEqual(O.none);
      });

      it('gets no new key, now or after a restart', async () => {
        await right(vault.ensureKey(ann));
        await right(vault.erase(ann));
        expect(await vault.ensureKey(ann)()).toEqual(erasedFailure(ann));
        expect(await vault.seal(ann, profile)()).toEqual(erasedFailure(ann));
        expect(await (await opened.reopen()).ensureKey(ann)()).toEqual(erasedFailure(ann));
      });

      it('may be erased again, or before it ever had a key', async () => {
        await right(vault.erase(ann));
        await right(vault.erase(ann));
        expect(await vault.ensureKey(ann)()).toEqual(erasedFailure(ann));
      });

      it('takes nobody with it', async () => {
        const sealed = await right(vault.seal(bob, profile));
        await right(vault.seal(ann, profile));
        await right(vault.erase(ann));
        expect(await right((await opened.reopen()).open(sealed))).toEqual(O.some(profile));
      });

      it('gets no key from whoever began to make it one before', async () => {
        await Promise.all([vault.ensureKey(ann)(), vault.erase(ann)(), vault.ensureKey(ann)()]);
        expect(await vault.ensureKey(ann)()).toEqual(erasedFailure(ann));
      });

      it('stays erased when its boxes are being opened and sealed meanwhile', async () => {
        const sealed = await right(vault.seal(ann, profile));
        const restarted = await opened.reopen();
        const meanwhile = () => [restarted.open(sealed)(), restarted.seal(ann, profile)(), restarted.ensureKey(ann)()];
        await Promise.all([...meanwhile(), right(restarted.erase(ann)), ...meanwhile()]);
        expect(await right(restarted.open(sealed))).toEqual(O.none);
        expect(await restarted.seal(ann, profile)()).toEqual(erasedFailure(ann));
      });
    });

    it('once closed says so to every call, and may be closed again', async () => {
      const sealed = await right(vault.seal(ann, profile));
      await vault.close();
      await vault.close();
      const calls = [
        vault.ensureKey(bob),
        vault.seal(ann, profile),
        vault.open(sealed),
        vault.openMany([sealed]),
        vault.erase(ann),
        vault.hold('a', 'secret'),
        vault.recall('a'),
        vault.drop('a'),
        vault.rows(null, 1),
        vault.restore([]),
      ];
      for (const call of calls) expect(await call()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
    });
  });
};
