import type { Provider, Type } from '@nestjs/common';
import { Access } from '#libs/audit';
import type { Engine } from '../engine.js';
import { AccessReviewController } from './access-review.controller.js';
import { AccessController } from './access.controller.js';
import { AuditAccess } from './audit-access.js';
import { AuditedProjects } from './audited-projects.js';
import { ReviewView } from './review/review-view.js';
import { ShownAccess } from './shown-access.js';

export const accessControllers: ReadonlyArray<Type> = [AccessController, AccessReviewController];

type Needed = Pick<Engine, 'history' | 'live' | 'people' | 'tokens' | 'uses'>;

/** What tells who had access. */
export const accessParts = ({ history, live, people, tokens, uses }: Needed): Provider[] => {
  const shown = new ShownAccess(people, tokens);
  return [
    { provide: Access, useValue: new Access(history.past, history.trail) },
    { provide: ShownAccess, useValue: shown },
    { provide: ReviewView, useValue: new ReviewView(uses, shown) },
    {
      provide: AuditedProjects,
      useFactory: (access: AuditAccess) => new AuditedProjects(live, access),
      inject: [AuditAccess],
    },
  ];
};
