import type { Failure } from '../failure.js';
import { cell } from './cells.js';
import { plainText } from './plain-text.js';

const known = ['type', 'title', 'status', 'detail', 'code', 'requestId', 'errors'];

interface Fault {
  readonly pointer?: unknown;
  readonly detail?: unknown;
}

/** A fault, with the place that it is at; '' is the whole of what was sent. */
const faultText = ({ pointer, detail }: Fault): string => {
  const place = typeof pointer === 'string' && pointer !== '' ? `${pointer}: ` : '';
  return `  ${plainText(`${place}${String(detail)}`)}`;
};

const refusedText = ({ status, problem, hint }: Extract<Failure, { _tag: 'Refused' }>): string => {
  // ERR-02: what answers clients of the API keys has a shape of its own.
  const inner = (problem as { readonly error?: { readonly message?: unknown; readonly code?: unknown } }).error;
  const title = problem.title ?? inner?.message ?? `HTTP ${status}`;
  const code = problem.code ?? inner?.code;
  const { errors, detail, requestId } = problem as { errors?: unknown; detail?: unknown; requestId?: unknown };
  const beside = Object.entries(problem).filter(([name]) => !known.includes(name) && name !== 'error');
  return [
    `${cell(title)} (${status}${code === undefined ? '' : `, ${cell(code)}`})`,
    ...(typeof detail === 'string' && detail !== '' ? [`  ${plainText(detail)}`] : []),
    ...(Array.isArray(errors) ? errors.map((fault: Fault) => faultText(fault)) : []),
    ...beside.map(([name, value]) => `  ${plainText(name)}: ${cell(value)}`),
    ...(requestId === undefined ? [] : [`  request id: ${cell(requestId)}`]),
    ...(hint === undefined ? [] : [plainText(hint)]),
  ].join('\n');
};

/** Why nothing was done, in full: the problem of the server with its request id, or what went wrong here. */
export const failureText = (failure: Failure): string => {
  switch (failure._tag) {
    case 'Refused':
      return refusedText(failure);
    case 'Interrupted':
      return failure.detail === undefined ? 'interrupted' : `interrupted: ${plainText(failure.detail)}`;
    case 'Usage':
    case 'Unreachable':
    case 'BadFile':
    case 'CannotRestore':
    case 'Unfinished':
    case 'NotWritten':
      return plainText(failure.detail);
  }
};
