import type { StoreFailure } from '#libs/event-store';
import { type AuditFailure, auditProblems } from './audit.catalogue.js';
import { type FeatureFailure, featureProblems } from './feature.catalogue.js';
import { httpProblems, storeProblems } from './http.catalogue.js';
import type { HttpFailure } from './http.failures.js';
import { type Problem, problemBy, type Row, type Rows } from './problem.js';

/** Everything the API can answer with besides success: add a feature's union here, and its rows below. */
export type Failure = HttpFailure | StoreFailure | FeatureFailure | AuditFailure;

/** A failure without a row does not compile, and neither does a row without its failure. */
export const problems = {
  ...httpProblems,
  ...storeProblems,
  ...featureProblems,
  ...auditProblems,
} satisfies Rows<Failure>;

export const problemOf = (failure: Failure, requestId: string): Problem =>
  // each row takes the failure of its own tag, which is how it was found
  problemBy(problems[failure._tag] as Row<Failure>, failure, requestId);
