import { afterAll, describe, expect, it } from '@jest/globals';
import { type EventStore, START, type StreamName } from '#libs/event-store';
import {
  append,
  conflicts,
  done,
  event,
  events,
  eventStoreContract,
  ids,
  temporaryStore,
} from '#libs/event-store/testing';
import { E } from '#libs/kernel';
import { OverlayStore } from './overlay-store.js';

/** One log for every case, in which something has happened: each proposes on streams of its own, over all of it. */
let shared: Awaited<ReturnType<typeof temporaryStore>> | undefined;
afterAll(() => shared?.close());

const openOverlay = async () => {
  if (shared === undefined) {
    shared = await temporaryStore();
    await append(shared.store, 'before-1', 'no-stream', ...events(3));
  }
  const store = new OverlayStore(onlyRead(shared.store), await done(shared.store.head()));
  return { store, close: () => Promise.resolve() };
};

/** The store below as a proposal may have it: anything but reading a stream is a defect. */
const onlyRead = (store: EventStore): EventStore =>
  new Proxy(store, {
    get: (target, name) => {
      if (name === 'logId') return target.logId;
      if (name === 'read') return target.read.bind(target);
      throw new Error(`a proposal reaches for ${String(name)} of the log itself`);
    },
  });

const byStream = 'what is proposed is read by streams, and nothing follows it';

eventStoreContract('OverlayStore', openOverlay, {
  exclude: {
    'reading the log': byStream,
    subscribing: byStream,
    'an empty log': byStream,
    retention: 'a proposal is gone before anything could be trimmed',
    closing: 'it holds nothing that could be let go of: the store below is not its own',
    reopening: 'it is never written down',
  },
});

describe('an overlay of a log', () => {
  const name: StreamName = 'thing-1';

  const over = async (): Promise<{
    below: EventStore;
    overlay: OverlayStore;
    written: string[];
    readonly close: () => Promise<void>;
  }> => {
    const { store: below, close } = await temporaryStore();
    const [first, second] = [events(2), events(2)];
    const { position } = await append(below, name, 'no-stream', ...first);
    await append(below, name, 1, ...second);
    await append(below, 'thing-2', 'no-stream', event());
    return { below, overlay: new OverlayStore(onlyRead(below), position), written: [...ids(first)], close };
  };

  it('shows a stream as it was at its position, and what came later not at all', async () => {
    const { overlay, written, close } = await over();
    expect(ids(await done(overlay.read(name)))).toEqual(written);
    expect(await done(overlay.read('thing-2'))).toEqual([]);
    expect(ids(await done(overlay.read(name, { direction: 'backwards', limit: 1 })))).toEqual(written.slice(-1));
    await close();
  });

  it('goes on from there, past every position below, and leaves the log as it is', async () => {
    const { below, overlay, written, close } = await over();
    const [head, whole] = [await done(below.head()), await done(below.read(name))];
    const proposed = events(2);
    const other = event();
    const { revision, position } = await append(overlay, name, 1, ...proposed);
    const last = await append(overlay, 'thing-2', 'no-stream', other);
    expect(revision).toBe(3);
    expect(last.position).toBeGreaterThan(position);
    expect([await done(overlay.head()), overlay.end]).toEqual([last.position, last.position]);
    expect(ids(await done(overlay.read(name)))).toEqual([...written, ...ids(proposed)]);
    expect(ids(await done(overlay.read(name, { from: 3 })))).toEqual(ids(proposed.slice(1)));
    expect(ids(overlay.news)).toEqual(ids([...proposed, other]));
    expect(await done(below.head())).toBe(head);
    expect(await done(below.read(name))).toEqual(whole);
    await close();
  });

  it('refuses what is behind the stream as it was then, and takes a repeat of what was there for one', async () => {
    const { below, overlay, close } = await over();
    await conflicts(overlay.append(name, 3, [event()]), name, 1);
    await conflicts(overlay.append(name, 'no-stream', [event()]), name, 1);
    const [, second] = await done(below.read(name));
    if (second === undefined) throw new Error('nothing there');
    expect(await append(overlay, name, 0, second)).toEqual({ revision: 1, position: second.position });
    expect(overlay.news).toEqual([]);
    await close();
  });

  it('of nothing at all is empty', async () => {
    const { below, close } = await over();
    const overlay = new OverlayStore(onlyRead(below), START);
    expect(await done(overlay.read(name))).toEqual([]);
    expect(await append(overlay, name, 'no-stream', event())).toEqual({ revision: 0, position: 1n });
    await close();
  });

  it('reads a stream of any length', async () => {
    const { below, close } = await over();
    await append(below, 'thing-3', 'no-stream', ...events(1_100));
    const overlay = new OverlayStore(onlyRead(below), await done(below.head()));
    expect(await done(overlay.read('thing-3'))).toHaveLength(1_100);
    await close();
  });

  it('reads again what could not be read', async () => {
    const { below, overlay: _, close } = await over();
    let away = true;
    const read: EventStore['read'] = (...asked) =>
      away ? () => Promise.resolve(E.left({ _tag: 'StoreUnavailable', cause: 'away' })) : below.read(...asked);
    const overlay = new OverlayStore({ logId: below.logId, read }, await done(below.head()));
    expect((await overlay.read(name)())._tag).toBe('Left');
    expect((await overlay.append(name, 'any', [event()])())._tag).toBe('Left');
    away = false;
    expect(await done(overlay.read(name))).toHaveLength(4);
    await close();
  });

  it('is read by streams and in no other way', async () => {
    const { overlay, close } = await over();
    expect((await overlay.readAll()())._tag).toBe('Left');
    expect((await overlay.setRetention()())._tag).toBe('Left');
    expect(() => overlay.subscribe()).toThrow('read by streams');
    await overlay.close();
    await close();
  });
});
