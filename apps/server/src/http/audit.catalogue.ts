import type { TimeInTheFuture, TrailBehind, TrailUnavailable } from '#libs/audit';
import type { Rows } from './problem.js';

/** What the history refuses, or cannot tell now. */
export type AuditFailure = TimeInTheFuture | TrailBehind | TrailUnavailable;

const soon = () => ({ 'retry-after': '1' });

export const auditProblems = {
  TimeInTheFuture: {
    status: 422,
    title: 'That moment is still to come',
    detail: 'History goes up to now. Ask as of a time that has been, or leave "at" out where it may be left out.',
  },
  TrailBehind: {
    status: 503,
    title: 'The audit trail is not as far as the log yet',
    detail:
      'It is being made anew, or has much to catch up with. Nothing is missing from the log. Send the request again in a while.',
    headers: soon,
  },
  TrailUnavailable: {
    status: 503,
    title: 'The audit trail cannot be read',
    detail: 'Nothing is missing from the log, which it is made from. Send the request again in a moment.',
    headers: soon,
  },
} as const satisfies Rows<AuditFailure>;
