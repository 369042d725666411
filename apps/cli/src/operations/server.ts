import { type Operation, recordWith } from './operation.js';

const text = { as: 'text' } as const;

/** What the operator asks of the process itself. */
export const serverOperations: ReadonlyArray<Operation> = [
  {
    words: 'health',
    says: 'Does the process live?',
    method: 'GET',
    path: '/healthz',
    answer: recordWith('status'),
    once: true,
    open: true,
  },
  {
    words: 'ready',
    says: 'Is its state fresh? Exit code 6 where it is not',
    method: 'GET',
    path: '/readyz',
    answer: recordWith('readSide'),
    once: true,
    open: true,
  },
  {
    words: 'metrics',
    says: 'Its metrics, as Prometheus reads them',
    method: 'GET',
    path: '/metrics',
    answer: text,
    open: true,
  },
  {
    words: 'backup',
    says: 'Everything there is, as a backup that `writ restore` brings back',
    method: 'GET',
    path: '/v1/backup',
    answer: { as: 'file', resumes: false },
  },
  {
    words: 'check',
    says: 'Does this node’s state say what the log says? Exit code 1 where it differs',
    method: 'POST',
    path: '/v1/rebuild-check',
    answer: { as: 'followed' },
    verdict: 'differences',
    asks: true,
  },
  {
    words: 'check-status',
    says: 'What the last check came to; exit code 1 where it differed',
    method: 'GET',
    path: '/v1/rebuild-check',
    answer: recordWith('last'),
    verdict: 'last.differences',
  },
  {
    words: 'openapi',
    says: 'The API, as an OpenAPI document',
    method: 'GET',
    path: '/openapi.json',
    answer: text,
    open: true,
  },
  { words: 'docs', says: 'The API, as a page of HTML', method: 'GET', path: '/docs', answer: text, open: true },
];
