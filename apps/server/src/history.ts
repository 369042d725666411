import type { Logger } from 'pino';
import { Past, type Readability, Trail, TrailFeed, WhatIf } from '#libs/audit';
import type { People } from '#libs/accounts';
import type { LiveState } from '#libs/authorization';
import { Backups } from '#libs/backups';
import { categoryOf, corrupt, eventOf } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { Invitations } from '#libs/organizations';
import type { ReadModel } from '#libs/read-models';
import type { Foundation } from './foundation.js';

/** What the read side of this release can read, and what it passes over, the trail takes; nothing else. */
const readabilityBy = (models: ReadonlyArray<ReadModel>, passedOver: ReadonlySet<string>): Readability => {
  const codecs = new Map(models.flatMap(({ follows }) => follows.map(({ category, events }) => [category, events])));
  return (recorded) => {
    const category = categoryOf(recorded.stream);
    const codec = codecs.get(category);
    if (codec !== undefined) return eventOf(codec, recorded);
    return passedOver.has(category) ? E.right(undefined) : E.left(corrupt(recorded, `unknown category ${category}`));
  };
};

interface Sides {
  readonly live: LiveState;
  readonly people: People;
  readonly invitations: Invitations;
}

/** What the read side reads, and what it does not. */
interface Reading {
  readonly models: ReadonlyArray<ReadModel>;
  readonly passedOver: ReadonlySet<string>;
}

/** What serves auditors, the trail and every moment of the past; and what keeps it all: backups. */
export class History {
  readonly trail: Trail;
  readonly past: Past;
  readonly backups: Backups;
  readonly whatIf: WhatIf;

  constructor(
    { store, vault, keyring, trail: index }: Foundation,
    { live, people, invitations }: Sides,
    { models, passedOver }: Reading,
    logger: Logger,
  ) {
    const feed = new TrailFeed(store, index, readabilityBy(models, passedOver), (failure) => {
      logger.error({ err: failure }, 'the audit trail was interrupted');
    });
    const isErased = (id: string): boolean => people.get(id)?.status === 'deleted' || invitations.isErased(id);
    this.trail = new Trail(store, vault, index, feed, isErased);
    this.past = new Past(store, live, this.trail);
    this.backups = new Backups(store, vault, keyring);
    this.whatIf = new WhatIf(store, this.past);
  }

  start(): void {
    this.trail.feed.start();
  }

  stop(): Promise<void> {
    return this.trail.feed.stop();
  }
}
