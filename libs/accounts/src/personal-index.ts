/** Names the streams that are found by personal data: an HMAC of it, so that the log tells nobody what it is (AMB-36). */
export class PersonalIndex {
  constructor(private readonly blind: (kind: string, value: string) => string) {}

  /** Addresses are one regardless of case and surrounding space; what is kept for display is as given (AMB-32). */
  email(address: string): string {
    return this.blind('email', folded(address));
  }

  /** An address as one organization knows it: nobody can tell by it that another invited the same. */
  invitee(organizationId: string, address: string): string {
    return this.blind('invitee', `${organizationId}\0${folded(address)}`);
  }

  /** Byte-exact: a provider's subject is opaque. */
  identity(provider: string, subject: string): string {
    return this.blind('identity', `${provider}\0${subject}`);
  }
}

const folded = (address: string): string => address.trim().normalize('NFC').toLowerCase();
