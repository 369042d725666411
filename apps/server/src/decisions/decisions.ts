import type { Credentials } from '#libs/api-keys';
import {
  type Channel,
  confinedTo,
  decide,
  type Decision,
  deny,
  type Deny,
  type Facts,
  type KeyFact,
  type Resource,
  type Subject,
} from '#libs/authorization';
import type { KeyUses } from '#libs/key-uses';
import type { Freshness } from '#libs/read-models';
import { DecisionCounts } from './decision-counts.js';

/** What is asked, by whoever asks it: about the secret that somebody presented, or about somebody by id. */
export interface Asked {
  readonly about: { readonly credential: string } | { readonly subject: Exclude<Subject, { type: 'credential' }> };
  readonly action: string;
  readonly resource: Resource;
  /** A person's is `ui` unless said, a key's `api`. */
  readonly channel?: Channel | undefined;
  /** Where the secret was presented from, as far as whoever asks has said it. */
  readonly ip?: unknown;
}

/** The project that a question names. */
const projectOf = ({ type, id, projectId }: Resource): string | undefined => (type === 'project' ? id : projectId);

/** What a presented key is refused for before anybody looks at what it is to do: then it was not used. */
const notUsed: ReadonlySet<Deny> = new Set<Deny>([
  'unknown-key',
  'revoked-key',
  'superseded-key',
  'expired-key',
  'state-too-old',
]);

/** Every question of every endpoint comes here: one clock, one state, one decision function. */
export class Decisions {
  readonly counts = new DecisionCounts();

  constructor(
    private readonly live: Facts,
    private readonly freshness: Freshness,
    private readonly credentials: Credentials,
    private readonly uses: KeyUses,
  ) {}

  /** `organizationIds`: what the asker is confined to; null for everything. */
  decide({ about, action, resource, channel, ip }: Asked, organizationIds: ReadonlyArray<string> | null): Decision {
    const presented = 'credential' in about ? this.credentials.present(about.credential) : undefined;
    // Nobody is taken for unknown while what would tell is not here yet.
    if (presented?.pending === true) return deny('state-too-old', null);
    const subject: Subject =
      'subject' in about ? about.subject : { type: 'credential', digest: presented?.digest ?? null };
    const facts = confinedTo(this.live, organizationIds, projectOf(resource));
    const now = Date.now();
    const decision = decide(
      facts,
      { subject, action, resource, channel: channel ?? (subject.type === 'user' ? 'ui' : 'api') },
      { now, stale: this.freshness.isStale() },
    );
    if (presented?.key !== undefined && (decision.decision || !notUsed.has(decision.reason)))
      this.uses.record(presented.key.id, now, ip);
    this.counts.count(decision);
    return decision;
  }

  /** That its holder presented a key which was found good, and asked nothing (AMB-14). Nobody says from where. */
  presented({ id }: KeyFact): void {
    this.uses.record(id, Date.now(), null);
  }
}
