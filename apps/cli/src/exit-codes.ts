import type { Failure } from './failure.js';

/** Scripts rest on these: a number's meaning never changes. */
export const exitCodes = {
  done: 0,
  denied: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  refused: 5,
  unavailable: 6,
  other: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const meanings: Readonly<Record<ExitCode, string>> = {
  0: 'done; allowed',
  1: 'denied (authorize, audit evaluation, audit explain); the check found a difference',
  2: 'the command line is wrong, or a file that it names',
  3: 'there is no such thing, or not for this caller',
  4: 'no good credential, or not allowed to it',
  5: 'refused by a rule, or its state has changed meanwhile',
  6: 'the server cannot be reached, or cannot answer now',
  7: 'anything else',
  130: 'interrupted',
};

/** Too much at once, or the server or a proxy before it cannot answer: what may go well later. */
export const laters: ReadonlyArray<number> = [429, 502, 503, 504];

export const codeOfStatus = (status: number): ExitCode => {
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 404) return exitCodes.notFound;
  if (status === 400 || status === 409 || status === 412 || status === 422) return exitCodes.refused;
  return laters.includes(status) ? exitCodes.unavailable : exitCodes.other;
};

export const codeOfFailure = (failure: Failure): ExitCode => {
  switch (failure._tag) {
    case 'Usage':
    case 'BadFile':
      return exitCodes.usage;
    case 'Unreachable':
      return exitCodes.unavailable;
    case 'Refused':
      return codeOfStatus(failure.status);
    case 'CannotRestore':
      return exitCodes.refused;
    case 'Unfinished':
    case 'NotWritten':
      return exitCodes.other;
    case 'Interrupted':
      return exitCodes.interrupted;
  }
};
