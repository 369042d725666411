import * as t from 'io-ts';
import { OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import { Decision } from './decision-shapes.js';
import { orNull } from './shapes.js';

const { decision, reason, attribution } = Decision.props;

/** Of a decision what can be foretold: its evidence would be events that nobody has written. */
const Outcome = t.type({ decision, reason, attribution }, 'Outcome');

export const WhatIfAnswer = t.type(
  {
    at: Timestamp,
    position: t.string,
    /** Why the command would be refused; null where it would be done, and where no command is proposed. */
    refused: orNull(t.type({ code: t.string, title: t.string, detail: t.string })),
    /** What the command would write. */
    events: t.readonlyArray(
      t.type({
        type: t.string,
        organizationId: orNull(OrganizationId),
        projectId: orNull(ProjectId),
        data: t.UnknownRecord,
      }),
    ),
    changed: t.readonlyArray(
      t.type({
        /** Which of the questions, from 0. */
        question: t.number,
        decisionChanged: t.boolean,
        before: Outcome,
        after: Outcome,
      }),
    ),
    unchanged: t.number,
    /** How many people and keys would be denied something that they are allowed, and the other way round. */
    summary: t.type({ whoLoses: t.number, whoGains: t.number }),
  },
  'WhatIfAnswer',
);
export type WhatIfAnswer = t.TypeOf<typeof WhatIfAnswer>;
