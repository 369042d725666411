import * as t from 'io-ts';
import { eventCodec, type EventOf, eventSchema, exact } from '#libs/kernel';

/** What a listing may show of a kind where its project is not honoured (AMB-24). */
export const ListingScope = t.keyof({ defaultProject: null, organization: null });

/** One kind: is its project honoured by key, and in the UI (null: it has none, RES-05)? */
export const SupportRow = exact({
  kind: t.string,
  key: t.boolean,
  ui: t.union([t.boolean, t.null]),
  listingScope: ListingScope,
});
export type SupportRow = t.TypeOf<typeof SupportRow>;

const SupportMatrixRevised = eventSchema(exact({ rows: t.readonlyArray(SupportRow) }));

/** Stream `supportMatrix-table`, the only one: each revision is the whole table (AMB-38). */
export const supportMatrixEvents = eventCodec({ SupportMatrixRevised });
export type SupportMatrixEvent = EventOf<typeof supportMatrixEvents>;

export const THE_TABLE = 'table';
