import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { type AccountId, type ServiceTokenId } from '#libs/kernel';
import { cloudEvents, cloudEventsBatch } from './cloud-events.js';
import { cellOf, csv, unguarded } from './csv.js';
import { type ExportedEvent, type ExportForm, ndjson } from './export-form.js';

const user = { type: 'user', id: 'user_1' as AccountId } as const;
const service = { type: 'service', id: 'svc_1' as ServiceTokenId } as const;

const event: ExportedEvent = {
  id: 'evt_1',
  position: 'AAAA',
  type: 'KeyCreated',
  at: '2026-11-21T10:00:00.000Z',
  actor: user,
  via: service,
  requestId: 'req_1',
  organizationId: 'org_1',
  projectId: 'proj_1',
  data: { apiKeyId: 'key_1', name: 'ci, "quoted"\r\nand broken' },
};
const bare: ExportedEvent = {
  ...event,
  actor: { type: 'operator' },
  via: null,
  organizationId: null,
  projectId: null,
  data: {},
};

const textOf = (form: ExportForm, events: ReadonlyArray<ExportedEvent>): string =>
  `${form.head}${events.map((each, n) => form.event(each, n)).join('')}${form.tail}`;

/** A reader of RFC 4180 that owes nothing to the writer. */
const rowsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/gy;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '\r\n') rows.push([]);
    if (cell.lastIndex === text.length) return rows.slice(0, -1);
  }
  throw new Error(`not a table: ${text}`);
};

const anyEvent: fc.Arbitrary<ExportedEvent> = fc.record({
  id: fc.string({ unit: 'binary' }),
  position: fc.string(),
  type: fc.string(),
  at: fc.constant(event.at),
  actor: fc.constantFrom(user, service, { type: 'operator' } as const, { type: 'system' } as const),
  via: fc.constantFrom(null, service, { type: 'operator' } as const),
  requestId: fc.oneof(fc.string(), fc.constantFrom('=1+1', '-1', '@a', '+a', '\ta', '\ra', '＝1')),
  organizationId: fc.option(fc.string()),
  projectId: fc.option(fc.string()),
  data: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
});

describe('lines', () => {
  it('are the items as they are', () => {
    expect(
      textOf(ndjson, [event, bare])
        .split('\n')
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([event, bare]);
  });
});

describe('a table', () => {
  it('has a row of names, and a column for each field of an event', () => {
    expect(rowsOf(textOf(csv, [event, bare]))).toEqual([
      Object.keys(event),
      [
        ...['evt_1', 'AAAA', 'KeyCreated', event.at, 'user_1', 'svc_1', 'req_1', 'org_1', 'proj_1'],
        JSON.stringify(event.data),
      ],
      ['evt_1', 'AAAA', 'KeyCreated', event.at, 'operator', '', 'req_1', '', '', '{}'],
    ]);
    expect(textOf(csv, [])).toBe(`${Object.keys(event).join(',')}\r\n`);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
    'takes no formula: %j',
    (cell) => {
      const [, [, , , , , , found] = []] = rowsOf(textOf(csv, [{ ...event, requestId: cell }]));
      expect(found).toBe(`'${cell}`);
      expect(unguarded(`'${cell}`)).toBe(cell);
    },
  );

  it('has ids and positions as they are: one that begins with a dash would be no position any more', () => {
    const [, [id, position] = []] = rowsOf(textOf(csv, [{ ...event, id: 'evt_-', position: '-AAA' }]));
    expect([id, position]).toEqual(['evt_-', '-AAA']);
    // In any table: a review has them, too.
    expect([cellOf('position', '-AAA'), cellOf('name', '-AAA')]).toEqual(['-AAA', "'-AAA"]);
  });

  it('has nothing that cannot be seen and moves what stands around it, nor hides a formula behind it', () => {
    const hidden = { name: 'a\u202Eb\u200B\uFEFF', joined: 'क्\u200Dष' };
    const [, [, , , , , , requestId, , , data = ''] = []] = rowsOf(
      textOf(csv, [{ ...event, requestId: '\u200B=1+1', data: hidden }]),
    );
    expect(requestId).toBe("'=1+1");
    expect(JSON.parse(data)).toEqual({ name: 'ab', joined: hidden.joined });
  });

  it('is read back as it was written, whatever can be seen of it', () => {
    const read = (text: string) => unguarded(text.replaceAll(/(?![\u200C\u200D])\p{Cf}/gu, ''));
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), (events) => {
        const rows = rowsOf(textOf(csv, events)).slice(1);
        expect(rows.map(([id, position, ...row]) => [id, position, ...row.map(unguarded)])).toEqual(
          events.map(({ actor, via, organizationId, projectId, data, ...texts }) => [
            ...[texts.id, texts.position],
            ...[texts.type, texts.at].map(read),
            'id' in actor ? actor.id : actor.type,
            via === null ? '' : 'id' in via ? via.id : via.type,
            read(texts.requestId),
            ...[organizationId ?? '', projectId ?? '', JSON.stringify(data)].map(read),
          ]),
        );
        for (const cell of rows.flatMap((row) => row.slice(2))) expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/u);
      }),
    );
  });
});

