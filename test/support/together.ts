import type { Answer } from './client.js';

/** So many at once; the answers, in the order they were asked for. */
export const together = <A>(count: number, ask: (n: number) => Promise<A>): Promise<ReadonlyArray<A>> =>
  Promise.all(Array.from({ length: count }, (_, n) => ask(n)));

/** An answer in short: `201`, or `409 email-taken`. */
export const outcomeOf = ({ status, body }: Answer<unknown>): string => {
  const code = (body as { readonly code?: string } | undefined)?.code;
  return status < 400 || code === undefined ? String(status) : `${String(status)} ${code}`;
};

/** How often each outcome. */
export const tally = (answers: ReadonlyArray<Answer<unknown>>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const outcome of answers.map(outcomeOf)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};
