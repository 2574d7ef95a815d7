export { lineage } from './lineage.ts';
export { sweep } from './sweep.ts';
