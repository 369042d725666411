// breaks: adapters-are-named-once
import { FileUseStore } from './file/index.js';

export const byHand = FileUseStore;
