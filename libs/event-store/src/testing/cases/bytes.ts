import assert from 'node:assert/strict';
import type { StreamName } from '../../event-store.js';
import { group } from '../contract-case.js';
import { append, done, event, holds } from '../steps.js';

const bodies: ReadonlyArray<unknown> = [
  { text: 'žluťoučký 鬼 🦊 \u0000 \u2028 "\\ \n', 'clé-🔑': 'é' },
  { numbers: [0, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER] },
  { deep: { a: [[[]], {}, null, true, false, ''] } },
  { lone: '\ud800', 'a-b': { __proto__: null } },
  'text',
  17,
  null,
  [],
];

export const bytes = group('bytes', {
  'data and metadata come back as they were': async ({ store, stream }) => {
    const [name, written] = [stream(), bodies.map((body) => event(body, 'Happened', body))];
    await append(store, name, 'no-stream', ...written);
    const found = await done(store.read(name));
    // Compared as JSON: that is all that a store is asked to keep.
    assert.deepEqual(
      found.map(({ data }) => JSON.stringify(data)),
      bodies.map((body) => JSON.stringify(body)),
    );
    assert.deepEqual(
      found.map(({ metadata }) => JSON.stringify(metadata)),
      bodies.map((body) => JSON.stringify(body)),
    );
  },

  'a large body comes back whole': async ({ store, stream }) => {
    const [name, data] = [stream(), { text: '🦊x'.repeat(150_000) }];
    await append(store, name, 'no-stream', event(data));
    assert.deepEqual((await done(store.read(name)))[0]?.data, data);
  },

  'the type of an event is any text': async ({ store, stream }) => {
    const [name, types] = [stream(), ['Ünïcode', 'with space', 'a'.repeat(200), '$odd']];
    await append(store, name, 'no-stream', ...types.map((type) => event({}, type)));
    assert.deepEqual(
      (await done(store.read(name))).map(({ type }) => type),
      types,
    );
  },

  'streams are told apart to the byte': async ({ store, category }) => {
    const kind = category();
    const names = [
      'a',
      'A',
      'é',
      'e\u0301',
      'a ',
      'a%',
      'a_',
      `${'a'.repeat(300)}1`,
      `${'a'.repeat(300)}2`,
      'ﬁ',
      'fi',
      '🦊',
    ];
    const streams = names.map((name): StreamName => `${kind}-${name}`);
    const written = streams.map((stream) => ({ stream, each: event({ stream }) }));
    for (const { stream, each } of written) await append(store, stream, 'no-stream', each);
    for (const { stream, each } of written) {
      await holds(store, stream, [each]);
      assert.equal((await done(store.read(stream)))[0]?.stream, stream);
    }
  },
});
