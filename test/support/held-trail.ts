import { MemoryTrail } from '#libs/audit/testing';
import type { TrailFilter, TrailPart, TrailRows } from '#libs/audit';
import type { Timestamp } from '#libs/kernel';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';

/** Asked for this type of events, a held trail never comes to an end. */
export const ENDLESS = 'Endless';

/** A trail in memory that gives exports a few events at a time, and does as a test tells it before each part of them. */
export class HeldTrail extends MemoryTrail {
  /** Parts of exports that were asked for. */
  parts = 0;
  most = 3;
  /** Awaited before each part of an export; it fails if this does. */
  before: ((part: number) => Promise<void> | void) | undefined;

  override async page(filter: TrailFilter, part: TrailPart): Promise<TrailRows> {
    if (part.upTo === undefined) return super.page(filter, part);
    this.parts += 1;
    await this.before?.(this.parts);
    if (filter.type === ENDLESS) return endless(part);
    return super.page(filter, { ...part, limit: Math.min(part.limit, this.most) });
  }
}

const endless = ({ limit }: TrailPart): TrailRows => ({
  items: Array.from({ length: limit }, (_, n) => ({
    id: `evt_${String(n)}`,
    position: 1n,
    type: ENDLESS,
    category: 'apiKey',
    at: '2026-11-21T10:00:00.000Z' as Timestamp,
    actor: { type: 'system' },
    via: null,
    requestId: 'req',
    organizationId: null,
    projectId: null,
    apiKeyId: null,
    accountId: null,
    data: { filler: 'x'.repeat(1_000) },
    sealed: null,
  })),
  last: 1n,
  complete: false,
});

/** For `startTestServer({ open: trailedBy(trail) })`. */
export const trailedBy =
  (trail: HeldTrail): OpenFoundation =>
  async (config) => ({ ...(await openFoundation(config)), trail });
