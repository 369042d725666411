import { isIP } from 'node:net';
import type { Credentials } from '#libs/api-keys';
import {
  type Channel,
  confinedTo,
  decide,
  type Decision,
  deny,
  type Facts,
  type Resource,
  type Subject,
} from '#libs/authorization';
import type { Freshness } from '#libs/read-models';

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

/** Every question of every endpoint comes here: one clock, one state, one decision function. */
export class Decisions {
  constructor(
    private readonly live: Facts,
    private readonly freshness: Freshness,
    private readonly credentials: Credentials,
  ) {}

  /** `organizationIds`: what the asker is confined to; null for everything. */
  decide({ about, action, resource, channel }: Asked, organizationIds: ReadonlyArray<string> | null): Decision {
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
    return decision;
  }
}

/** An address as it may be kept; anything else says nothing. */
export const addressOf = (ip: unknown): string | null => (typeof ip === 'string' && isIP(ip) !== 0 ? ip : null);