/** What CloudEvents 1.0 says of an event in the JSON format: §3 of the specification, and §2 and §3 of the format. */
const faultsIn = (found: Readonly<Record<string, unknown>>): ReadonlyArray<string> => {
  const texts = ['id', 'source', 'type', 'subject', 'dataschema', 'datacontenttype'];
  const isUri = (text: unknown) => typeof text === 'string' && /^[a-z][a-z0-9+.-]*:[^\s]+$/iu.test(text);
  const isTime = (text: unknown) =>
    typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u.test(text);
  const attributes = Object.entries(found).filter(([name]) => name !== 'data' && name !== 'data_base64');
  const faults = [
    ...(found['specversion'] === '1.0' ? [] : ['specversion']),
    ...['id', 'source', 'type'].filter((name) => typeof found[name] !== 'string' || found[name] === ''),
    ...texts.filter((name) => name in found && (typeof found[name] !== 'string' || found[name] === '')),
    ...(isUri(found['source']) ? [] : ['source is no URI']),
    ...('time' in found && !isTime(found['time']) ? ['time is no RFC 3339'] : []),
    ...attributes.filter(([name]) => !/^[a-z0-9]{1,20}$/u.test(name)).map(([name]) => `${name} is no name`),
    ...attributes
      .filter(([, value]) => !['string', 'boolean'].includes(typeof value) && !Number.isInteger(value))
      .map(([name]) => `${name} is of no type of an attribute`),
    ...attributes
      .filter(([, value]) => typeof value === 'string' && /[\p{Cc}\p{Cs}]/u.test(value))
      .map(([name]) => `${name} has what no string has`),
    ...('data' in found && 'data_base64' in found ? ['data twice'] : []),
  ];
  return faults;
};

describe('CloudEvents', () => {
  const log = '0d9e4a39-2f7b-4a5f-8a61-4f5a2a4bd8f2';
  const eventsIn = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

  it('have the attributes that they have to have, and extensions with names that are good everywhere', () => {
    expect(eventsIn(textOf(cloudEvents(log), [event]))).toEqual([
      {
        specversion: '1.0',
        id: 'evt_1',
        source: `urn:writ:log:${log}`,
        type: 'writ.KeyCreated',
        subject: 'key_1',
        time: event.at,
        datacontenttype: 'application/json',
        position: 'AAAA',
        actortype: 'user',
        actorid: 'user_1',
        viatype: 'service',
        viaid: 'svc_1',
        requestid: 'req_1',
        organizationid: 'org_1',
        projectid: 'proj_1',
        data: event.data,
      },
    ]);
  });

  it('have no attribute without a value', () => {
    const [found = {}] = eventsIn(textOf(cloudEvents(log), [bare]));
    const optional = ['subject', 'actorid', 'viatype', 'viaid', 'organizationid', 'projectid'];
    for (const name of optional) expect(found).not.toHaveProperty(name);
    expect(found).toMatchObject({ actortype: 'operator' });
  });

  it('are about what is told of, as narrowly as can be', () => {
    const about = (data: ExportedEvent['data'], more: Partial<ExportedEvent> = {}) =>
      eventsIn(textOf(cloudEvents(log), [{ ...event, data, ...more }]))[0]?.['subject'];
    expect(about({ apiKeyId: 'key_1', accountId: 'user_2' })).toBe('key_1');
    expect(about({ accountId: 'user_2' })).toBe('user_2');
    expect(about({ serviceTokenId: 'svc_2' }, { projectId: null, organizationId: null })).toBe('svc_2');
    expect(about({ slug: 'alpha' }, { type: 'SlugClaimed' })).toBe('alpha');
    expect(about({ slug: 'alpha' }, { type: 'ProjectSlugChanged' })).toBe('proj_1');
    expect(about({})).toBe('proj_1');
    expect(about({}, { projectId: null })).toBe('org_1');
  });

  it.each([
    ['with extensions', event],
    ['without', bare],
  ])('are as the specification says, %s', (_, each) => {
    for (const found of eventsIn(textOf(cloudEvents(log), [each]))) expect(faultsIn(found)).toEqual([]);
  });

  it('as a batch are one array of the same, also of none', () => {
    const batch = cloudEventsBatch(log);
    expect(batch.type).toMatch(/^application\/cloudevents-batch\+json/u);
    expect(JSON.parse(textOf(batch, []))).toEqual([]);
    expect(JSON.parse(textOf(batch, [event, bare]))).toEqual(eventsIn(textOf(cloudEvents(log), [event, bare])));
  });

  it('that are wrong are found to be', () => {
    const [good = {}] = eventsIn(textOf(cloudEvents(log), [event]));
    const wrong: ReadonlyArray<object> = [
      { specversion: '1' },
      { id: '' },
      { source: 'not a uri' },
      { subject: '' },
      { time: 'today' },
      { projectId: 'x' },
      { actorid: null },
      { requestid: { a: 1 } },
      { data_base64: '' },
    ];
    for (const each of wrong) expect([each, faultsIn({ ...good, ...each })]).not.toEqual([each, []]);
  });
});
