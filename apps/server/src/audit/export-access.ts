import type { LiveState } from '#libs/authorization';
import { E, timestampOf } from '#libs/kernel';
import type { ServiceTokens } from '#libs/service-tokens';
import type { Caller } from '../http/caller.js';
import type { AuditAccess } from './audit-access.js';
import { type TrailQuery, trailWithin } from './trail-query.js';

/** Whether an export may go on: it may take hours, and what let its reader begin may be gone by then. */
export class ExportAccess {
  constructor(
    private readonly access: AuditAccess,
    private readonly live: LiveState,
    private readonly tokens: ServiceTokens,
  ) {}

  /** A person's own token is looked at when they begin, and not again: those are short-lived, and nobody revokes them here. */
  isStill({ credential, person }: Caller, query: TrailQuery): boolean {
    if (person !== null && this.live.account(person)?.status !== 'active') return false;
    if (credential.type === 'service' && !this.isLive(credential.token.id)) return false;
    return E.isRight(trailWithin(this.access, { credential, person }, query));
  }

  private isLive(id: string): boolean {
    const token = this.tokens.get(id);
    if (token === undefined || token.revokedAt !== null) return false;
    return token.expiresAt === null || timestampOf(Date.now()) < token.expiresAt;
  }
}
