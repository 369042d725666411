import type { Client } from './client.js';
import { everyItem, withQuery } from './pages.js';

/** An event as the trail tells it. */
interface Happened {
  readonly id: string;
  readonly position: string;
  readonly type: string;
  readonly actor: { readonly type: string; readonly id?: string };
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the trail has to tell, in its order. */
export const trailOf = (
  client: Client,
  query: Readonly<Record<string, string>> = {},
): Promise<ReadonlyArray<Happened>> => everyItem<Happened>(client, withQuery('/v1/audit/events', query));

/** The types alone. */
export const typesOf = async (
  client: Client,
  query: Readonly<Record<string, string>> = {},
): Promise<ReadonlyArray<string>> => (await trailOf(client, query)).map(({ type }) => type);
