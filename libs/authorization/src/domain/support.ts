import type { Cite, Support, SupportTable } from './facts.js';
import type { Channel } from './question.js';

const row = (key: boolean, ui: boolean | 'none'): Support => ({ key, ui, listing: 'defaultProject', uiChanged: null });

/** RES-03, the seed's column: where the table starts (AMB-38). */
export const seedSupport: SupportTable = new Map([
  ['instant-cluster', row(true, true)],
  ['api-key', row(true, true)],
  ['fine-tuning', row(true, false)],
  ['file', row(true, false)],
  ['evaluation', row(true, false)],
  ['batch', row(true, false)],
  ['inference', row(true, false)],
  ['code-interpreter', row(false, 'none')],
  ['container-inference', row(false, false)],
  ['storage', row(false, false)],
  ['dedicated-endpoint', row(false, false)],
  ['model', row(false, false)],
  ['gpu-cluster', row(false, false)],
]);

const hasUi = (table: SupportTable, kind: string): boolean => table.get(kind)?.ui !== 'none';

/** AMB-25: a kind that has no UI can't be used through one; the playground is a UI. */
export const hasChannel = (table: SupportTable, kind: string, channel: Channel): boolean =>
  channel === 'api' || hasUi(table, kind);

/** What gave a kind the channel that it is used through; null where it had it from the beginning. */
export const channelGivenBy = (table: SupportTable, kind: string, channel: Channel): Cite | null =>
  channel === 'api' || hasUi(seedSupport, kind) ? null : (table.get(kind)?.uiChanged ?? null);

/** Is usage of this kind through this channel counted to the project it happened in (ATT-01, ATT-03)? */
export const honoursProject = (table: SupportTable, kind: string, channel: Channel): boolean => {
  const found = table.get(kind);
  return found !== undefined && (channel === 'api' ? found.key : found.ui === true);
};
