import type { Provider, Type } from '@nestjs/common';
import { Past, Trail } from '#libs/audit';
import type { Engine } from '../engine.js';
import { AuditAccess } from './audit-access.js';
import { AuditController } from './audit.controller.js';
import { EvaluationController } from './evaluation.controller.js';
import { Moments } from './moments.js';

/** The routes of the role `audit`. */
export const auditControllers: ReadonlyArray<Type> = [AuditController, EvaluationController];

/** What they are made of, for whoever asks for it by type. */
export const auditParts = ({ history, live, tokens }: Engine): Provider[] => [
  { provide: Trail, useValue: history.trail },
  { provide: Past, useValue: history.past },
  { provide: AuditAccess, useValue: new AuditAccess(live) },
  { provide: Moments, useValue: new Moments(history.past, tokens) },
];
