import type { ExportedEvent, ExportForm } from './export-form.js';

/** What it is about, as narrowly as it can be said. */
const subjectOf = ({ type, data, projectId, organizationId }: ExportedEvent): string | undefined => {
  // Of a project's own events the slug is what it is called, and not what they are about.
  const slug = type === 'SlugReserved' || type === 'SlugClaimed' ? data['slug'] : undefined;
  const about = [data['apiKeyId'], data['accountId'], data['serviceTokenId'], slug, projectId, organizationId];
  return about.find((id) => typeof id === 'string');
};

/**
 * CloudEvents 1.0, in the JSON format. The source and the id together are an event's name for good (§3.1), so the source is the log
 * and not the address that it is served at. A type has no version: an event whose meaning changes gets another name.
 */
const cloudEvent = (event: ExportedEvent, source: string): object => {
  const { id, position, type, at, actor, via, requestId, organizationId, projectId, data } = event;
  // What is undefined JSON leaves out: an attribute is there with a value, or not at all (§3).
  return {
    specversion: '1.0',
    id,
    source,
    type: `writ.${type}`,
    subject: subjectOf(event),
    time: at,
    datacontenttype: 'application/json',
    position,
    actortype: actor.type,
    actorid: 'id' in actor ? actor.id : undefined,
    viatype: via?.type,
    viaid: via !== null && 'id' in via ? via.id : undefined,
    requestid: requestId,
    organizationid: organizationId ?? undefined,
    projectid: projectId ?? undefined,
    data,
  };
};

const sourceOf = (logId: string): string => `urn:writ:log:${logId}`;

/** One event a line, each in the structured mode. */
export const cloudEvents = (logId: string): ExportForm => ({
  type: 'application/x-ndjson',
  head: '',
  event: (event) => `${JSON.stringify(cloudEvent(event, sourceOf(logId)))}\n`,
  tail: '',
});

/** The JSON batch format: one array. */
export const cloudEventsBatch = (logId: string): ExportForm => ({
  type: 'application/cloudevents-batch+json; charset=utf-8',
  head: '[',
  event: (event, n) => `${n === 0 ? '' : ','}\n${JSON.stringify(cloudEvent(event, sourceOf(logId)))}`,
  tail: '\n]\n',
});
