import { findCredential } from './credentials.js';
import { answerForKey } from './key-answers.js';
import * as keys from './key-commands.js';
import * as legacyKeys from './legacy-key-commands.js';
import type { Operation, Outcome, Past, Verdict } from './operations.js';
import * as organizations from './organization-commands.js';
import { answerForPerson } from './person-answers.js';
import * as projects from './project-commands.js';
import type { Answer, Question } from './questions.js';
import * as resources from './resource-commands.js';

/**
 * What the engine should say, found the simplest way there is: it keeps the list of operations that were done, and reads
 * that list from the beginning for every question. It shares no code with the engine.
 */
export class Oracle {
  private readonly done: Operation[] = [];

  get past(): Past {
    return this.done;
  }

  apply(operation: Operation): Outcome {
    const verdict = judge(this.done, operation);
    if (verdict === 'done') this.done.push(operation);
    return verdict === 'done' || verdict === 'unchanged' ? { outcome: verdict } : { outcome: 'refused', why: verdict };
  }

  answer({ subject, ...ask }: Question): Answer {
    return subject.type === 'user'
      ? answerForPerson(this.done, subject.id, ask)
      : answerForKey(this.done, findCredential(this.done, subject), ask);
  }
}

const judge = (past: Past, operation: Operation): Verdict => {
  switch (operation.type) {
    case 'registerAccount':
      return organizations.registerAccount(past, operation);
    case 'blockAccount':
    case 'unblockAccount':
      return organizations.blockOrUnblock(past, operation);
    case 'transferAccount':
      return organizations.transferAccount(past, operation);
    case 'deleteAccount':
      return organizations.deleteAccount(past, operation);
    case 'createOrganization':
      return organizations.createOrganization(past, operation);
    case 'setFeatures':
      return organizations.setFeatures(past, operation);
    case 'setMembershipMethod':
      return organizations.setMembershipMethod(past, operation);
    case 'suspend':
    case 'resume':
      return organizations.suspendOrResume(past, operation);
    case 'provisionMember':
      return organizations.provisionMember(past, operation);
    case 'transferOwnership':
      return organizations.transferOwnership(past, operation);
    case 'changeMemberRole':
      return organizations.changeMemberRole(past, operation);
    case 'removeMember':
      return organizations.removeMember(past, operation);
    case 'createProject':
      return projects.createProject(past, operation);
    case 'changeVisibility':
      return projects.changeVisibility(past, operation);
    case 'joinProject':
      return projects.joinProject(past, operation);
    case 'leaveProject':
      return projects.leaveProject(past, operation);
    case 'allowExternal':
      return projects.allowExternal(past, operation);
    case 'archive':
    case 'unarchive':
      return projects.archiveOrUnarchive(past, operation);
    case 'addCollaborator':
      return projects.addCollaborator(past, operation);
    case 'changeCollaboratorRole':
      return projects.changeCollaboratorRole(past, operation);
    case 'removeCollaborator':
      return projects.removeCollaborator(past, operation);
    case 'createKey':
      return keys.createKey(past, operation);
    case 'setExpiration':
      return keys.setExpiration(past, operation);
    case 'renameKey':
      return keys.renameKey(past, operation);
    case 'revokeKey':
      return keys.revokeKey(past, operation);
    case 'rotateKey':
      return keys.rotateKey(past, operation);
    case 'revokeKeysOfProject':
      return keys.revokeKeysOfProject(past, operation);
    case 'revokeKeysMadeBy':
      return keys.revokeKeysMadeBy(past, operation);
    case 'importKey':
      return keys.importKey(past, operation);
    case 'issueLegacyKey':
      return legacyKeys.issueLegacyKey(past, operation);
    case 'importLegacyKey':
      return legacyKeys.importLegacyKey(past, operation);
    case 'regenerateLegacyKey':
      return legacyKeys.regenerateLegacyKey(past, operation);
    case 'revealLegacyKey':
      return legacyKeys.revealLegacyKey(past, operation);
    case 'registerResource':
      return resources.registerResource(past, operation);
    case 'removeResource':
      return resources.removeResource(past, operation);
    case 'reviseSupportMatrix':
      return resources.reviseSupportMatrix(past, operation);
    case 'wait':
      return 'done';
  }
};
