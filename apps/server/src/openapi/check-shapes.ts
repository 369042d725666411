import * as t from 'io-ts';
import { Timestamp } from '#libs/kernel';
import { orNull } from './shapes.js';

const report = {
  position: t.string,
  /** Of all that decisions rest on, up to `position`: the same in every copy of the log. */
  digest: t.string,
  events: t.number,
  streams: t.number,
  /** Streams of which this node's state says something else than the log. */
  differences: t.number,
  /** The first hundred of them. */
  differing: t.readonlyArray(t.string),
};

export const Checked = t.type(report, 'Checked');

/** How far a check is, from 0 to 1, or in the end what it came to. */
export const CheckLine = t.union([t.type({ done: t.number }), Checked]);

export const CheckStatus = t.type(
  {
    /** How far the check under way is, from 0 to 1; null between two. */
    done: orNull(t.number),
    /** Checks in a row that could not be finished. */
    failures: t.number,
    last: orNull(t.type({ ...report, at: Timestamp })),
  },
  'CheckStatus',
);
