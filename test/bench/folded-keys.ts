import { hash } from 'node:crypto';
import { formatSecret, type KeyPrefix } from '#libs/api-keys';
import type { ReadModel } from '#libs/read-models';
import type {
  AccountId,
  ApiKeyId,
  Digest,
  EventId,
  OrganizationId,
  ProjectId,
  Recorded,
  Timestamp,
} from '#libs/kernel';

const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** As long as those that commands make, and each time another string. */
const idFrom = (prefix: string, seed: string): string => {
  const id = Buffer.from(hash('sha256', seed, 'hex'), 'hex').subarray(0, 22);
  for (const [at, byte] of id.entries()) id[at] = characters.charCodeAt(byte % 62);
  return `${prefix}_${id.toString('latin1')}`;
};

/** Ten keys to a project and ten projects to an organization, told to read models event by event, without a log. */
export class FoldedKeys {
  readonly projects: number;
  /** When the events happen that are told. */
  at = '2026-01-01T00:00:00.000Z' as Timestamp;
  private readonly perProject: number;
  private readonly projectIds: ProjectId[] = [];
  private position = 0n;

  constructor(
    private readonly models: ReadonlyArray<ReadModel>,
    readonly keys: number,
    projects = Math.ceil(keys / 10),
  ) {
    this.projects = projects;
    this.perProject = Math.ceil(keys / projects);
  }

  organization(project: number): OrganizationId {
    return idFrom('org', `o${String(Math.floor(project / 10))}`) as OrganizationId;
  }

  projectOf(key: number): ProjectId {
    return this.projectIds[Math.floor(key / this.perProject)] ?? ('' as ProjectId);
  }

  id(key: number): ApiKeyId {
    return idFrom('key', `k${String(key)}`) as ApiKeyId;
  }

  /** Every tenth is a secret of ours: to make them all takes long. */
  digest(key: number): Digest {
    return hash('sha256', key % 10 === 0 ? this.secret(key) : `d${String(key)}`, 'hex') as Digest;
  }

  secret(key: number): string {
    return formatSecret('writ' as KeyPrefix, Buffer.from(hash('sha256', `s${String(key)}`, 'hex'), 'hex'));
  }

  tell(category: string, id: string, event: { readonly type: string; readonly data: unknown }): void {
    this.position += 1n;
    // Cut out of the stream's name, as it is when it comes from a log.
    const own = `${category}-${id}`.slice(category.length + 1);
    const eventId = `event-${String(this.position)}` as EventId;
    const recorded = { id: own, eventId, position: this.position, at: this.at, by: 'user_1' as AccountId, event };
    for (const { follows } of this.models)
      for (const one of follows) if (one.category === category) one.apply(recorded as unknown as Recorded<never>);
  }

  /** What keys are in. */
  tellPlaces(): void {
    for (let n = 0; n < this.projects; n += 1) {
      const organizationId = this.organization(n);
      const projectId = idFrom('proj', `p${String(n)}`) as ProjectId;
      this.projectIds.push(projectId);
      const name = `p${String(n)}`;
      const data = { organizationId, name, slug: name, visibility: 'private' as const };
      if (n % 10 === 0) {
        const organization = { name: 'o', ownerId: 'user_1' as AccountId, defaultProjectId: projectId };
        this.tell('organization', organizationId, { type: 'OrganizationCreated', data: organization });
        this.tell('project', projectId, { type: 'DefaultProjectCreated', data });
      } else
        this.tell('project', projectId, {
          type: 'ProjectCreated',
          data: { ...data, createdBy: 'user_1' as AccountId },
        });
    }
  }

  /** Which key an event is about: what each of them but a renaming says. */
  scope(key: number) {
    const project = Math.floor(key / this.perProject);
    const projectId = idFrom('proj', `p${String(project)}`) as ProjectId;
    return { organizationId: this.organization(project), projectId, digest: this.digest(key) };
  }

  made(key: number, expiresAt: Timestamp | null = null): void {
    const more = { name: `key ${String(key)}`, hint: `writ_…${String(key)}`, createdBy: 'user_1' as AccountId };
    const data = { ...this.scope(key), ...more, expiresAt, replaces: null };
    this.tell('apiKey', this.id(key), { type: 'KeyCreated', data });
  }

  revoked(key: number): void {
    this.tell('apiKey', this.id(key), { type: 'KeyRevoked', data: this.scope(key) });
  }

  replaced(key: number, endsAt = this.at): void {
    const replacement = { digest: this.digest(key), name: 'k', hint: 'writ_…', createdBy: 'user_1', expiresAt: null };
    const data = { ...this.scope(key), endsAt, replacedBy: this.id(key), replacement };
    this.tell('apiKey', this.id(key), { type: 'KeyReplaced', data });
  }

  expirationSet(key: number, expiresAt: Timestamp): void {
    this.tell('apiKey', this.id(key), { type: 'KeyExpirationSet', data: { ...this.scope(key), expiresAt } });
  }

  /** Changes nothing that decisions look at: time passes. */
  renamed(key: number): void {
    const { organizationId, projectId } = this.scope(key);
    this.tell('apiKey', this.id(key), { type: 'KeyRenamed', data: { organizationId, projectId, name: 'x' } });
  }
}
