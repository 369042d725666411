import type { Failure } from './problem.catalogue.js';

/** Carries a failure out of where only a throw gets out: pipes, guards, parsers, hooks. The filter unwraps it. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure._tag);
  }
}

/** A request that is not well formed as a whole. */
export const malformed = (detail: string, pointer = ''): Refused =>
  new Refused({ _tag: 'InvalidRequest', errors: [{ pointer, detail }] });
