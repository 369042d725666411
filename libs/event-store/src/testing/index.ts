export * from './contract.js';
export type { ContractCase, GroupName, OpenStore, World } from './contract-case.js';
export * from './temporary-store.js';
export { runCase } from './world.js';
