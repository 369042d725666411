import { retiredProvider } from '#libs/accounts';
import { branded } from '#libs/kernel';
import { Refused } from '../http/refused.js';

/** As the configuration names issuers. */
export const ProviderName = branded('ProviderName', /^[a-z][a-z0-9-]{0,62}$/u);

/** What a provider calls a person: opaque. */
export const Subject = branded('Subject', /^[^\p{Cc}\p{Cs}]{1,255}$/u);

/** Who may vouch for a person here: Google, GitHub, and whatever issuers are configured (ACC-02). */
export class Providers {
  private readonly names: ReadonlySet<string>;

  constructor(issuers: ReadonlyArray<string>) {
    this.names = new Set(['google', 'github', ...issuers]);
  }

  /** `retired`: accounts of a provider that is no more are brought here by the operator, and sign in elsewhere (ACC-05). */
  refuseUnknown(provider: string, { retired }: { readonly retired: boolean }): void {
    if (this.names.has(provider) || (retired && provider === retiredProvider)) return;
    const detail = `expected one of ${[...this.names].map((name) => `"${name}"`).join(', ')}`;
    throw new Refused({ _tag: 'InvalidRequest', errors: [{ pointer: '/provider', detail }] });
  }
}
