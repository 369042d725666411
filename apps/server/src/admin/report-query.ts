import * as t from 'io-ts';
import type { About } from '#libs/api-keys';
import { E, exactWith } from '#libs/kernel';
import { Limit } from '../http/fields.js';
import type { InvalidRequest } from '../http/http.failures.js';
import { DescribedType } from '../openapi/described.js';

const LONGEST = 3_650;
const USUAL = 30;

/** In days. */
const WithinDays = new DescribedType<number>(
  {
    type: 'integer',
    minimum: 1,
    maximum: LONGEST,
    description: `In days; ${String(USUAL)} unless said. For about=expiring-soon alone.`,
  },
  'WithinDays',
  (u): u is number => typeof u === 'number' && Number.isInteger(u) && u >= 1 && u <= LONGEST,
  (u, context) => {
    const days = typeof u === 'string' && /^[1-9]\d{0,3}$/u.test(u) ? Number(u) : 0;
    return days >= 1 && days <= LONGEST
      ? t.success(days)
      : t.failure(u, context, `expected a number of days from 1 to ${String(LONGEST)}`);
  },
  t.identity,
);

export const ReportQuery = exactWith(
  { limit: Limit, about: t.keyof({ 'maker-gone': null, 'never-used': null, 'expiring-soon': null }) },
  { cursor: t.string, within: WithinDays },
);
export type ReportQuery = t.TypeOf<typeof ReportQuery>;

/** What is asked about; `within` belongs to `expiring-soon`, and would be read by nobody elsewhere. */
export const aboutOf = ({ about: type, within }: ReportQuery): E.Either<InvalidRequest, About> => {
  if (type === 'expiring-soon') return E.right({ type, within: within ?? USUAL });
  if (within === undefined) return E.right({ type });
  const detail = 'only with about=expiring-soon';
  return E.left({ _tag: 'InvalidRequest', errors: [{ pointer: '/within', detail }] });
};
