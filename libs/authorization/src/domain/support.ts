import type { Channel } from './question.js';

/** Is the project honoured for this kind, by key and in the UI (RES-02)? `none`: there is no such channel (RES-05). */
interface Support {
  readonly key: boolean;
  readonly ui: boolean | 'none';
}

/** RES-03, the seed's column: where the table starts (AMB-38). */
const table: Readonly<Record<string, Support>> = {
  'instant-cluster': { key: true, ui: true },
  'api-key': { key: true, ui: true },
  'fine-tuning': { key: true, ui: false },
  file: { key: true, ui: false },
  evaluation: { key: true, ui: false },
  batch: { key: true, ui: false },
  inference: { key: true, ui: false },
  'code-interpreter': { key: false, ui: 'none' },
  'container-inference': { key: false, ui: false },
  storage: { key: false, ui: false },
  'dedicated-endpoint': { key: false, ui: false },
  model: { key: false, ui: false },
  'gpu-cluster': { key: false, ui: false },
};

const support: ReadonlyMap<string, Support> = new Map(Object.entries(table));

/** AMB-25: a kind that has no UI can't be used through one; the playground is a UI. */
export const hasChannel = (kind: string, channel: Channel): boolean =>
  channel === 'api' || support.get(kind)?.ui !== 'none';

/** Is usage of this kind through this channel counted to the project it happened in (ATT-01, ATT-03)? */
export const honoursProject = (kind: string, channel: Channel): boolean => {
  const row = support.get(kind);
  return row !== undefined && (channel === 'api' ? row.key : row.ui === true);
};
