import { BlockAccountHandler } from './commands/block-account.js';
import { RegisterAccountHandler } from './commands/register-account.js';

export { AccountByEmail } from './commands/account-by-email.js';
export { BlockAccount } from './commands/block-account.js';
export { RegisterAccount } from './commands/register-account.js';
export type { EmailTaken, IdentityTaken } from './domain/email.decider.js';
export { PersonalIndex } from './personal-index.js';
export type { AccountDocument } from './projections/accounts.js';
export { People, type Person, type VaultFailure } from './queries/people.js';

export const accountHandlers = [RegisterAccountHandler, BlockAccountHandler];
