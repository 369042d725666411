import { beforeEach, describe, expect, it } from '@jest/globals';
import { E, O, type Sealed } from '#libs/kernel';
import type { Fields, Vault } from '../vault.js';
import { type OpenedVault, right } from './opened-vault.js';

/** One id each, to the byte, whatever a server, its drivers and its collations make of text. */
const lookAlikes = [
  ...'user_a|user_A|USER_A|user_a | user_a|user_a\t|user_a\n|user_\u00e4|user_a\u0308|user_\u00e4\u200d|user_\u{1f600}'.split(
    '|',
  ),
  ...`|null|NULL|0|00|%|_|\\|\\\\|\\x00|'|''|"|$1|?|:a|{}|{a,b}|[]|a,b|'; DROP SCHEMA writ_vault CASCADE; --`.split(
    '|',
  ),
  ...['x'.repeat(500), 'x'.repeat(501)],
];

const many = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `user_${n}`);
const nameOf = (subject: string): Fields => ({ name: `the name of ${subject}` });

/** The part of the contract that many subjects have, and many calls at once. */
export const manyInAVault = (current: () => OpenedVault): void => {
  describe('many', () => {
    let opened: OpenedVault;
    let vault: Vault;

    beforeEach(() => {
      opened = current();
      ({ vault } = opened);
    });

    const sealAll = (subjects: ReadonlyArray<string>): Promise<ReadonlyArray<Sealed>> =>
      Promise.all(subjects.map((subject) => right(vault.seal(subject, nameOf(subject)))));

    it('whose ids look alike have a key each, and are erased one by one', async () => {
      const boxes = await sealAll(lookAlikes);
      const gone = new Set(lookAlikes.filter((_, n) => n % 2 === 0));
      for (const subject of gone) await right(vault.erase(subject));
      const restarted = await opened.reopen();
      const expected = lookAlikes.map((subject) => (gone.has(subject) ? O.none : O.some(nameOf(subject))));
      expect(await right(restarted.openMany(boxes))).toEqual(expected);
      for (const [n, box] of boxes.entries()) expect(await right(restarted.open(box))).toEqual(expected[n]);
      expect(await right(restarted.erasedAmong(lookAlikes))).toEqual([...gone]);
    });

    it('are told apart from the erased among them: not those who never had a key, nor those who are there (DEL-03)', async () => {
      for (const subject of ['user_ann', 'user_bob']) await right(vault.ensureKey(subject));
      await right(vault.erase('user_bob'));
      await right(vault.erase('user_cat'));
      const asked = ['user_dan', 'user_cat', 'user_ann', 'user_bob'];
      expect(await right(vault.erasedAmong(asked))).toEqual(['user_cat', 'user_bob']);
      const restarted = await opened.reopen();
      expect(await right(restarted.erasedAmong(asked))).toEqual(['user_cat', 'user_bob']);
      expect(await right(restarted.erasedAmong([]))).toEqual([]);
      await restarted.close();
      expect(await restarted.erasedAmong(asked)()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
    });

    it('at once get a key each, and so do those who come at once for each of them', async () => {
      const subjects = many(300);
      const boxes = await sealAll([...subjects, ...subjects]);
      const expected = [...subjects, ...subjects].map((subject) => O.some(nameOf(subject)));
      expect(await right(vault.openMany(boxes))).toEqual(expected);
      expect(await right((await opened.reopen()).openMany(boxes))).toEqual(expected);
    });

    it('are opened in one list, as often as they stand in it', async () => {
      const boxes = await sealAll(many(300));
      const list = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? boxes : boxes.toReversed())).flat();
      const names = list.map(({ sealedFor }) => O.some(nameOf(sealedFor)));
      expect(await right((await opened.reopen()).openMany(list))).toEqual(names);
    });

    it('are erased at once while others are opened and come to be, who notice nothing', async () => {
      const subjects = many(200);
      const boxes = await sealAll(subjects);
      const restarted = await opened.reopen();
      const gone = new Set(subjects.filter((_, n) => n % 4 === 0));
      const staying = boxes.filter(({ sealedFor }) => !gone.has(sealedFor));
      const names = staying.map(({ sealedFor }) => O.some(nameOf(sealedFor)));
      let left = gone.size;
      const erasing = Promise.all(
        [...gone].map((subject) => right(restarted.erase(subject)).finally(() => (left -= 1))),
      );
      const comers: Sealed[] = [];
      for (let round = 0; round < 5 || left > 0; round += 1) {
        const opening = right(restarted.openMany(staying));
        const asking = Promise.all(staying.slice(0, 10).map(({ sealedFor }) => right(restarted.ensureKey(sealedFor))));
        const coming = many(50).map((subject) => `comer_${round}_${subject}`);
        comers.push(...(await Promise.all(coming.map((subject) => right(restarted.seal(subject, nameOf(subject)))))));
        expect(await opening).toEqual(names);
        await asking;
      }
      await erasing;
      const expected = boxes.map(({ sealedFor }) => (gone.has(sealedFor) ? O.none : O.some(nameOf(sealedFor))));
      const again = await opened.reopen();
      expect(await right(again.openMany(boxes))).toEqual(expected);
      expect(await right(again.openMany(comers))).toEqual(comers.map(({ sealedFor }) => O.some(nameOf(sealedFor))));
    });

    it('calls under way when it is closed are done, or say that they are not', async () => {
      const boxes = await Promise.all(many(20).map((subject) => right(vault.seal(subject, nameOf(subject)))));
      const restarted = await opened.reopen();
      const erasing = boxes.slice(0, 10).map(({ sealedFor }) => restarted.erase(sealedFor)());
      const opening = boxes.slice(10).map((box) => restarted.open(box)());
      await restarted.close();
      expect(await Promise.all(erasing)).toEqual(Array(10).fill(E.right(undefined)));
      const unavailable = E.left(expect.objectContaining({ _tag: 'VaultUnavailable' }));
      (await Promise.all(opening)).forEach((answer) => {
        expect(answer).toEqual(E.isRight(answer) ? E.right(expect.objectContaining({ _tag: 'Some' })) : unavailable);
      });
      const expected = boxes.map(({ sealedFor }, n) => (n < 10 ? O.none : O.some(nameOf(sealedFor))));
      expect(await right((await opened.reopen()).openMany(boxes))).toEqual(expected);
    });
  });
};
