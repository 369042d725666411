import type { Wondered } from '#libs/audit';
import { confinedTo, type Question, type Refusal } from '#libs/authorization';
import { E } from '#libs/kernel';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import type { Forbidden } from '../http/http.failures.js';
import type { AuditAccess, Within } from './audit-access.js';
import type { ProposedCommand } from './proposed-command.js';

const nowOnly: Forbidden = {
  _tag: 'Forbidden',
  action: 'audit:read',
  detail: 'Who audits a project alone proposes this for now: leave "at" out.',
};

/** Who may wonder about what: whoever may see the past of every place that is asked about, and of the one that would be changed (AMB-39). */
export class WhatIfAccess {
  constructor(private readonly access: AuditAccess) {}

  /** Each question with the facts that its asker may know. */
  toQuestions(caller: Caller, questions: ReadonlyArray<Question>): E.Either<Refusal, ReadonlyArray<Wondered>> {
    const asked: Wondered[] = [];
    for (const question of questions) {
      const within = this.access.ofQuestion(caller, question);
      if (E.isLeft(within)) return within;
      const { type, id, projectId } = question.resource;
      const about = type === 'project' ? id : projectId;
      asked.push({ question, seen: (facts) => confinedTo(facts, within.right, about) });
    }
    return E.right(asked);
  }

  /** What is of no one organization, as an account or the support table, is no person's to wonder about. */
  toCommand(caller: Caller, command: ProposedCommand, at: string | undefined): E.Either<Refusal | Forbidden, Within> {
    // Whether it could be done tells where else somebody is at home, and at any moment since when: for who sees all there is.
    if (command.type === 'provision-member' && (caller.person !== null || confinementOf(caller) !== null))
      return E.left({ _tag: 'Forbidden', action: 'member:provision' });
    if ('organizationId' in command)
      return this.access.of(caller, { type: 'organization', id: command.organizationId });
    if ('projectId' in command) {
      const within = this.access.of(caller, { type: 'project', id: command.projectId });
      const { person } = caller;
      // That an id is another project's its refusal tells, as the command's own does; and at any moment, since when.
      if (command.type === 'register-resource' && at !== undefined && person !== null && E.isRight(within))
        return this.access.mayAuditAll(person, within.right) ? within : E.left(nowOnly);
      return within;
    }
    return 'keyId' in command ? this.access.ofKey(caller, command.keyId) : this.access.of(caller, undefined);
  }
}
