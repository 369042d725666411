import type { Provider, Type } from '@nestjs/common';
import { Explanations, Exposures } from '#libs/audit';
import type { Engine } from '../engine.js';
import { AuditAccess } from './audit-access.js';
import { ExplainController } from './explain.controller.js';
import { ExposureController } from './exposure.controller.js';
import { Sights } from './sight.js';

export const toldControllers: ReadonlyArray<Type> = [ExplainController, ExposureController];

type Needed = Pick<Engine, 'history' | 'live' | 'people' | 'keys' | 'uses'>;

/** What tells why a decision was made, and how far a key that leaked was exposed. */
export const toldParts = ({ history: { past }, live, people, keys, uses }: Needed): Provider[] => [
  { provide: Explanations, useValue: new Explanations(past, people) },
  { provide: Exposures, useValue: new Exposures(past, keys, uses, people) },
  { provide: Sights, useFactory: (access: AuditAccess) => new Sights(live, access), inject: [AuditAccess] },
];
