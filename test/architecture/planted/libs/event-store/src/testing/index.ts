export { describe as eventStoreContract } from '@jest/globals';
