import * as t from 'io-ts';
import { exactWith, Timestamp } from '#libs/kernel';
import { DescribedType } from './described.js';
import { AuditEvent } from './shapes.js';

/** An event of the trail as CloudEvents 1.0 has it. What has no value is not there. */
export const CloudEvent = exactWith(
  {
    specversion: t.literal('1.0'),
    id: t.string,
    source: t.string,
    type: t.string,
    time: Timestamp,
    datacontenttype: t.literal('application/json'),
    position: t.string,
    actortype: t.keyof({ user: null, service: null, operator: null, system: null }),
    requestid: t.string,
    data: t.UnknownRecord,
  },
  {
    subject: t.string,
    actorid: t.string,
    viatype: t.keyof({ user: null, service: null, operator: null, system: null }),
    viaid: t.string,
    organizationid: t.string,
    projectid: t.string,
  },
  'CloudEvent',
);

/** A line of what is sent as lines. */
export const ExportLine = t.union([AuditEvent, CloudEvent]);
export const CloudEventBatch = t.readonlyArray(CloudEvent);

/** RFC 4180, with a header row: each field of an event is a column, `actor` and `via` are ids, `data` is JSON. */
export const ExportTable = new DescribedType<string>(
  {
    type: 'string',
    description:
      'RFC 4180 in UTF-8, with a header row. "actor" and "via" are ids, or "operator" or "system"; "data" is JSON. What a spreadsheet would take for a formula begins with an apostrophe, but for ids and positions, which are as they are.',
  },
  'a table',
  t.string.is,
  (u, context) => t.string.validate(u, context),
  t.identity,
);
