import type { ProblemBody } from '../../server/src/http/problem.js';

/** Why a command did not do what it was told. */
export type Failure =
  | { readonly _tag: 'Usage'; readonly detail: string }
  | {
      readonly _tag: 'Refused';
      readonly status: number;
      readonly problem: Partial<ProblemBody>;
      /** What to do about it here, where the server cannot know. */
      readonly hint?: string;
    }
  | {
      readonly _tag: 'Unreachable';
      readonly detail: string;
      /** Nothing of the request went out: it was certainly not carried out. */
      readonly unsent?: boolean;
      /** As a certificate that is not trusted: trying again changes nothing. */
      readonly lasting?: boolean;
    }
  | { readonly _tag: 'BadFile'; readonly detail: string }
  | { readonly _tag: 'Unfinished'; readonly detail: string }
  /** stdout did not take the answer. `left`: its reader has had enough (`writ … | head`). */
  | { readonly _tag: 'NotWritten'; readonly detail: string; readonly left: boolean }
  | { readonly _tag: 'CannotRestore'; readonly detail: string }
  | { readonly _tag: 'Interrupted'; readonly detail?: string };

/** Carries a failure out of streams and callbacks to `run`, which alone tells it and knows its exit code. */
export class Stopped extends Error {
  constructor(readonly failure: Failure) {
    super(failure._tag);
  }
}

export const usage = (detail: string): Stopped => new Stopped({ _tag: 'Usage', detail });
export const badFile = (detail: string): Stopped => new Stopped({ _tag: 'BadFile', detail });
export const unfinished = (detail: string): Stopped => new Stopped({ _tag: 'Unfinished', detail });

/** What a file system says, in one line. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
