import { createHash } from 'node:crypto';
import type { TrailEvent } from '#libs/audit';
import { type AccountId, type OrganizationId, type ProjectId, type Timestamp, timestampOf } from '#libs/kernel';
import { seeded } from './report.js';

const idOf = (prefix: string, n: number): string =>
  `${prefix}_${createHash('sha256')
    .update(`${prefix}${String(n)}`)
    .digest('base64url')
    .replaceAll(/[-_]/gu, 'x')
    .slice(0, 22)}`;

const types = [
  ['apiKey', 'KeyCreated'],
  ['apiKey', 'KeyRevoked'],
  ['apiKey', 'KeyRenamed'],
  ['collaborator', 'CollaboratorAdded'],
  ['membership', 'MemberAdded'],
  ['membership', 'MemberRoleChanged'],
  ['resource', 'ResourceRegistered'],
  ['project', 'ProjectRenamed'],
] as const;

/** So many events to an organization on the average, to a project, to a person, and to a key. */
const PER = { organization: 2_000, project: 200, person: 40, key: 4 };

const BEGAN = Date.UTC(2026, 0, 1);

/** Whose events there are: a few large organizations, many small ones, all at once and in no order. */
export class TrailEvents {
  private readonly next = seeded(1);
  private at = BEGAN;
  private serial = 0;

  constructor(private readonly events: number) {}

  some(count: number): TrailEvent[] {
    return Array.from({ length: Math.min(count, this.events - this.serial) }, () => this.one());
  }

  organization(): OrganizationId {
    return idOf('org', this.skewed(PER.organization)) as OrganizationId;
  }
  project(): ProjectId {
    return idOf('proj', this.skewed(PER.project)) as ProjectId;
  }
  person(): AccountId {
    return idOf('user', this.skewed(PER.person)) as AccountId;
  }
  key(): string {
    return idOf('key', this.any(PER.key));
  }
  type(): string {
    return types[Math.floor(this.next() * types.length)]?.[1] ?? '';
  }

  /** When so much of all had happened, and so many ms later. */
  timeAt(part: number, later = 0): Timestamp {
    return timestampOf(BEGAN + Math.floor(part * this.events) * 1_000 + later);
  }

  private one(): TrailEvent {
    this.serial += 1;
    // A second apart, and now and then a clock that is late.
    this.at += 1_000;
    const at = timestampOf(this.at - (this.next() < 0.01 ? 5_000 : 0));
    const [category, type] = types[Math.floor(this.next() ** 2 * types.length)] ?? types[0];
    const p = this.skewed(PER.project);
    const projectId = idOf('proj', p) as ProjectId;
    const organizationId = idOf('org', Math.floor((p * PER.project) / PER.organization)) as OrganizationId;
    const apiKeyId = category === 'apiKey' ? this.key() : null;
    const accountId = category === 'collaborator' || category === 'membership' ? this.person() : null;
    const data = {
      organizationId,
      projectId,
      name: `name ${String(this.serial)}`,
      hint: 'writ_…abcd',
      expiresAt: null,
    };
    return {
      id: `evt_${createHash('sha256').update(String(this.serial)).digest('hex').slice(0, 32)}`,
      position: BigInt(this.serial),
      ...{ type, category, at, organizationId, projectId, apiKeyId, accountId, data },
      actor: { type: 'user', id: this.person() },
      via: { type: 'operator' },
      requestId: `req_${String(this.serial)}`,
      sealed: type === 'MemberAdded' ? { sealedFor: String(accountId), box: 'x'.repeat(120) } : null,
    };
  }

  private any(per: number): number {
    return Math.floor((this.next() * this.events) / per);
  }
  /** The first hundredth has a tenth of all. */
  private skewed(per: number): number {
    return Math.floor((this.next() ** 2 * this.events) / per);
  }
}
