import {
  type ResourceEvent,
  resourceEvents,
  type SupportMatrixEvent,
  supportMatrixEvents,
  type SupportRow,
} from '#libs/resources/events';
import type { Recorded } from '#libs/kernel';
import type { ResourceFact, Support, SupportTable } from '../domain/facts.js';
import { seedSupport } from '../domain/support.js';
import { cite, type FactFold } from './people-facts.js';

export const resourceFact: FactFold<ResourceFact, ResourceEvent> = {
  category: 'resource',
  events: resourceEvents,
  project: (fact, recorded) => {
    const { event } = recorded;
    const { organizationId, projectId } = event.data;
    switch (event.type) {
      case 'ResourceRegistered':
        return { organizationId, projectId, registered: cite(recorded), removed: null };
      case 'ResourceRenamed':
        return fact;
      case 'ResourceRemoved':
        return { organizationId, projectId, registered: null, removed: cite(recorded) };
    }
  },
};

const revised = (
  { key, ui, listingScope }: SupportRow,
  before: Support | undefined,
  recorded: Recorded<SupportMatrixEvent>,
): Support => {
  const uiNow = ui ?? 'none';
  const same = before === undefined || (before.ui === 'none') === (uiNow === 'none');
  return { key, ui: uiNow, listing: listingScope, uiChanged: same ? (before?.uiChanged ?? null) : cite(recorded) };
};

/** A kind that a revision leaves out keeps what it had: an older table does not know of it. */
export const supportFact: FactFold<SupportTable, SupportMatrixEvent> = {
  category: 'supportMatrix',
  events: supportMatrixEvents,
  project: (table = seedSupport, recorded) =>
    new Map([
      ...table,
      ...recorded.event.data.rows.map((row) => [row.kind, revised(row, table.get(row.kind), recorded)] as const),
    ]),
};
