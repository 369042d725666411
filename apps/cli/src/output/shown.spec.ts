import { describe, expect, it } from '@jest/globals';
import { listOf, record } from '../operations/operation.js';
import { inPlain, jsonText, plainText } from './plain-text.js';
import { shownText } from './shown.js';
import { type Look } from './table.js';

const pipe: Look = { width: undefined, colour: false };
const terminal = (width: number, colour = false): Look => ({ width, colour });

const shown = (body: unknown, look = pipe): ReadonlyArray<string> => shownText(record, body, '', look).split('\n');

describe('a record', () => {
  it('is a line for each field, with what is inside by its path', () => {
    expect(shown({ id: 'org_1', features: { invitations: true }, ownerId: null, tags: ['a', 'b'] })).toEqual([
      'id                    org_1',
      'features.invitations  yes',
      'ownerId               -',
      'tags                  a, b',
      '',
    ]);
  });

  it('has its lists of things below it, as tables', () => {
    const body = { at: 'now', then: { people: [{ id: 'user_1', actor: { type: 'user', id: 'user_2' } }] } };
    expect(shown(body)).toEqual(['at  now', '', 'then.people:', 'ID      ACTOR', 'user_1  user_2', '']);
  });
});

describe('a table', () => {
  const items = [
    { id: `key_${'1'.repeat(22)}`, name: 'a short one' },
    { id: `key_${'2'.repeat(22)}`, name: 'Ελληνικά 漢字 and more' },
  ];
  const text = (look: Look): string => shownText(listOf('id', 'name'), { items }, '', look);

  it('is as wide as it needs to be where nobody looks', () => {
    expect(text(pipe).split('\n')[2]).toBe(`${items[1]?.id ?? ''}  Ελληνικά 漢字 and more`);
  });

  it('wraps what is too wide for a terminal, and loses nothing of it', () => {
    const lines = text(terminal(44)).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(44);
    expect(lines.length).toBeGreaterThan(4);
    for (const { id } of items) expect(text(terminal(44)).replace(/\s/gu, '')).toContain(id.slice(0, 20));
  });

  it('is told line by line where even that is too wide', () => {
    expect(text(terminal(32)).split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^id {4}key_1+$/u),
      expect.anything(),
    ]);
  });

  it('has as many rows as there are, more than a function takes arguments', () => {
    const many = Array.from({ length: 150_000 }, (_, n) => ({ id: `k${n}` }));
    const lines = shownText(listOf('id'), { items: many }, '', pipe).split('\n');
    expect([lines.length, lines.at(-2)]).toEqual([150_002, 'k149999']);
  });

  it('has no colour but on a terminal that wants it', () => {
    expect(text(terminal(100, true))).toContain('\u001b[1m');
    expect(text(terminal(100))).not.toContain('\u001b');
  });
});

describe('what others wrote', () => {
  const hostile = 'a\u001b[2Jb\u009bc\u202ed\ne';

  it('steers no terminal', () => {
    expect(plainText(hostile)).toBe('a\ufffd[2Jb\ufffdc\ufffdd\ufffde');
    expect(shown({ name: hostile })).toEqual(['name  a\ufffd[2Jb\ufffdc\ufffdd\ufffde', '']);
    const inside = shownText({ as: 'prose', field: 'sentences' }, { sentences: [hostile] }, '', terminal(80));
    expect(inside).toBe('a\ufffd[2Jb\ufffdc\ufffdd\ne\n');
  });

  it('steers no terminal by the names of fields and of tables either', () => {
    const text = shownText(record, { [hostile]: 'x', [`${hostile}s`]: [{ [hostile]: 'y' }] }, '', terminal(80));
    expect(text.split('\n')).toEqual([
      'a\ufffd[2Jb\ufffdc\ufffdd\ufffde  x',
      '',
      'a\ufffd[2Jb\ufffdc\ufffdd\ufffdes:',
      'A\ufffd[2JB\ufffdC\ufffdD\ufffdE',
      'y',
      '',
    ]);
  });

  it('steers none where it comes in pieces, wherever they end', async () => {
    const bytes = new TextEncoder().encode('a\r\nb\u202e漢\r');
    async function* each() {
      for (const byte of bytes) yield await Promise.resolve(Uint8Array.of(byte));
    }
    let text = '';
    for await (const piece of inPlain(each())) text += piece;
    expect(text).toBe('a\nb\ufffd漢\ufffd');
  });

  it('is the same value as JSON, and steers nothing there', () => {
    const text = jsonText({ name: hostile }, 2);
    for (const steering of ['\u001b', '\u009b', '\u202e']) expect(text).not.toContain(steering);
    expect(JSON.parse(text)).toEqual({ name: hostile });
  });

  it('is itself in a pipe, where it is no JSON', () => {
    expect(shownText({ as: 'text' }, undefined, hostile, pipe)).toBe(hostile);
    expect(shownText({ as: 'text' }, undefined, hostile, terminal(80))).not.toContain('\u001b');
  });
});
