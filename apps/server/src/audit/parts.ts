import type { Provider, Type } from '@nestjs/common';
import { Past, Trail, WhatIf } from '#libs/audit';
import type { Engine } from '../engine.js';
import { accessControllers, accessParts } from './access-parts.js';
import { AuditAccess } from './audit-access.js';
import { AuditController } from './audit.controller.js';
import { EvaluationController } from './evaluation.controller.js';
import { ExportAccess } from './export-access.js';
import { ExportForms } from './export-forms.js';
import { ExportController } from './export.controller.js';
import { HypotheticalCommands } from './hypothetical-commands.js';
import { Moments } from './moments.js';
import { toldControllers, toldParts } from './told-parts.js';
import { WhatIfAccess } from './what-if-access.js';
import { WhatIfController } from './what-if.controller.js';

/** The routes of the role `audit`. */
export const auditControllers: ReadonlyArray<Type> = [
  AuditController,
  EvaluationController,
  ...accessControllers,
  ExportController,
  WhatIfController,
  ...toldControllers,
];

/** What they are made of, for whoever asks for it by type. */
export const auditParts = ({
  history,
  live,
  freshness,
  people,
  keys,
  tokens,
  readSide,
  serviceTokens,
  store,
  uses,
}: Engine): Provider[] => [
  { provide: Trail, useValue: history.trail },
  { provide: Past, useValue: history.past },
  { provide: WhatIf, useValue: history.whatIf },
  { provide: HypotheticalCommands, useValue: new HypotheticalCommands(live) },
  { provide: WhatIfAccess, useFactory: (access: AuditAccess) => new WhatIfAccess(access), inject: [AuditAccess] },
  { provide: AuditAccess, useValue: new AuditAccess(live, freshness) },
  { provide: Moments, useValue: new Moments(history.past, tokens, readSide) },
  {
    provide: ExportAccess,
    useFactory: (access: AuditAccess) => new ExportAccess(access, live, serviceTokens),
    inject: [AuditAccess],
  },
  { provide: ExportForms, useValue: new ExportForms(store.logId) },
  ...accessParts({ history, live, people, tokens, uses }),
  ...toldParts({ history, live, people, keys, uses }),
];
