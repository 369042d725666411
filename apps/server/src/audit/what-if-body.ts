import * as t from 'io-ts';
import { permissions, type Standing } from '#libs/authorization';
import { exact, exactWith } from '#libs/kernel';
import { faultsInTable } from '../admin/support-rows.js';
import type { Fault } from '../http/http.failures.js';
import { pointerOf } from '../http/pointer.js';
import { chosen } from './chosen.js';
import { PastQuestion } from './evaluation.controller.js';
import { AtText } from './moments.js';
import { ProposedCommand } from './proposed-command.js';

const MOST_QUESTIONS = 1000;

const AnyStanding = t.keyof({
  'organization-owner': null,
  'organization-admin': null,
  'organization-member': null,
  'project-admin': null,
  'project-member': null,
  'external-admin': null,
  'external-member': null,
} satisfies Readonly<Record<Standing, null>>);

const OtherPermissions = t.record(
  t.string,
  exactWith({}, { standings: t.readonlyArray(AnyStanding), key: t.boolean, peaceful: t.boolean }),
);

const ACommand = exact({ command: ProposedCommand });
const Permissions = exact({ permissions: OtherPermissions });

/** Exactly one of the two. */
const Change = chosen(
  [ACommand, Permissions],
  (value, member) => Object.hasOwn(value, member === ACommand ? 'command' : 'permissions'),
  ACommand,
);

export const WhatIfBody = exactWith(
  { questions: t.readonlyArray(exactWith(PastQuestion.needed, PastQuestion.optional)), change: Change },
  { at: AtText },
);
export type WhatIfBody = t.TypeOf<typeof WhatIfBody>;

/** What its codecs could not see. */
export const faultsInWhatIf = ({ questions, change }: WhatIfBody): ReadonlyArray<Fault> => {
  const tooMany =
    questions.length > MOST_QUESTIONS
      ? [{ pointer: '/questions', detail: `expected at most 1,000 questions; got ${String(questions.length)}` }]
      : [];
  if ('permissions' in change) {
    const unknown = Object.keys(change.permissions).filter((action) => !permissions.has(action));
    return [...tooMany, ...unknown.slice(0, 20).map(faultOfAction)];
  }
  const { command } = change;
  const inTable =
    command.type === 'revise-support-matrix' ? faultsInTable(command.rows, '/change/command/rows') : undefined;
  return [...tooMany, ...(inTable?.errors ?? [])];
};

const faultOfAction = (action: string): Fault => ({
  pointer: pointerOf(['change', 'permissions', action]),
  detail: 'unknown action: the permission table has no line of this name',
});
