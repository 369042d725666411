import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Deny } from '#libs/authorization';
import { Decision } from '../openapi/decision-shapes.js';
import { clientErrorOf, KeyHelp } from './client-errors.js';

const help = new KeyHelp('https://example.com/keys');
const page = readFileSync(new URL('../../../../docs/proxies.md', import.meta.url), 'utf8');

const cells = (line: string): ReadonlyArray<string> =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const code = (cell: string | undefined): string => cell?.replaceAll('`', '') ?? '';

/** The rows of docs/proxies.md that name reasons. */
const told = page
  .split('\n')
  .filter((line) => /^\| (?:`[a-z-]+` ?)+\s*\|/u.test(line) && cells(line).length === 5)
  .flatMap((line) => {
    const [reasons = '', status, type, name, message] = cells(line);
    return [...reasons.matchAll(/`([a-z-]+)`/gu)].map(([, reason = '']) => {
      return { reason, status: Number(status), type: code(type), code: code(name), message };
    });
  });

const allows = [
  ...['project-key', 'legacy-key', 'organization-owner', 'organization-admin', 'organization-member'],
  ...['project-admin', 'project-member', 'external-collaborator'],
];

describe('what clients are told', () => {
  it('stands in docs/proxies.md for every reason to deny, and each once', () => {
    const reasons = Object.keys(Decision.props.reason.keys).filter((reason) => !allows.includes(reason));
    expect(reasons.length).toBeGreaterThan(20);
    expect(told.map(({ reason }) => reason).sort()).toEqual(reasons.sort());
  });

  it.each(told)('of $reason, is as it stands there: $status $code (ERR-01)', ({ reason, ...row }) => {
    const { status, body } = clientErrorOf(reason as Deny, help);
    const { message, type, param, code: name } = body.error;
    expect({ status, type, code: name, message }).toEqual(row);
    expect(param).toBeNull();
  });

  it('is told with what HTTP wants beside a 401 and a 503', () => {
    for (const { reason } of told) {
      const { status, headers } = clientErrorOf(reason as Deny, help);
      const beside = { 401: { 'www-authenticate': 'Bearer' }, 503: { 'retry-after': '1' } }[status] ?? {};
      expect(headers).toEqual(beside);
    }
  });

  it('leads nowhere where nowhere is known', () => {
    const { body } = clientErrorOf('revoked-key', new KeyHelp(null));
    expect(body.error.message).toBe('Invalid API key provided.');
  });
});
