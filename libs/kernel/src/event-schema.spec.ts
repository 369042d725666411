import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { exact } from './branded.js';
import { eventCodec, eventSchema, type EventOf, type Unreadable } from './event-schema.js';
import { E } from './prelude.js';
import { bytesOf } from './testing/index.js';

const LampLit = eventSchema(exact({ room: t.string }))
  .revised(exact({ room: t.string, watts: t.number }), (v1) => ({ ...v1, watts: 60 }))
  .revised(exact({ room: t.string, lumens: t.number }), ({ room, watts }) => ({ room, lumens: watts * 15 }));
const LampOut = eventSchema(exact({}));

const lamp = eventCodec({ LampLit, LampOut });
type LampEvent = EventOf<typeof lamp>;

const lit: LampEvent = { type: 'LampLit', data: { room: 'hall', lumens: 900 } };

describe('the stored bytes of a revised event', () => {
  it.each(
    bytesOf(lamp, [
      ['{"type":"LampLit","version":1,"data":{"room":"hall"}}', lit],
      [
        '{"type":"LampLit","version":2,"data":{"room":"hall","watts":40}}',
        { ...lit, data: { room: 'hall', lumens: 600 } },
      ],
      ['{"type":"LampLit","version":3,"data":{"room":"hall","lumens":900}}', lit],
      ['{"type":"LampOut","version":1,"data":{}}', { type: 'LampOut', data: {} }],
    ]),
  )('%s', (_, check) => check());
});

const reading = (type: string, version: number, data: unknown) => lamp.decode({ type, version, data });
const unreadable = (why: Unreadable['why'], type = 'LampLit') => E.left({ _tag: 'Unreadable', why, type });

describe('an event schema', () => {
  it('writes the newest shape, under its version', () => {
    expect(lamp.encode(lit)).toEqual({ type: 'LampLit', version: 3, data: { room: 'hall', lumens: 900 } });
  });

  it('reads a body only by the shape of its own version', () => {
    expect(reading('LampLit', 1, { room: 'hall', watts: 60 })).toEqual(unreadable('bad-body'));
    expect(reading('LampLit', 3, { room: 'hall', watts: 60 })).toEqual(unreadable('bad-body'));
    expect(reading('LampLit', 2, { room: 'hall' })).toEqual(unreadable('bad-body'));
  });

  it('refuses a version that only a later release knows', () => {
    expect(reading('LampLit', 4, { room: 'hall', lumens: 900 })).toEqual(unreadable('newer-version'));
    expect(reading('LampOut', 2, {})).toEqual(unreadable('newer-version', 'LampOut'));
  });

  it('refuses a type it does not know, and does not take one from a prototype', () => {
    for (const type of ['LampBurst', 'lamplit', 'LampLit ', '', 'constructor', '__proto__', 'toString'])
      expect(reading(type, 1, {})).toEqual(unreadable('unknown-type', type));
  });

  it('does not write what it could not read', () => {
    const unknown = { type: 'LampBurst', data: {} } as unknown as LampEvent;
    expect(() => lamp.encode(unknown)).toThrow('LampBurst');
  });
});

describe('the kit for stored bytes', () => {
  const failing = (...list: Parameters<typeof bytesOf<LampEvent>>[1]) =>
    bytesOf(lamp, list)
      .filter(([, check]) => {
        try {
          check();
          return false;
        } catch {
          return true;
        }
      })
      .map(([name]) => name);
  const out = ['{"type":"LampOut","version":1,"data":{}}', { type: 'LampOut', data: {} } as LampEvent] as const;
  const missing = 'every type has a line for every version it has had';

  it('asks for a line for every type, and for every version of it', () => {
    expect(failing(out)).toEqual([missing]);
    expect(failing(out, ['{"type":"LampLit","version":3,"data":{"room":"hall","lumens":900}}', lit])).toEqual([
      missing,
    ]);
  });

  it('notices a line that is read as something else', () => {
    expect(failing(['{"type":"LampLit","version":1,"data":{"room":"attic"}}', lit])).toContain(
      'line 1 is read as LampLit',
    );
  });

  it('notices a shape that lets undeclared fields in', () => {
    const lax = eventCodec({ Said: eventSchema(t.type({ what: t.string })) });
    const checks = bytesOf(lax, [
      ['{"type":"Said","version":1,"data":{"what":"hi"}}', { type: 'Said', data: { what: 'hi' } }],
    ]);
    const [, closed] = checks.at(-1) ?? [];
    expect(closed).toThrow();
  });
});
