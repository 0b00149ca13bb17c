/** What the contract needs from a vendor; the local vendors of the demo are such. */
export type * from '../../src/demo/vendors/twin.ts';
