import type { AccountId } from '#libs/kernel';
import type { Facts } from './facts.js';
import { decideForKey, keyIsDead, principalOfKey } from './key-decision.js';
import { type Permission, permissions } from './permissions.js';
import { decideForPerson } from './person-decision.js';
import { type Decision, deny, type Moment, type Principal, type Question, type Subject } from './question.js';
import { findTarget, type Target } from './target.js';

/** Who may do what, by action. */
export type PermissionTable = ReadonlyMap<string, Permission>;

/**
 * May this subject do this here? Pure: the same facts, question and moment give the same answer, with the events
 * that settle it. Everything that asks comes here: live decisions, commands, and questions about the past. `table`: another than
 * section 5's, for what is only proposed.
 */
export const decide = (
  facts: Facts,
  question: Question,
  moment: Moment,
  table: PermissionTable = permissions,
): Decision => {
  const { subject } = question;
  return subject.type === 'user'
    ? decideUser(facts, subject.id, { question, moment, table })
    : decideKey(facts, subject, question, moment, table);
};

// eslint-disable-next-line no-restricted-syntax -- an object around them would cost every decision about a key a tenth of its time
const decideKey = (
  facts: Facts,
  subject: Exclude<Subject, { type: 'user' }>,
  question: Question,
  moment: Moment,
  table: PermissionTable,
): Decision => {
  if (subject.type === 'credential' && subject.digest === null) return deny('malformed-key', null);
  const key = subject.type === 'api_key' ? facts.key(subject.id) : facts.keyByDigest(subject.digest ?? '');
  const dead = keyIsDead(key, moment);
  if (dead !== undefined || key === undefined) return dead ?? deny('unknown-key', null);
  if (moment.stale) return deny('state-too-old', principalOfKey(key));
  const permission = table.get(question.action);
  if (permission === undefined) return deny('unknown-action', principalOfKey(key));
  const target = findTarget(facts, permission, question, { key, home: key.organizationId, since: key.created });
  if ('reason' in target) return deny(target.reason, principalOfKey(key), target.cite);
  return foundBy(target, decideForKey(facts, key, permission, { target, question, moment }));
};

interface Asked {
  readonly question: Question;
  readonly moment: Moment;
  readonly table: PermissionTable;
}

const decideUser = (facts: Facts, id: string, { question, moment, table }: Asked): Decision => {
  const account = facts.account(id);
  if (account === undefined) return deny('unknown-subject', null);
  const membership = facts.membership(id)?.current ?? null;
  const home = membership?.organizationId ?? null;
  const principal: Principal = { type: 'user', id: id as AccountId, organizationId: home };
  if (account.deleted !== null) return deny('account-deleted', principal, account.deleted);
  if (account.blocked !== null) return deny('account-blocked', principal, account.blocked);
  if (moment.stale) return deny('state-too-old', principal);
  const permission = table.get(question.action);
  if (permission === undefined) return deny('unknown-action', principal);
  const target = findTarget(facts, permission, question, { home, since: membership?.since ?? null });
  if ('reason' in target) return deny(target.reason, principal, target.cite);
  return foundBy(target, decideForPerson(facts, id as AccountId, permission, { target, question }));
};

/** An allow rests on what let its resource be found, too. */
const foundBy = ({ foundBy: cites }: Target, decision: Decision): Decision =>
  cites.length === 0 || !decision.decision ? decision : { ...decision, evidence: [...decision.evidence, ...cites] };
