import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventStore, NewEvent, RecordedEvent, StreamName } from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import { E, type EventId, O, type Sealed, type Timestamp } from '#libs/kernel';
import { Keyring, type Vault } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import { right } from '#libs/vault/testing';
import { archiveFile, Backups, checkedArchive, inWords, restored, unfinishedRestore } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const madeAt = '2026-11-21T12:00:00.000Z' as Timestamp;
const directory = mkdtempSync(join(tmpdir(), 'backups-'));
const quiet = () => undefined;

let serial = 0;
const happened = (data: unknown, metadata: unknown = { n: 1 }): NewEvent => {
  serial += 1;
  const id = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}` as EventId;
  return { id, type: 'Happened', version: 1 + (serial % 3), data, metadata };
};

interface Place {
  readonly store: EventStore;
  readonly vault: Vault;
}

const closing: Array<() => Promise<void>> = [];
const emptyPlace = async (): Promise<Place> => {
  const { store, directory: own, close } = await temporaryStore();
  const vault = await right(FileVault.open(own, keyring));
  closing.push(async () => {
    await vault.close();
    await close();
  });
  return { store, vault };
};

const wholeLog = async (store: EventStore): Promise<ReadonlyArray<Omit<RecordedEvent, 'position'>>> => {
  const page = await right(store.readAll({ limit: 100_000 }));
  return page.events.map(({ stream, revision, id, type, version, data, metadata }) => {
    return { stream, revision, id, type, version, data, metadata };
  });
};

const textOf = async (
  { store, vault }: Place,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<string> => {
  const begun = await new Backups(store, vault, keyring).begin(madeAt);
  if (E.isLeft(begun)) throw new Error(begun.left._tag);
  await before();
  let text = '';
  for await (const part of begun.right.text) text += part;
  return text;
};

/** Checks the text as an archive, and restores it. */
const restoring = async (text: string | Buffer, { store, vault }: Place, keys = keyring) => {
  serial += 1;
  const path = join(directory, `${serial}.ndjson`);
  writeFileSync(path, text);
  const file = await open(path);
  try {
    const checked = await checkedArchive(await archiveFile(file), keys, quiet);
    return E.isLeft(checked) ? checked : await restored({ store, vault, abreast: 64 }, checked.right, quiet);
  } finally {
    await file.close();
  }
};

let source: Place;
let boxes: ReadonlyArray<Sealed>;
let text: string;
let lines: ReadonlyArray<string>;

/** What JSON can hold, and readers and writers like to get wrong. */
const awkward = [
  { a: 'é\u2028\u0000\u{1f600}', '10': 1, '9': 2 },
  JSON.parse('{"__proto__":{"x":1}}') as unknown,
  [-0, 1e21, 0.1],
  null,
  '',
  'n\nn',
];

beforeAll(async () => {
  source = await emptyPlace();
  const { store, vault } = source;
  boxes = [await right(vault.seal('user_ann', { name: 'Ann' })), await right(vault.seal('user_bob', { name: 'Bob' }))];
  await right(vault.erase('user_bob'));
  await right(vault.hold('pepper/a', 'a secret'));
  await right(store.append('account-ann', 'no-stream', [happened(boxes[0]), happened({}), happened({})]));
  for (const [n, data] of awkward.entries()) {
    await right(store.append(`idempotency-${n}`, 'any', [happened({})]));
    await right(store.append(`thing-${n % 2}`, 'any', [happened(data, { data })]));
    await right(store.append('heartbeat-one', 'any', [happened({})]));
  }
  await right(store.append('account-ann', 2, [happened({})]));
  text = await textOf(source);
  lines = text.trimEnd().split('\n');
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  rmSync(directory, { recursive: true });
});

describe('a backup', () => {
  it('restored is the same log, less its heartbeats and the answers it kept to repeat, and the same vault', async () => {
    const target = await emptyPlace();
    const done = await restoring(text, target);
    const kept = (await wholeLog(source.store)).filter(({ stream }) => !/^(?:heartbeat|idempotency)-/u.test(stream));
    expect(await wholeLog(target.store)).toEqual(kept);
    expect(done).toEqual(E.right(expect.objectContaining({ events: kept.length, rows: 3, found: 0 })));
    expect(await right(target.vault.openMany(boxes))).toEqual([O.some({ name: 'Ann' }), O.none]);
    expect(await right(target.vault.recall('pepper/a'))).toEqual(O.some('a secret'));
    expect(await right(unfinishedRestore(target.vault))).toBeUndefined();
  });

  it('of what was restored is the same but for its first line and its last, and has the same digest of the log', async () => {
    const target = await emptyPlace();
    await restoring(text, target);
    const again = (await textOf(target)).trimEnd().split('\n');
    expect(again.slice(1, -1)).toEqual(lines.slice(1, -1));
    const { log } = JSON.parse(lines.at(-2) ?? '') as { readonly log: string };
    const events = lines.filter((line) => line.startsWith('{"e":'));
    expect(log).toBe(
      createHash('sha256')
        .update(`${events.join('\n')}\n`)
        .digest('hex'),
    );
  });

  it('goes to where the log ended when it was begun, and has a key for everything in it', async () => {
    const moving = await emptyPlace();
    const write = async (n: number): Promise<void> => {
      const box = await right(moving.vault.seal(`user_${n}`, { name: String(n) }));
      await right(moving.store.append(`account-${n}`, 'no-stream', [happened(box)]));
    };
    for (let n = 0; n < 5; n += 1) await write(n);
    const taken = await textOf(moving, async () => {
      for (let n = 5; n < 30; n += 1) await write(n);
    });
    const target = await emptyPlace();
    expect(E.isRight(await restoring(taken, target))).toBe(true);
    const log = await wholeLog(target.store);
    expect(log).toEqual((await wholeLog(moving.store)).slice(0, 5));
    const opened = await right(target.vault.openMany(log.map(({ data }) => data as Sealed)));
    expect(opened).toEqual(log.map((_, n) => O.some({ name: String(n) })));
  });

  it('has neither the master key nor anything that was sealed or held', () => {
    const master = Buffer.alloc(32, 7);
    const secrets = [master.toString('base64'), master.toString('hex'), 'Ann', 'a secret'];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('is read no further than its reader takes it, so that it never fills the memory', async () => {
    let pages = 0;
    const endless = new Proxy(source.store, {
      get: (of, name) => {
        if (name === 'head') return () => () => Promise.resolve(E.right(10n ** 9n));
        if (name !== 'readAll') return Reflect.get(of, name) as unknown;
        return ({ from, limit }: { readonly from: bigint; readonly limit: number }) => {
          pages += 1;
          const events = Array.from({ length: limit }, (_, n) => {
            return {
              stream: `thing-${n}`,
              revision: pages,
              position: from + BigInt(n + 1),
              ...happened({ x: 'x'.repeat(1_000) }),
            };
          });
          return () => Promise.resolve(E.right({ events, position: from + BigInt(limit), end: false }));
        };
      },
    });
    const begun = await new Backups(endless, source.vault, keyring).begin(madeAt);
    if (E.isLeft(begun)) throw new Error(begun.left._tag);
    let taken = 0;
    for await (const part of begun.right.text) {
      expect(part.length).toBeLessThan(100_000);
      taken += part.length;
      if (taken > 10_000_000) break;
    }
    // Of 200 events and 200 kB or so, each.
    expect(pages).toBeLessThan(60);
  });

  it('of nothing at all restores to nothing at all', async () => {
    const [empty, target] = [await emptyPlace(), await emptyPlace()];
    expect(await restoring(await textOf(empty), target)).toMatchObject(E.right({ events: 0, rows: 0 }));
    expect(await wholeLog(target.store)).toEqual([]);
  });

  it('reads as ever: such archives lie on disks', async () => {
    // Append-only, each written apart from this code. What was ever the format must be restored for ever.
    const old = [
      '{"writ":"backup","version":1,"logId":"of another","madeAt":"2026-11-21T12:00:00.000Z","masterKey":"2a883e8d8f71b65e50f7312cbdc2ca26"}',
      '{"e":["account-x",0,"00000000-0000-4000-8000-00000000ffff","Happened",2,{"a":"é"},{"at":null}]}',
      '{"e":["account-x",1,"00000000-0000-4000-8000-00000000fffe","Happened",1,[],3]}',
      '{"v":["user_x",null]}',
      '{"v":["user_y","AAEC"]}',
      '{"events":2,"rows":2,"log":"7b59bc917716739d78e61d34e361b5090729eaab330b9139ba62a5a70efedb85"}',
      '{"mac":"53af1f6942299aa1cb71c7a71c8ce12ed67d8b3517456797e235edb160c6a9c2"}',
    ];
    const target = await emptyPlace();
    expect(await restoring(old.map((line) => `${line}\n`).join(''), target)).toMatchObject(
      E.right({ events: 2, rows: 2 }),
    );
    expect((await textOf(target)).split('\n').slice(1, -2)).toEqual(old.slice(1, -1));
  });
});

describe('an archive is refused, and nothing is touched, when', () => {
  let target: Place;
  beforeAll(async () => {
    target = await emptyPlace();
  });

  const refused = async (changed: string | Buffer): Promise<string> => {
    const answer = await restoring(changed, target);
    expect(await right(target.store.head())).toBe(0n);
    expect(await right(target.vault.rows(null, 10))).toEqual([]);
    if (E.isRight(answer)) throw new Error('it was not refused');
    return answer.left._tag;
  };

  it('any byte of it is another', async () => {
    const bytes = Buffer.from(text);
    const tags = new Set<string>();
    for (let at = 0; at < bytes.length; at += 1 + (at % 3)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      tags.add(await refused(changed));
    }
    // The version and the check value of the master key are told as what they are said to be.
    expect([...tags].sort()).toEqual(['ArchiveDamaged', 'OtherMasterKey']);
  });

  it('it was cut, at any line or within one', async () => {
    for (let n = 0; n < lines.length; n += 1) {
      const first = lines.slice(0, n).map((line) => `${line}\n`);
      expect(await refused(first.join(''))).toBe('ArchiveDamaged');
      expect(await refused(`${first.join('')}${lines[n]?.slice(0, 20) ?? ''}`)).toBe('ArchiveDamaged');
    }
    expect(await refused(text.trimEnd())).toBe('ArchiveDamaged');
  });

  it('lines of it were swapped, dropped, put in twice or added', async () => {
    for (let n = 0; n + 1 < lines.length; n += 1) {
      const swapped = lines.with(n, lines[n + 1] ?? '').with(n + 1, lines[n] ?? '');
      const twice = lines.toSpliced(n, 0, lines[n] ?? '');
      for (const changed of [swapped, lines.toSpliced(n, 1), twice])
        expect(await refused(`${changed.join('\n')}\n`)).toBe('ArchiveDamaged');
    }
    for (const more of ['\n', 'x', `${lines[1] ?? ''}\n`, text])
      expect(await refused(`${text}${more}`)).toBe('ArchiveDamaged');
  });

  it('it is joined of two, each of them whole', async () => {
    await right(source.store.append('later-one', 'any', [happened({})]));
    const later = (await textOf(source)).trimEnd().split('\n');
    expect(await refused(`${[...lines.slice(0, -2), ...later.slice(-2)].join('\n')}\n`)).toBe('ArchiveDamaged');
  });

  it('it was made with another master key, whatever its header says', async () => {
    const other = new Keyring(Buffer.alloc(32, 8));
    const tag = async (changed: string) => E.swap(await restoring(changed, target, other));
    expect(await tag(text)).toMatchObject(E.right({ _tag: 'OtherMasterKey' }));
    expect(await tag(text.replace(keyring.checkValue, other.checkValue))).toMatchObject(
      E.right({ _tag: 'ArchiveDamaged' }),
    );
  });

  it('it is of a newer release, or no archive', async () => {
    expect(await refused(text.replace('"version":1', '"version":2'))).toBe('ArchiveTooNew');
    for (const other of ['', '\n', '{}\n', 'PK\u0003\u0004', '\u0000'.repeat(10)])
      expect(await refused(other)).toBe('ArchiveDamaged');
  });

  it('a line of it has no end, long before that fills the memory', async () => {
    let chunks = 0;
    async function* endless() {
      for (; chunks < 100; chunks += 1) yield await Promise.resolve(Buffer.alloc(1024 * 1024, 'x'));
    }
    const answer = await checkedArchive({ bytes: 0, open: endless }, keyring, quiet);
    expect(answer).toMatchObject(E.left({ _tag: 'ArchiveDamaged', line: 1 }));
    expect(chunks).toBeLessThan(20);
  });

  it('it does not let itself be read', async () => {
    const file = await open(directory);
    const answer = await checkedArchive(await archiveFile(file), keyring, quiet);
    await file.close();
    expect(answer).toMatchObject(E.left({ _tag: 'ArchiveUnreadable', why: expect.stringContaining('EISDIR') }));
  });

  it('and says so in words that name no secret', () => {
    expect(inWords({ _tag: 'ArchiveDamaged', line: 3, why: 'it was cut in the middle' })).toBe(
      'this is no whole backup: line 3: it was cut in the middle. Take another copy of it, or an older one',
    );
  });
});

it('an archive that becomes another one after it was checked is not brought to its end', async () => {
  const other = await textOf(source);
  const path = join(directory, 'changing.ndjson');
  for (const instead of [other, text.replace('"é', '"è')]) {
    const target = await emptyPlace();
    writeFileSync(path, text);
    const file = await open(path);
    const checked = await checkedArchive(await archiveFile(file), keyring, quiet);
    if (E.isLeft(checked)) throw new Error(inWords(checked.left));
    writeFileSync(path, instead);
    expect(await restored({ ...target, abreast: 64 }, checked.right, quiet)).toMatchObject(
      E.left({ _tag: 'ArchiveDamaged' }),
    );
    await file.close();
    expect(await right(unfinishedRestore(target.vault))).toBeDefined();
  }
});

describe('a target', () => {
  const tagOf = (answer: Awaited<ReturnType<typeof restoring>>) => (E.isLeft(answer) ? answer.left._tag : 'restored');

  it('that has events or keys already is refused, and left alone', async () => {
    const [withEvents, withKeys] = [await emptyPlace(), await emptyPlace()];
    await right(withEvents.store.append('thing-x', 'any', [happened({})]));
    await right(withKeys.vault.ensureKey('user_zoe'));
    for (const target of [withEvents, withKeys]) {
      const [log, rows] = [await wholeLog(target.store), await right(target.vault.rows(null, 10))];
      expect(tagOf(await restoring(text, target))).toBe('TargetInUse');
      expect([await wholeLog(target.store), await right(target.vault.rows(null, 10))]).toEqual([log, rows]);
    }
    expect(tagOf(await restoring(text, source))).toBe('TargetInUse');
  });

  it('that a server began to serve between the look and the mark is refused, and left to it', async () => {
    const target = await emptyPlace();
    const vault = new Proxy(target.vault, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name);
        if (typeof value !== 'function') return value;
        if (name === 'hold') void target.store.append('heartbeat-log', 'any', [happened({})])();
        return value.bind(of) as unknown;
      },
    });
    expect(tagOf(await restoring(text, { store: target.store, vault }))).toBe('TargetInUse');
    expect(await right(unfinishedRestore(target.vault))).toBeUndefined();
    expect((await wholeLog(target.store)).map(({ stream }) => stream)).toEqual(['heartbeat-log']);
  });

  it('that was restored into is not again', async () => {
    const target = await emptyPlace();
    expect(tagOf(await restoring(text, target))).toBe('restored');
    expect(tagOf(await restoring(text, target))).toBe('TargetInUse');
  });

  /** A store that stops taking events after so many appends. */
  const failingAfter = (store: EventStore, appends: number): EventStore => {
    let left = appends;
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'append' && (left -= 1) < 0)
          return () => () => Promise.resolve(E.left({ _tag: 'StoreUnavailable', cause: 'it is full' }));
        return value.bind(target) as unknown;
      },
    });
  };

  it('that a restore was cut short in says so until the same backup was brought to its end', async () => {
    for (let appends = 0; appends < 8; appends += 2) {
      const target = await emptyPlace();
      const first = await restoring(text, { ...target, store: failingAfter(target.store, appends) });
      expect(tagOf(first)).toBe('RestoreInterrupted');
      expect(await right(unfinishedRestore(target.vault))).toMatch(/^restore\/[0-9a-f]{32}$/u);
      const events = (await wholeLog(target.store)).length;
      expect(tagOf(await restoring(await textOf(source), target))).toBe('TargetInUse');
      expect(await restoring(text, target)).toMatchObject(E.right({ found: events }));
      expect(await right(unfinishedRestore(target.vault))).toBeUndefined();
      expect((await textOf(target)).split('\n').slice(1, -2)).toEqual(lines.slice(1, -1));
    }
  });

  /** The archive, a line at a time. */
  const lineByLine = () => ({
    bytes: text.length,
    open: async function* () {
      for (const line of lines) yield await Promise.resolve(Buffer.from(`${line}\n`));
    },
  });
  /** Stops when so many lines have been read. */
  const stopping = (after: number) => {
    const controller = new AbortController();
    const read = { lines: 0 };
    const progress = () => {
      if ((read.lines += 1) === after) controller.abort();
    };
    return { signal: controller.signal, progress, read };
  };
  const stopped = (begun: boolean) => E.left({ _tag: 'RestoreStopped', begun });

  it('that a restore was stopped in keeps what it has, and the same backup goes on from there', async () => {
    const [last, all] = [lines.length - 1, lines.filter((line) => line.startsWith('{"e":')).length];
    const counts: number[] = [];
    for (let line = 2; line <= last - 1; line += 2) {
      const target = await emptyPlace();
      const checked = await checkedArchive(lineByLine(), keyring, quiet);
      if (E.isLeft(checked)) throw new Error(inWords(checked.left));
      const { signal, progress } = stopping(line);
      expect(await restored({ ...target, abreast: 64 }, checked.right, progress, signal)).toEqual(stopped(true));
      const { length: found } = await wholeLog(target.store);
      counts.push(found);
      expect(await right(unfinishedRestore(target.vault))).toBeDefined();
      expect(await restoring(text, target)).toMatchObject(E.right({ found, events: all }));
      expect((await textOf(target)).split('\n').slice(1, -2)).toEqual(lines.slice(1, -1));
    }
    // what was read before it was stopped is in the log
    expect(counts[0]).toBe(1);
    expect(new Set(counts).size).toBeGreaterThan(3);
  });

  it('that a restore was stopped before holds nothing of it', async () => {
    const target = await emptyPlace();
    const { signal, progress, read } = stopping(3);
    expect(await checkedArchive(lineByLine(), keyring, progress, signal)).toEqual(stopped(false));
    expect(read.lines).toBe(3);
    const checked = await checkedArchive(lineByLine(), keyring, quiet);
    if (E.isLeft(checked)) throw new Error(inWords(checked.left));
    expect(await restored({ ...target, abreast: 64 }, checked.right, quiet, signal)).toEqual(stopped(false));
    expect([await wholeLog(target.store), await right(target.vault.rows(null, 10))]).toEqual([[], []]);
  });

  it('whose vault came to hold something else meanwhile is refused', async () => {
    const target = await emptyPlace();
    expect(tagOf(await restoring(text, { ...target, store: failingAfter(target.store, 2) }))).toBe(
      'RestoreInterrupted',
    );
    await right(target.vault.erase('user_ann'));
    expect(tagOf(await restoring(text, target))).toBe('TargetInUse');
  });

  it('that something else was written to meanwhile is refused', async () => {
    const stranger: StreamName = 'thing-stranger';
    for (const appends of [2, 100]) {
      const target = await emptyPlace();
      const half = failingAfter(target.store, appends);
      const vault = new Proxy(target.vault, {
        get: (of, name) => {
          const value: unknown = Reflect.get(of, name);
          if (name === 'drop') return () => () => Promise.resolve(E.left({ _tag: 'VaultUnavailable', cause: 'away' }));
          return typeof value === 'function' ? (value.bind(of) as unknown) : value;
        },
      });
      expect(tagOf(await restoring(text, { store: half, vault }))).toBe('RestoreInterrupted');
      await right(target.store.append('heartbeat-two', 'any', [happened({})]));
      await right(target.store.append(stranger, 'any', [happened({})]));
      expect(tagOf(await restoring(text, target))).toBe('TargetInUse');
      expect(await right(unfinishedRestore(target.vault))).toBeDefined();
    }
  });
});
