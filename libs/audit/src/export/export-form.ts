import type { Actor } from '#libs/event-store';

/** An event as it leaves: what an item of a page of the trail has. */
export interface ExportedEvent {
  readonly id: string;
  /** As callers see positions: an export goes on behind it. */
  readonly position: string;
  readonly type: string;
  readonly at: string;
  readonly actor: Actor;
  readonly via: Actor | null;
  readonly requestId: string;
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How an export is written, piece by piece: nothing of it is kept but how many events there were. */
export interface ExportForm {
  /** The media type. */
  readonly type: string;
  readonly head: string;
  /** `n` counts from 0. */
  readonly event: (event: ExportedEvent, n: number) => string;
  readonly tail: string;
}

/** A JSON text a line, to the letter what an item of a page is. */
export const ndjson: ExportForm = {
  type: 'application/x-ndjson',
  head: '',
  event: (event) => `${JSON.stringify(event)}\n`,
  tail: '',
};
