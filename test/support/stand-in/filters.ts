import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { RecordedEvent } from '#libs/event-store';
import { wireName } from './log.js';

/** How many events a filter looks at in one go, unless the client says. */
const WINDOW = 32;

export interface Filter {
  readonly lets: (event: RecordedEvent) => boolean;
  /** So many events looked at make a checkpoint; none where all events are delivered. */
  readonly checkpointEvery: number;
}

export const filterOf = (options: ReadReq.Options): Filter => {
  const filter = options.getFilter();
  if (filter === undefined) return { lets: () => true, checkpointEvery: Infinity };
  const ofStream = filter.getStreamIdentifier();
  const isMeant = textFilter(ofStream ?? filter.getEventType());
  const window = filter.hasMax() ? filter.getMax() : WINDOW;
  return {
    lets: ofStream ? ({ stream }) => isMeant(wireName(stream)) : ({ type }) => isMeant(type),
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
  };
};

const textFilter = (expression: ReadReq.Options.FilterOptions.Expression | undefined): ((text: string) => boolean) => {
  const regex = expression?.getRegex() ?? '';
  if (regex !== '') {
    const compiled = new RegExp(regex);
    return (text) => compiled.test(text);
  }
  const prefixes = expression?.getPrefixList() ?? [];
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
};
