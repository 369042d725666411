import { type ApiKeyId, type OrganizationId, type Timestamp, timestampOf } from '#libs/kernel';
import { timeOf } from './log.js';
import { accountId, digestOf, homeOf, keyId, organizationId, projectId } from './names.js';
import { Registry } from './resources.js';

/** The legacy key of an organization: one id, whatever its secrets are called. */
export const legacyKeyId = (organization: string): ApiKeyId => keyId(`${organization}Legacy`);

/** What becomes of keys besides being made, told in events. A key is called as its secret is. */
export class KeyLives extends Registry {
  /** Rotated: its place is taken by another key. Without an overlap, unless `endsAt` is a time to come. */
  keyRotated(name: string, young: string, endsAt: Timestamp = this.next): this {
    return this.keyReplaced(name, young, endsAt).keySucceeded(name, young);
  }

  /** The first half of a rotation. */
  keyReplaced(name: string, young: string, endsAt: Timestamp = this.next): this {
    const { expiresAt, ...key } = this.keyData(name);
    const made = { digest: digestOf(young), name: young, hint: 'writ_…', createdBy: accountId('maker') };
    const replacement = { ...made, expiresAt };
    const end = expiresAt !== null && expiresAt < endsAt ? expiresAt : endsAt;
    const data = { ...key, endsAt: end, replacedBy: keyId(young), replacement };
    return this.happened('apiKey', keyId(name), { type: 'KeyReplaced', data });
  }

  /** The second: the key in its place, as the first says it. */
  keySucceeded(name: string, young: string): this {
    const [replaced] = this.log.flatMap(({ event }) =>
      event.type === 'KeyReplaced' && event.data.replacedBy === keyId(young) ? [event.data] : [],
    );
    if (replaced === undefined) throw new Error(`${young} replaces nothing yet`);
    const { organizationId: organization, projectId: project, replacement } = replaced;
    const data = { organizationId: organization, projectId: project, ...replacement, replaces: keyId(name) };
    return this.happened('apiKey', keyId(young), { type: 'KeyCreated', data });
  }

  /** A key that another system made. */
  keyImported(name: string, { in: project }: { readonly in: string }): this {
    const scope = { organizationId: this.organizationOf(project), projectId: projectId(project) };
    const origin = { algorithm: 'sha256' as const, pepper: null, externalId: null };
    const data = { ...scope, digest: digestOf(name), name, hint: '…', expiresAt: null, ...origin };
    return this.happened('apiKey', keyId(name), { type: 'KeyImported', data });
  }

  legacyKey(organization: string, secret: string): this {
    const data = { ...legacyPlace(organization), digest: digestOf(secret), hint: 'writ_…' };
    return this.happened('legacyKey', organizationId(organization), { type: 'LegacyKeyIssued', data });
  }

  legacyImported(organization: string, secret: string): this {
    const origin = { algorithm: 'sha256' as const, pepper: null, externalId: null };
    const data = { ...legacyPlace(organization), digest: digestOf(secret), name: 'main', hint: '…', ...origin };
    return this.happened('legacyKey', organizationId(organization), { type: 'LegacyKeyImported', data });
  }

  legacyRegenerated(organization: string, secret: string): this {
    const { digest: supersedes } = this.keyData(legacyKeyId(organization).slice('key_'.length));
    const secretVersion = this.secretsOf(organization) + 1;
    const made = { digest: digestOf(secret), supersedes, hint: 'writ_…', secretVersion };
    return this.happened('legacyKey', organizationId(organization), {
      type: 'LegacyKeyRegenerated',
      data: { ...legacyPlace(organization), ...made },
    });
  }

  legacyRevealed(organization: string): this {
    const data = { ...legacyPlace(organization), secretVersion: this.secretsOf(organization) };
    return this.happened('legacyKey', organizationId(organization), { type: 'LegacyKeyRevealed', data });
  }

  /** When the next event will happen. */
  private get next(): Timestamp {
    return timeOf(this.position + 1n);
  }

  private secretsOf(organization: string): number {
    const about = this.log.filter(
      ({ category, id }) => category === 'legacyKey' && id === organizationId(organization),
    );
    return about.filter(({ event }) => event.type !== 'LegacyKeyRevealed').length;
  }

  private keyData(name: string) {
    const key = this.live.key(keyId(name));
    if (key === undefined) throw new Error(`no key ${name} yet`);
    const expiresAt = key.expiresAt === Infinity ? null : timestampOf(key.expiresAt);
    return { organizationId: key.organizationId, projectId: key.projectId, digest: key.digest, expiresAt };
  }

  private organizationOf(project: string): OrganizationId {
    const fact = this.live.project(projectId(project));
    if (fact === undefined) throw new Error(`no project ${project} yet`);
    return fact.organizationId;
  }
}

const legacyPlace = (organization: string) => ({
  keyId: legacyKeyId(organization),
  organizationId: organizationId(organization),
  projectId: projectId(homeOf(organization)),
});
