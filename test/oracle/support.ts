import type { Past, SupportRow } from './operations.js';

const row = (kind: string, key: boolean, ui: boolean | null): SupportRow => ({
  kind,
  key,
  ui,
  listingScope: 'defaultProject',
});

/** RES-03, the seed's columns, in its order. */
export const firstTable: ReadonlyArray<SupportRow> = [
  row('instant-cluster', true, true),
  row('api-key', true, true),
  row('fine-tuning', true, false),
  row('file', true, false),
  row('evaluation', true, false),
  row('batch', true, false),
  row('inference', true, false),
  row('code-interpreter', false, null),
  row('container-inference', false, false),
  row('storage', false, false),
  row('dedicated-endpoint', false, false),
  row('model', false, false),
  row('gpu-cluster', false, false),
];

/** RES-04: as it was last put. */
export const supportTable = (past: Past): ReadonlyArray<SupportRow> => {
  let table = firstTable;
  for (const done of past) if (done.type === 'reviseSupportMatrix') table = done.rows;
  return table;
};

export const supportOf = (past: Past, kind: string): SupportRow | undefined =>
  supportTable(past).find((each) => each.kind === kind);
