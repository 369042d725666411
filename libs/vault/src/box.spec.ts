import { describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { openBox, sealBox, unwrapKey, wrapKey } from './box.js';

const key = Buffer.alloc(32, 3);

describe('boxes on disk', () => {
  /** Append-only: such boxes lie in logs, and open for ever. Sealed apart from this code. */
  const boxes = [
    {
      box: 'AQABAgMEBQYHCAkKCzyTEyGuiTEsC-cHyImp4o3evQ5SXPHBd3O_JUjqPHZGR0UD21NpWczCdDlmEWoDCcF21c2Q6e_K1TH4tALXb6pDZiUCQyXgxuUsM4USLgFI',
      fields: { email: 'ann@example.com', name: 'Ann Ösil', subject: null },
    },
  ];

  it.each(boxes)('open as ever: $box', ({ box, fields }) => {
    expect(openBox(key, { sealedFor: 'user_ann', box })).toEqual(E.right(fields));
  });

  it('refuse what was sealed but are no fields', () => {
    const sealed = sealBox(key, 'user_ann', { name: 3 } as never);
    expect(openBox(key, sealed)).toEqual(E.left({ _tag: 'CorruptBox', sealedFor: 'user_ann' }));
  });
});

describe('a wrapped key', () => {
  const wrapping = Buffer.alloc(32, 4);
  const wrapped = wrapKey(wrapping, 'user_ann', key);

  it('comes back for its own subject', () => {
    expect(unwrapKey(wrapping, 'user_ann', wrapped)).toEqual(key);
  });

  it('does not for another subject, or under another master key', () => {
    expect(() => unwrapKey(wrapping, 'user_bob', wrapped)).toThrow('the stored key of user_bob is damaged');
    expect(() => unwrapKey(Buffer.alloc(32, 5), 'user_ann', wrapped)).toThrow('damaged');
  });
});
