import { foldOfProjection } from '#libs/event-store';
import { keyFact } from './projections/key-facts.js';
import { legacyKeyFact } from './projections/legacy-key-facts.js';
import { accountFact, membershipFact } from './projections/people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from './projections/place-facts.js';
import { resourceFact, supportFact } from './projections/resource-facts.js';

/** Everything that decisions rest on, folded a stream at a time: for commands, for the past, and for the check of the live state. */
export const factFolds = {
  account: foldOfProjection('fact', accountFact),
  membership: foldOfProjection('fact', membershipFact),
  organization: foldOfProjection('fact', organizationFact),
  project: foldOfProjection('fact', projectFact),
  collaborator: foldOfProjection('fact', collaboratorFact),
  key: foldOfProjection('fact', keyFact),
  legacyKey: foldOfProjection('fact', legacyKeyFact),
  resource: foldOfProjection('fact', resourceFact),
  support: foldOfProjection('fact', supportFact),
};
