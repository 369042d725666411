import type { TimeInTheFuture, TrailBehind, TrailUnavailable } from '#libs/audit';
import type { Rows } from './problem.js';

/** So much about history is worked on already, or waits to be, of this caller or of all. */
export interface TooManyQuestions {
  readonly _tag: 'TooManyQuestions';
}

/** What the history refuses, or cannot tell now. */
export type AuditFailure = TimeInTheFuture | TooManyQuestions | TrailBehind | TrailUnavailable;

const soon = () => ({ 'retry-after': '1' });

export const auditProblems = {
  TimeInTheFuture: {
    status: 422,
    title: 'That moment is still to come',
    detail: 'History goes up to now. Ask as of a time that has been, or leave "at" out where it may be left out.',
  },
  TooManyQuestions: {
    status: 429,
    title: 'Too many questions about history at once',
    detail:
      'Some questions and exports are worked on at a time, and some wait, of one organization and of all. Send this one again once others are answered, and fewer at once.',
    headers: soon,
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
