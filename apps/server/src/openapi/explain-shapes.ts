import * as t from 'io-ts';
import { Timestamp } from '#libs/kernel';
import { Decision } from './decision-shapes.js';
import { AuditEvent } from './shapes.js';

export const Explanation = t.type(
  {
    decision: Decision.props.decision,
    reason: Decision.props.reason,
    /** The moment that it is about. */
    at: Timestamp,
    position: t.string,
    /** For people: the verdict, why, what happened, and of a deny what would have to be different. */
    sentences: t.readonlyArray(t.string),
    /** What the decision rests on, in the order of the log. */
    events: t.readonlyArray(
      t.type({ position: t.string, type: t.string, at: Timestamp, actor: AuditEvent.props.actor, sentence: t.string }),
    ),
  },
  'Explanation',
);
