import { BlockAccountHandler } from './commands/block-account.js';
import { RegisterAccountHandler } from './commands/register-account.js';
import { SignInHandler } from './commands/sign-in.js';

export { AccountByEmail } from './commands/account-by-email.js';
export { BlockAccount, BlockAccountHandler } from './commands/block-account.js';
export { finishRegistration } from './commands/finish.js';
export { RegisterAccount } from './commands/register-account.js';
export {
  type AccountMade,
  erasedMeansTaken,
  type Newcomer,
  type RegistrationFailure,
  Registrations,
} from './commands/registration.js';
export { SignIn, SignInHandler } from './commands/sign-in.js';
export type { Registration } from './domain/account.js';
export { account, type AccountFailure } from './domain/account.decider.js';
export { email, type EmailTaken, holderOf, type IdentityTaken } from './domain/email.decider.js';
export { retiredProvider } from './domain/sign-in.js';
export { PersonalIndex } from './personal-index.js';
export type { AccountDocument } from './projections/accounts.js';
export { Identities } from './queries/identities.js';
export { UnfinishedRegistrations } from './queries/unfinished.js';
export { People, type Person, type VaultFailure } from './queries/people.js';

export const accountHandlers = [RegisterAccountHandler, BlockAccountHandler, SignInHandler];
