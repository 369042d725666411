import { DeleteAccountHandler } from './commands/delete-account.js';
import { TransferAccountHandler } from './commands/transfer-account.js';

export { DeleteAccount } from './commands/delete-account.js';
export { Deletions } from './commands/deletions.js';
export { finishDeletion, finishTransfer } from './commands/finish.js';
export { Takeovers } from './commands/take-over.js';
export { TransferAccount } from './commands/transfer-account.js';
export { erasedPeople } from './queries/erased-people.js';
export { UnfinishedDeletions, UnfinishedTransfers } from './queries/unfinished.js';

export const departureHandlers = [DeleteAccountHandler, TransferAccountHandler];
